import {
  type Arbitrary,
  array,
  assert,
  boolean,
  constantFrom,
  integer,
  property,
  record,
  uint8Array,
} from "fast-check";
import { describe, expect, test } from "vitest";
import { type Chunk, sectionNames } from "./object.ts";
import { decodeObjectFile, encodeObjectFile } from "./object-file.ts";
import { RelocationKind, RelocationWriter } from "./relocations.ts";
import { SymbolTable } from "./symbols.ts";
import { callUnwinding } from "./unwinding.ts";

const int32 = () => integer({ min: -0x8000_0000, max: 0x7fff_ffff });
const words = () => array(int32(), { maxLength: 6 }).map((numbers) => Int32Array.from(numbers));
const relocation = record({
  offset: integer({ min: 0, max: 1 << 30 }),
  kind: constantFrom(...Object.values(RelocationKind)),
  symbol: integer({ min: 0, max: 9 }),
  addend: int32(),
});

const anyRelocations = array(relocation, { maxLength: 5 }).map((list) => {
  const writer = new RelocationWriter();
  for (const { addend, kind, offset, symbol } of list) writer.add(offset, kind, symbol, addend);
  return writer.finish();
});

/** Chunks with and without debug information whose symbols are below 10. */
const anyChunk: Arbitrary<Chunk> = record({
  plain: record({
    symbol: integer({ min: 0, max: 9 }),
    section: constantFrom(...sectionNames),
    bytes: uint8Array({ maxLength: 20 }),
    size: integer({ min: 20, max: 1000 }),
    alignment: constantFrom(1, 16),
    relocations: anyRelocations,
    systemCalls: array(integer({ min: 0, max: 400 })),
  }),
  hasDebugInfo: boolean(),
  origins: words(),
  locals: words(),
  steps: words(),
}).map(({ plain, hasDebugInfo, steps, ...debug }) => {
  if (!hasDebugInfo) return plain;
  const unwinding = callUnwinding(steps, [3, 12]);
  return { ...plain, ...debug, unwinding, frameBytes: 24, displayName: "näme" };
});

/** A chunk whose symbols are names. */
function named(chunk: Chunk, symbols: SymbolTable) {
  const { relocations, symbol, ...rest } = chunk;
  const list = [...relocations].map((each) => ({ ...each, symbol: symbols.nameOf(each.symbol) }));
  return { ...rest, bytes: [...chunk.bytes], symbol: symbols.nameOf(symbol), relocations: list };
}

function tenSymbols(): SymbolTable {
  const symbols = new SymbolTable();
  for (let number = 0; number < 10; number++) symbols.intern(`app.f${number}`);
  return symbols;
}

describe("an object file", () => {
  test("gives back its chunks under the same names", () => {
    const written = tenSymbols();
    const read = new SymbolTable();
    read.intern("app.f7");
    assert(
      property(array(anyChunk, { maxLength: 5 }), (chunks) => {
        const decoded = decodeObjectFile(encodeObjectFile(chunks, written), read);
        expect(decoded?.map((chunk) => named(chunk, read))).toEqual(
          chunks.map((chunk) => named(chunk, written)),
        );
      }),
    );
  });

  test("is not read if it is damaged or cut", () => {
    const symbols = tenSymbols();
    assert(
      property(array(anyChunk, { maxLength: 3 }), integer({ min: 0 }), (chunks, place) => {
        const file = encodeObjectFile(chunks, symbols);
        const position = place % file.length;
        expect(decodeObjectFile(file.subarray(0, position), symbols)).toBeUndefined();
        file[position] = (file[position] ?? 0) ^ 1;
        expect(decodeObjectFile(file, symbols)).toBeUndefined();
      }),
    );
  });
});
