// What a connection gets through a link that loses packets, in simulation: a table of medians.
import { joinByBottleneck } from "../../src/kernel/net/bottleneck-link.fixture.ts";
import { Host, hostAddress } from "../../src/kernel/net/stack.fixture.ts";
import { Simulation } from "../../src/simulator/simulation.ts";

const seconds = 15;
const seeds = [1, 2, 3, 4, 5];
const bufferBytes = 0x8000;

/** Reads all that there is: bytes. */
function drain(host: Host, stream: number): number {
  const place = host.place(new Uint8Array(bufferBytes));
  let bytes = 0;
  for (;;) {
    const part = host.act("readStream", stream, place, bufferBytes);
    if (part <= 0) return bytes;
    bytes += part;
  }
}

/** Bits a second that arrive, in the mean of some seconds after the first. */
function goodput(seed: number, loss: number, bitsPerSecond: number): number {
  const simulation = new Simulation(seed);
  const settings = { memoryBytes: 0x200_0000 };
  const sender = new Host(simulation, 1, settings);
  const receiver = new Host(simulation, 2, settings);
  const link = { delayMs: 20, loss, bitsPerSecond, queueLimit: 1000 };
  joinByBottleneck(simulation, sender, receiver, link);
  const listener = receiver.act("listenToStreams", receiver.place(hostAddress(2)), 80, 1);
  const near = sender.act("connectStream", sender.place(hostAddress(2)), 80, 0);
  const bytes = new Uint8Array(bufferBytes);
  const { timeline } = simulation;
  let far = 0;
  let read = 0;
  for (let now = 0; now < (1 + seconds) * 1e9; now = Number(timeline.monotonicTime())) {
    far ||= receiver.call("acceptStream", listener);
    const count = far === 0 ? 0 : drain(receiver, far);
    if (now >= 1e9) read += count;
    while (sender.write(near, bytes) > 0);
    if (!timeline.step()) throw new Error("nothing happens any more");
  }
  return (read * 8) / seconds;
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
