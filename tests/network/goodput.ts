// What a connection gets through a link that loses packets, in simulation: a table of medians.
import { BottleneckLink } from "../../src/kernel/net/bottleneck-link.fixture.ts";
import { Host, hostAddress } from "../../src/kernel/net/stack.fixture.ts";
import { Simulation } from "../../src/simulator/simulation.ts";

const seconds = 15;
const seeds = [1, 2, 3, 4, 5];

/** Bits a second that arrive, in the mean of some seconds after the first. */
function goodput(seed: number, loss: number, bitsPerSecond: number): number {
  const simulation = new Simulation(seed);
  const settings = { memoryBytes: 0x200_0000 };
  const [sender, receiver] = [
    new Host(simulation, 1, settings),
    new Host(simulation, 2, settings),
  ] as const;
  const link = { delayMs: 20, loss, bitsPerSecond, queueLimit: 1000 };
  new BottleneckLink(simulation, sender, receiver, link);
  const listener = receiver.act("listenToStreams", receiver.place(hostAddress(2)), 80, 1);
  const near = sender.act("connectStream", sender.place(hostAddress(2)), 80, 0);
  const bytes = new Uint8Array(0x8000);
  let far = 0;
  let read = 0;
  const { timeline } = simulation;
  const start = 1_000_000_000n;
  let readBefore = 0;
  while (timeline.monotonicTime() < start + BigInt(seconds) * 1_000_000_000n) {
    if (timeline.monotonicTime() < start) readBefore = read;
    far ||= receiver.call("acceptStream", listener);
    while (far !== 0) {
      const part = receiver.act("readStream", far, receiver.place(bytes), bytes.length);
      if (part <= 0) break;
      read += part;
    }
    while (sender.write(near, bytes) > 0);
    if (!timeline.step()) throw new Error("nothing happens any more");
  }
  return ((read - readBefore) * 8) / seconds;
}

for (const loss of [0, 0.01, 0.05]) {
  for (const bitsPerSecond of loss === 0 ? [1e8] : [1e8, 1e9]) {
    const found = seeds.map((seed) => goodput(seed, loss, bitsPerSecond)).sort((a, b) => a - b);
    const [least, median, most] = [found[0], found[2], found[4]].map((bits = 0) =>
      (bits / 1e6).toFixed(2),
    );
    console.log(
      `${loss * 100} % loss, ${bitsPerSecond / 1e6} Mbit/s: ${median} (${least} to ${most}) Mbit/s`,
    );
  }
}
