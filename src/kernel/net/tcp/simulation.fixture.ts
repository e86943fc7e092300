import type { Simulation } from "../../../simulator/simulation.ts";
import { Conversations, type Plan } from "../conversation.fixture.ts";
import { FaultyLink, type LinkFaults } from "../faulty-link.fixture.ts";
import { allOffloads, Host, type HostDevice, hostAddress, offloads } from "../stack.fixture.ts";

function randomPlans({ random }: Simulation): Plan[] {
  return Array.from({ length: random.between(1, 3) }, (_, index) => ({
    fromCaller: random.pick([0, 1, random.below(3000), random.below(60_000)]),
    fromCallee: random.pick([0, 1, random.below(3000), random.below(60_000)]),
    version: random.pick([4, 6] as const),
    port: 80 + index,
  }));
}

function randomFaults({ random }: Simulation): LinkFaults {
  return {
    loss: random.pick([0, 0.01, 0.05, 0.15]),
    duplication: random.pick([0, 0.02, 0.1]),
    corruption: random.pick([0, 0.01, 0.05]),
    delayMs: random.pick([0, 1, 20, 100]),
    jitterMs: random.pick([0, 1, 30]),
  };
}

/** Takes the offer of selective acknowledgements out of a SYN, as a peer that is older would. */
function withoutSack(frame: Uint8Array): boolean {
  const isV6 = frame[12] === 0x86;
  const start = isV6 ? 54 : 34;
  const isTcp = frame[isV6 ? 20 : 23] === 6 && (frame[12] === 8 ? frame[13] === 0 : isV6);
  if (!isTcp || ((frame[start + 13] ?? 0) & 2) === 0) return true;
  const view = new DataView(frame.buffer, frame.byteOffset + start);
  for (let at = 20; at + 1 < view.byteLength; at += 2) {
    if (view.getUint16(at) !== 0x0402) continue;
    view.setUint16(at, 0x0101);
    // RFC 1624: the checksum follows the change.
    const sum = (~view.getUint16(16) & 0xffff) + (~0x0402 & 0xffff) + 0x0101;
    view.setUint16(16, ~((sum & 0xffff) + (sum >>> 16)) & 0xffff);
    return true;
  }
  return true;
}

/** Has a host find its neighbour, for who connects with one that does not answer is told so. */
function introduce(caller: Host): void {
  for (const version of [4, 6] as const) {
    const any = version === 4 ? hostAddress(0).fill(0, 12) : new Uint8Array(16);
    const socket = caller.call("openDatagrams", caller.place(any), 0);
    const place = caller.place(hostAddress(2, version));
    caller.act("sendDatagram", socket, place, 1, place, 9);
    caller.call("closeDatagrams", socket);
  }
  caller.simulation.timeline.advance(1_000_000_000);
}

function randomDevice({ random }: Simulation): HostDevice {
  return {
    offloads: random.pick([0, allOffloads, offloads.fillsChecksums, allOffloads]),
    delayNs: random.pick([0, 0, 20_000, 300_000_000]),
    passesWhole: random.chance(0.3),
    lendsFrames: random.chance(0.5),
  };
}

/** Of these nothing may be left at the end. */
const noneLeft = [
  "connectionsInUse",
  "queueFramesInUse",
  "packetsInUse",
  "lentFrames",
  "keptFrames",
] as const;

/** Lets two hosts talk over a faulty link, all chosen by the seed, and throws unless all is right. */
export function converse(simulation: Simulation): void {
  const [caller, callee] = [1, 2].map(
    (number) => new Host(simulation, number, { device: randomDevice(simulation) }),
  ) as [Host, Host];
  const link = new FaultyLink(simulation, caller, callee);
  introduce(caller);
  link.faults = randomFaults(simulation);
  if (simulation.random.chance(0.3)) link.watch = withoutSack;
  const plans = randomPlans(simulation);
  simulation.trace.note(`${JSON.stringify(link.faults)} ${JSON.stringify(plans)}`);
  const conversations = new Conversations(simulation, caller, callee, plans);
  conversations.run(3000);
  conversations.finish();
  for (const host of [caller, callee]) {
    for (const what of noneLeft) {
      const left = host.call(what);
      if (left !== 0) throw new Error(`${what}: ${left} are left`);
    }
  }
}
