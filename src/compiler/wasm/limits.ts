import type { ByteReader } from "../bytes/reader.ts";
import { invalid } from "./errors.ts";

/**
 * What a module may have at most, so that no input makes the compiler grow without bound (the
 * specification, appendix "Implementation Limitations", allows such). Where V8 and the JavaScript
 * interface have a limit, it is theirs: a module that runs there is accepted here.
 */
export const moduleLimits = {
  moduleBytes: 1_073_741_824,
  types: 1_000_000,
  functions: 1_000_000,
  imports: 1_000_000,
  exports: 1_000_000,
  globals: 1_000_000,
  tags: 1_000_000,
  tables: 100_000,
  tableEntries: 10_000_000,
  /** Each takes 8 GiB of addresses. */
  memories: 1_000,
  memoryPages: 65_536,
  elementSegments: 10_000_000,
  elementItems: 10_000_000,
  dataSegments: 100_000,
  parameters: 1_000,
  results: 1_000,
  /** Parameters and declared locals of one function. */
  locals: 50_000,
  /** Blocks within one another in one function, enough for one to each label; V8 has no such limit. */
  nesting: 65_536,
  /** Values on the operand stack of one function; V8 has no such limit. */
  operands: 1_000_000,
  /** Bytes of one function's body. */
  functionBytes: 7_654_321,
  /** Labels of one br_table besides the default. */
  switchLabels: 65_520,
  /** Instructions of one constant expression; V8 has no such limit. */
  constantInstructions: 1_000,
} as const;

/** One kind of thing that is limited. */
export type LimitName = keyof typeof moduleLimits;

/** What is limited, as errors say it. */
export const limitWords: Readonly<Record<LimitName, string>> = {
  moduleBytes: "bytes",
  types: "types",
  functions: "functions",
  imports: "imports",
  exports: "exports",
  globals: "globals",
  tags: "tags",
  tables: "tables",
  tableEntries: "table entries",
  memories: "memories",
  memoryPages: "pages of memory",
  elementSegments: "element segments",
  elementItems: "items of an element segment",
  dataSegments: "data segments",
  parameters: "parameters",
  results: "results",
  locals: "locals",
  nesting: "blocks within one another",
  operands: "values on the operand stack",
  functionBytes: "bytes of a function's body",
  switchLabels: "labels of br_table",
  constantInstructions: "instructions of a constant expression",
};

/** Throws a DecodeError for a number that is beyond a limit. */
export function checkLimit(name: LimitName, count: number, offset: number): void {
  const limit = moduleLimits[name];
  if (count <= limit) return;
  throw invalid(offset, `too many ${limitWords[name]}: ${count}, at most ${limit}`);
}

/** A vector (section 5.1.3) of things that are limited in number, each at least one byte long. */
export function readLimited<Item>(
  reader: ByteReader,
  name: LimitName,
  readItem: (index: number) => Item,
): Item[] {
  const offset = reader.offset;
  const length = reader.u32();
  checkLimit(name, length, offset);
  if (length > reader.remaining) throw invalid(offset, "length out of bounds");
  const items: Item[] = [];
  for (let index = 0; index < length; index++) items.push(readItem(index));
  return items;
}
