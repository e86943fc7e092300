import type { Whereabouts } from "../machine/allocation.ts";
import { firstVirtualRegister } from "../machine/machine-function.ts";
import type { Intervals } from "./intervals.ts";
import type { PieceTable } from "./pieces.ts";
import { Stage } from "./positions.ts";

/**
 * Where the values of some virtual registers are while instructions run that begin when the moves
 * before them are done, in ascending order. `slotOf` is the location of a value's slot; undefined for
 * a value that is made again where it is needed.
 */
export function whereaboutsOf(
  registers: Iterable<number>,
  intervals: Intervals,
  pieces: PieceTable,
  slotOf: (value: number) => number | undefined,
): Map<number, Whereabouts[]> {
  const found = new Map<number, Whereabouts[]>();
  for (const register of registers) {
    const value = register - firstVirtualRegister;
    const places: Whereabouts[] = [];
    let piece = pieces.first[value] ?? -1;
    for (; piece >= 0; piece = pieces.sibling[piece] as number) {
      const place = pieces.location[piece] as number;
      const location = place >= 0 ? place : slotOf(value);
      if (location === undefined) continue;
      let range = intervals.firstRange[value] as number;
      for (; range >= 0; range = intervals.rangeNext[range] as number) {
        const start = Math.max(
          pieces.start[piece] as number,
          intervals.rangeStart[range] as number,
        );
        const end = Math.min(pieces.end[piece] as number, intervals.rangeEnd[range] as number);
        const from = firstReading(start);
        const to = firstReading(end);
        if (from < to) places.push({ from, to, location });
      }
    }
    found.set(register, places);
  }
  return found;
}

/** The first instruction that reads at or behind a position. */
function firstReading(position: number): number {
  return Math.ceil((position - Stage.read) / 4);
}
