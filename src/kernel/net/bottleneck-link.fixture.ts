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
export function joinByBottleneck(
  simulation: Simulation,
  from: LinkEnd,
  to: LinkEnd,
  { delayMs, loss, bitsPerSecond, queueLimit }: Bottleneck,
): void {
  const { random, timeline } = simulation;
  let freeAtNs = 0;
  let waiting = 0;
  from.send = (frame) => {
    if (random.chance(loss) || waiting === queueLimit) return;
    const now = Number(timeline.monotonicTime());
    waiting++;
    freeAtNs = Math.max(freeAtNs, now) + (frame.length * 8e9) / bitsPerSecond;
    timeline.after(Math.floor(freeAtNs + delayMs * 1e6 - now), () => {
      waiting--;
      to.receive(frame);
    });
  };
  to.send = (frame) => timeline.after(1000, () => from.receive(frame));
}
