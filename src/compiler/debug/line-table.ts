/** Which line of the source each WebAssembly instruction comes from. */

import type { PlacedFunction } from "./placed-functions.ts";

/** A place in the source. */
export interface SourceLine {
  /** The file's number in the table that it was found in. */
  readonly file: number;
  /** From 1 on; 0: none. */
  readonly line: number;
  readonly column: number;
  /** Whether a debugger may stop here for the line. */
  readonly isStatement: boolean;
}

/** A place, from an offset in the module's bytes on; undefined where the source has none. */
export interface LineRow {
  readonly offset: number;
  readonly source: SourceLine | undefined;
}

const noOrigins = new Int32Array(0);

/** Rows sorted by offset; of several with one offset the last counts. */
export class LineTable {
  private readonly rows: readonly LineRow[];

  constructor(
    /** Paths of the files, by number. */
    readonly files: readonly string[],
    rows: readonly LineRow[],
  ) {
    this.rows = [...rows].sort((one, other) => one.offset - other.offset);
  }

  /** The place that the instruction at an offset in the module's bytes comes from. */
  find(offset: number): SourceLine | undefined {
    let low = 0;
    let high = this.rows.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.rows[middle]?.offset ?? 0) <= offset) low = middle + 1;
      else high = middle;
    }
    const found = this.rows[low - 1]?.source;
    return found === undefined || found.line === 0 ? undefined : found;
  }

  /** The first place that a function has. */
  firstOf({ body, chunk: { origins = noOrigins } }: PlacedFunction): SourceLine | undefined {
    const opening = this.find(body.start);
    if (opening !== undefined) return opening;
    for (let at = 1; at < origins.length; at += 2) {
      const found = this.find(origins[at] ?? 0);
      if (found !== undefined) return found;
    }
    return undefined;
  }
}
