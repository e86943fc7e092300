import type { Chunk } from "../compiler/object/object.ts";
import { noRelocations, RelocationKind, RelocationWriter } from "../compiler/object/relocations.ts";
import type { SymbolTable } from "../compiler/object/symbols.ts";
import { functionRecord } from "../contracts/program-map.ts";

const namesSymbol = "image.functionNames";

/** The program map of an image: its records, its names, and how many functions it tells of. */
export interface ProgramMap {
  readonly chunks: readonly Chunk[];
  readonly functionCount: number;
}

/**
 * The program map (contracts/program-map.ts) of the functions among some chunks. The linker keeps
 * their order, so that the records are sorted by address.
 */
export function makeProgramMap(chunks: readonly Chunk[], symbols: SymbolTable): ProgramMap {
  const functions = chunks.filter(
    ({ section, frameBytes }) => section === "text" && frameBytes !== undefined,
  );
  const names = new NameTable();
  const bytes = new Uint8Array(functions.length * functionRecord.sizeBytes);
  const view = new DataView(bytes.buffer);
  const relocations = new RelocationWriter();
  functions.forEach((chunk, index) => {
    const record = index * functionRecord.sizeBytes;
    const address = (offset: number, symbol: number, addend: number) =>
      relocations.add(record + offset, RelocationKind.absolute32, symbol, addend);
    address(functionRecord.codeOffset, chunk.symbol, 0);
    address(functionRecord.endOffset, chunk.symbol, chunk.size);
    view.setUint32(record + functionRecord.frameOffset, chunk.frameBytes ?? 0, true);
    if (chunk.displayName !== undefined) {
      const nameOffset = names.add(chunk.displayName);
      address(functionRecord.nameOffset, symbols.intern(namesSymbol), nameOffset);
    }
  });
  const records = readOnlyChunk(symbols, "config.functionTable", bytes, 4);
  return {
    chunks: [
      { ...records, relocations: relocations.finish() },
      readOnlyChunk(symbols, namesSymbol, names.finish(), 1),
    ],
    functionCount: functions.length,
  };
}

/** Data that nobody changes, without addresses in it. */
export function readOnlyChunk(
  symbols: SymbolTable,
  name: string,
  bytes: Uint8Array,
  alignment: number,
): Chunk {
  const symbol = symbols.intern(name);
  return {
    symbol,
    section: "readOnly",
    bytes,
    size: bytes.length,
    alignment,
    relocations: noRelocations,
  };
}

const longestName = 0xffff;

/** Names one after another, each a u16 length and UTF-8 bytes; equal names once. */
class NameTable {
  readonly #offsets = new Map<string, number>();
  readonly #parts: Uint8Array[] = [];
  #length = 0;

  add(name: string): number {
    const known = this.#offsets.get(name);
    if (known !== undefined) return known;
    const text = new TextEncoder().encode(name).subarray(0, longestName);
    const offset = this.#length;
    this.#offsets.set(name, offset);
    this.#parts.push(Uint8Array.of(text.length & 0xff, text.length >> 8), text);
    this.#length += 2 + text.length;
    return offset;
  }

  finish(): Uint8Array {
    const bytes = new Uint8Array(this.#length);
    let end = 0;
    for (const part of this.#parts) {
      bytes.set(part, end);
      end += part.length;
    }
    return bytes;
  }
}
