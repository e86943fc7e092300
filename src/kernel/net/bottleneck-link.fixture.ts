import type { Simulation } from "../../simulator/simulation.ts";
import type { LinkEnd } from "./faulty-link.fixture.ts";

/** What a link is like, one way: what netem makes of `delay`, `loss`, `rate` and `limit`. */
export interface Bottleneck {
  readonly delayMs: number;
  readonly loss: number;
  readonly bitsPerSecond: number;
  /** Frames that wait for their turn, at most. */
  readonly queueLimit: number;
}

/** Joins a sender to a receiver by a bottleneck; the way back has neither delay nor loss. */
export class BottleneckLink {
  /** Frames that were lost, by chance or for want of room. */
  lost = 0;
  private readonly simulation: Simulation;
  private readonly bottleneck: Bottleneck;
  private freeAtNs = 0;
  private waiting = 0;

  constructor(simulation: Simulation, from: LinkEnd, to: LinkEnd, bottleneck: Bottleneck) {
    this.simulation = simulation;
    this.bottleneck = bottleneck;
    from.send = (frame) => this.carry(frame, to);
    to.send = (frame) => simulation.timeline.after(1000, () => from.receive(frame));
  }

  private carry(frame: Uint8Array, to: LinkEnd): void {
    const { random, timeline } = this.simulation;
    const { delayMs, loss, bitsPerSecond, queueLimit } = this.bottleneck;
    if (random.chance(loss) || this.waiting === queueLimit) {
      this.lost++;
      return;
    }
    const now = Number(timeline.monotonicTime());
    this.waiting++;
    this.freeAtNs = Math.max(this.freeAtNs, now) + (frame.length * 8e9) / bitsPerSecond;
    timeline.after(Math.floor(this.freeAtNs + delayMs * 1e6 - now), () => {
      this.waiting--;
      to.receive(frame);
    });
  }
}
