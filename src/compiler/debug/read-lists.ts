import type { ByteReader } from "../bytes/reader.ts";
import { ListEntry } from "./dwarf.table.ts";
import { DwarfError } from "./dwarf-error.ts";
import { type DwarfSections, readFixed } from "./dwarf-sections.ts";
import type { CompileUnit } from "./read-entries.ts";

/** Addresses from `start` to before `end`, and of a location list what holds there. */
export interface ListedRange {
  readonly start: number;
  readonly end: number;
  readonly expression: Uint8Array;
}

const baseSelection = 0xffff_ffff;
const none = new Uint8Array(0);

/** The list at an offset, of ranges or of locations; `base` is the unit's low address. */
export function readList(
  sections: DwarfSections,
  unit: CompileUnit,
  kind: "ranges" | "locations",
  offset: number,
  base: number,
): ListedRange[] {
  const hasExpressions = kind === "locations";
  if (unit.version < 5) {
    const reader = sections.readerAt(hasExpressions ? "debug_loc" : "debug_ranges", offset);
    return readOldList(reader, hasExpressions, base);
  }
  const reader = sections.readerAt(hasExpressions ? "debug_loclists" : "debug_rnglists", offset);
  const addressAt = (index: number) =>
    readFixed(sections.readerAt("debug_addr", unit.bases.addresses + index * 4), 4);
  return readNewList(reader, hasExpressions, base, addressAt);
}

/** Version 4, 2.17.3 and 2.6.2: pairs of offsets from a base. */
function readOldList(reader: ByteReader, hasExpressions: boolean, first: number): ListedRange[] {
  const found: ListedRange[] = [];
  let base = first;
  for (;;) {
    const start = readFixed(reader, 4);
    const end = readFixed(reader, 4);
    if (start === 0 && end === 0) return found;
    if (start === baseSelection) {
      base = end;
      continue;
    }
    const expression = hasExpressions ? reader.take(readFixed(reader, 2)) : none;
    found.push({ start: base + start, end: base + end, expression });
  }
}

/** Version 5, 2.17.3 and 2.6.2: entries of several kinds. */
function readNewList(
  reader: ByteReader,
  hasExpressions: boolean,
  first: number,
  addressAt: (index: number) => number,
): ListedRange[] {
  const found: ListedRange[] = [];
  let base = first;
  for (;;) {
    const at = reader.offset;
    const code = reader.u8();
    // Range lists lack the default location.
    const kind = hasExpressions || code < ListEntry.defaultLocation ? code : code + 1;
    if (kind === ListEntry.end) return found;
    if (kind === ListEntry.baseIndexed) base = addressAt(reader.u32());
    else if (kind === ListEntry.base) base = readFixed(reader, 4);
    else {
      const [start, end] = readBounds(reader, kind, base, addressAt, at);
      const expression = hasExpressions ? reader.take(reader.u32()) : none;
      found.push({ start, end, expression });
    }
  }
}

function readBounds(
  reader: ByteReader,
  kind: number,
  base: number,
  addressAt: (index: number) => number,
  offset: number,
): readonly [number, number] {
  switch (kind) {
    case ListEntry.startEndIndexed:
      return [addressAt(reader.u32()), addressAt(reader.u32())];
    case ListEntry.startLengthIndexed: {
      const start = addressAt(reader.u32());
      return [start, start + reader.u32()];
    }
    case ListEntry.offsetPair:
      return [base + reader.u32(), base + reader.u32()];
    case ListEntry.defaultLocation:
      return [0, 2 ** 32];
    case ListEntry.startEnd:
      return [readFixed(reader, 4), readFixed(reader, 4)];
    case ListEntry.startLength: {
      const start = readFixed(reader, 4);
      return [start, start + reader.u32()];
    }
    default:
      throw new DwarfError(`unknown list entry ${kind}`, offset);
  }
}
