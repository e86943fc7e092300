import type { Simulation } from "../../simulator/simulation.ts";

/** What a link joins. */
export interface LinkEnd {
  /** Where its frames go. */
  send: (frame: Uint8Array) => void;
  /** Takes a frame in. */
  receive(frame: Uint8Array): void;
}

/** What a link does to frames: probabilities, and times in milliseconds. */
export interface LinkFaults {
  readonly loss: number;
  readonly duplication: number;
  readonly corruption: number;
  readonly delayMs: number;
  /** Up to so much more, at random, so that frames overtake one another. */
  readonly jitterMs: number;
}

/** A link without faults. */
export const soundLink: LinkFaults = {
  loss: 0,
  duplication: 0,
  corruption: 0,
  delayMs: 1,
  jitterMs: 0,
};

/** Joins two ends. What it does can be changed while it is used. */
export class FaultyLink {
  faults: LinkFaults;
  /** Sees every frame that is sent, before anything happens to it; false drops it. */
  watch: (frame: Uint8Array, sender: LinkEnd) => boolean = () => true;
  private readonly simulation: Simulation;

  constructor(simulation: Simulation, left: LinkEnd, right: LinkEnd, faults = soundLink) {
    this.simulation = simulation;
    this.faults = faults;
    left.send = (frame) => this.carry(frame, left, right);
    right.send = (frame) => this.carry(frame, right, left);
  }

  private carry(frame: Uint8Array, from: LinkEnd, to: LinkEnd): void {
    const { random } = this.simulation;
    const { loss, duplication } = this.faults;
    if (!this.watch(frame, from) || random.chance(loss)) return;
    this.deliver(frame, to);
    if (random.chance(duplication)) this.deliver(frame, to);
  }

  private deliver(frame: Uint8Array, to: LinkEnd): void {
    const { random, timeline } = this.simulation;
    const { corruption, delayMs, jitterMs } = this.faults;
    const copy = frame.slice();
    if (random.chance(corruption)) {
      // ARP has no checksum of its own: what Ethernet's finds is dropped.
      if (isArp(copy)) return;
      const at = random.below(copy.length);
      copy[at] = (copy[at] ?? 0) ^ (1 << random.below(8));
    }
    const delayNs = Math.floor((delayMs + jitterMs * (random.bits() / 2 ** 32)) * 1e6);
    timeline.after(delayNs, () => to.receive(copy));
  }
}

function isArp(frame: Uint8Array): boolean {
  return frame[12] === 8 && frame[13] === 6;
}
