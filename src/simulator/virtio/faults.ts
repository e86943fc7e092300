import type { SeededRandom } from "../random.ts";

/** What goes wrong in a device, and how often: probabilities from 0 to 1, times in nanoseconds. */
export interface Faults {
  /** How long the device takes for a request: differing times reorder requests. */
  readonly delayNs: readonly [least: number, most: number];
  /** A request that is never answered. */
  readonly drop: number;
  /** A request that is done twice: what the device gives back is given back once. */
  readonly duplicate: number;
  /** Data with some bits changed. */
  readonly corrupt: number;
  /** Less data than asked for. */
  readonly short: number;
  /** A request that the device fails. */
  readonly error: number;
  /** A request with which the device stops working until it is reset. */
  readonly reset: number;
}

/** A device that works, in a microsecond. */
export const noFaults: Faults = {
  delayNs: [1_000, 1_000],
  drop: 0,
  duplicate: 0,
  corrupt: 0,
  short: 0,
  error: 0,
  reset: 0,
};

/** Faults of all kinds, each of them often, seldom or not at all. */
export function randomFaults(random: SeededRandom): Faults {
  const often = (): number => random.pick([0, 0, 0.01, 0.2]);
  return {
    delayNs: [0, random.pick([0, 1_000, 1_000_000, 50_000_000])],
    drop: random.pick([0, 0, 0.01]),
    duplicate: often(),
    corrupt: often(),
    short: often(),
    error: often(),
    reset: random.pick([0, 0, 0, 0.01]),
  };
}

/** A copy of some bytes of which one has changed. */
export function corrupted(bytes: Uint8Array, random: SeededRandom): Uint8Array {
  const copy = bytes.slice();
  if (copy.length > 0) {
    const place = random.below(copy.length);
    copy[place] = (copy[place] ?? 0) ^ (1 << random.below(8));
  }
  return copy;
}
