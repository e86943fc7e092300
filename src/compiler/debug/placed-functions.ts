import type { Chunk } from "../object/object.ts";

/** Machine code from `start` to before `end`. */
export interface AddressRange {
  readonly start: number;
  readonly end: number;
}

/** A function of a module, and where its machine code lies. */
export interface PlacedFunction {
  readonly index: number;
  readonly chunk: Chunk;
  readonly address: number;
  /** Where its body stands in the module's bytes. */
  readonly body: { readonly start: number; readonly end: number };
}

/** The functions of a module that a program reaches, by their places in the module. */
export class PlacedFunctions {
  /** In the order of their bodies. */
  readonly all: readonly PlacedFunction[];

  constructor(functions: readonly PlacedFunction[]) {
    this.all = [...functions].sort((one, other) => one.body.start - other.body.start);
  }

  /** The function whose body holds an offset in the module's bytes. */
  find(offset: number): PlacedFunction | undefined {
    let low = 0;
    let high = this.all.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.all[middle]?.body.end ?? 0) <= offset) low = middle + 1;
      else high = middle;
    }
    const found = this.all[low];
    return found !== undefined && found.body.start <= offset ? found : undefined;
  }

  /** The machine code that was made from a range of the module's bytes, in ascending order. */
  rangesOf(start: number, end: number): AddressRange[] {
    const fn = this.find(start);
    const origins = fn?.chunk.origins;
    if (fn === undefined || origins === undefined) return [];
    const ranges: AddressRange[] = [];
    for (let at = 0; at < origins.length; at += 2) {
      const origin = origins[at + 1] ?? 0;
      if (origin < start || origin >= end) continue;
      const from = fn.address + (origins[at] ?? 0);
      const to = fn.address + (origins[at + 2] ?? fn.chunk.size);
      const last = ranges.at(-1);
      if (last !== undefined && last.end === from) ranges[ranges.length - 1] = { ...last, end: to };
      else ranges.push({ start: from, end: to });
    }
    return ranges;
  }
}
