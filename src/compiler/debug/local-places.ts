import type { Chunk } from "../object/object.ts";
import type { LocalPlace } from "./expressions.ts";
import type { AddressRange } from "./placed-functions.ts";

/** Where a local is while the code of a range runs. */
export interface PlacedLocal extends AddressRange {
  readonly place: LocalPlace;
}

/** Where a local of a function, whose code lies at an address, is and when; nothing if unknown. */
export function placesOfLocal(_chunk: Chunk, _address: number, _local: number): PlacedLocal[] {
  return [];
}
