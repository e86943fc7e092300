import type { Chunk } from "../object/object.ts";
import type { LocalPlace } from "./expressions.ts";
import type { AddressRange } from "./placed-functions.ts";

const entryWords = 4;

/** Where a local is while the code of a range runs. */
export interface PlacedLocal extends AddressRange {
  readonly place: LocalPlace;
}

/** Where a local of a function, whose code lies at an address, is and when; nothing if unknown. */
export function placesOfLocal(
  { locals = new Int32Array(0) }: Chunk,
  address: number,
  local: number,
): PlacedLocal[] {
  const places: PlacedLocal[] = [];
  for (let at = 0; at < locals.length; at += entryWords) {
    const [number, start = 0, end = 0, place = 0] = locals.subarray(at, at + entryWords);
    if (number !== local) continue;
    places.push({
      start: address + start,
      end: address + end,
      place: place >= 0 ? { register: place } : { stackOffset: -1 - place },
    });
  }
  return places;
}
