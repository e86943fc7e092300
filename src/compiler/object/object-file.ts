import { createHash } from "node:crypto";
import { type Chunk, sectionNames } from "./object.ts";
import { noRelocations, Relocations, relocationWords } from "./relocations.ts";
import { type SymbolId, SymbolTable } from "./symbols.ts";
import { callUnwinding } from "./unwinding.ts";

/**
 * Compiled chunks as bytes, in which threads hand them over: the length of a JSON header, the header
 * (symbol names, display names, system calls, saved registers), then the chunks' and relocations'
 * columns, the chunks' origins, stack steps and locals as little-endian i32, then all bytes. The file form,
 * for the cache, has a SHA-256 of these in front.
 */
const hashBytes = 32;
const chunkColumns = 10;
/** Of those of a relocation. */
const symbolWord = 2;
const noWords = new Int32Array(0);

interface Header {
  readonly names: readonly string[];
  readonly displayNames: readonly (string | null)[];
  readonly systemCalls: readonly (readonly number[])[];
  readonly chunkCount: number;
  readonly relocationCount: number;
  /** Registers that each chunk pushes, if it tells how it is unwound. */
  readonly savedRegisters: readonly (readonly number[] | null)[];
  /** Numbers in the origins, stack steps and locals of all chunks. */
  readonly debugCount: number;
}

/** Writes chunks as bytes; the symbols they mention go along by name. */
export function encodeChunks(chunks: readonly Chunk[], symbols: SymbolTable): Uint8Array {
  const local = new SymbolTable();
  const rename = (symbol: SymbolId) => local.intern(symbols.nameOf(symbol));
  const fields = Int32Array.from(
    chunks.flatMap((chunk) => [
      rename(chunk.symbol),
      sectionNames.indexOf(chunk.section),
      chunk.bytes.length,
      chunk.size,
      chunk.alignment,
      chunk.relocations.count,
      chunk.frameBytes ?? -1,
      chunk.origins?.length ?? -1,
      chunk.unwinding?.steps.length ?? 0,
      chunk.locals?.length ?? 0,
    ]),
  );
  const relocations = chunks.map((chunk) => renamed(chunk.relocations, rename));
  const debugWords = chunks.flatMap(({ locals, origins, unwinding }) =>
    [origins, unwinding?.steps, locals].filter((words) => words !== undefined),
  );
  const header: Header = {
    names: local.names,
    displayNames: chunks.map((chunk) => chunk.displayName ?? null),
    systemCalls: chunks.map((chunk) => chunk.systemCalls ?? []),
    chunkCount: chunks.length,
    relocationCount: chunks.reduce((sum, chunk) => sum + chunk.relocations.count, 0),
    savedRegisters: chunks.map(
      ({ unwinding }) => unwinding?.saved.map(([register]) => register) ?? null,
    ),
    debugCount: debugWords.reduce((sum, words) => sum + words.length, 0),
  };
  const text = Buffer.from(JSON.stringify(header));
  return Buffer.concat([
    Buffer.from(Uint32Array.of(text.length).buffer),
    text,
    ...[fields, ...relocations, ...debugWords].map(bytesOf),
    ...chunks.map((chunk) => chunk.bytes),
  ]);
}

/** Relocations with other numbers for their symbols. */
function renamed({ words }: Relocations, rename: (symbol: SymbolId) => SymbolId): Int32Array {
  return words.map((word, index) => (index % relocationWords === symbolWord ? rename(word) : word));
}

/** Writes chunks as a file; the symbols they mention go along by name. */
export function encodeObjectFile(chunks: readonly Chunk[], symbols: SymbolTable): Uint8Array {
  const body = encodeChunks(chunks, symbols);
  return Buffer.concat([createHash("sha256").update(body).digest(), body]);
}

/** Reads chunks back, with symbols of another table; undefined if the file is damaged. */
export function decodeObjectFile(file: Uint8Array, symbols: SymbolTable): Chunk[] | undefined {
  if (file.length < hashBytes) return undefined;
  const body = file.subarray(hashBytes);
  const hash = createHash("sha256").update(body).digest();
  if (!hash.equals(file.subarray(0, hashBytes))) return undefined;
  return decodeChunks(body, symbols);
}

/** Reads back what `encodeChunks` wrote, with symbols of another table; the bytes are kept. */
export function decodeChunks(encoded: Uint8Array, symbols: SymbolTable): Chunk[] {
  const body = Buffer.from(encoded.buffer, encoded.byteOffset, encoded.length);
  const textEnd = 4 + body.readUInt32LE(0);
  const header = JSON.parse(body.toString("utf8", 4, textEnd)) as Header;
  const numbers = Int32Array.from(header.names, (name) => symbols.intern(name));
  const fieldCount = header.chunkCount * chunkColumns;
  const relocationCount = header.relocationCount * relocationWords;
  const words = readWords(body, textEnd, fieldCount + relocationCount + header.debugCount);
  const relocations = words.subarray(fieldCount, fieldCount + relocationCount);
  for (let index = symbolWord; index < relocations.length; index += relocationWords) {
    relocations[index] = numbers[relocations[index] ?? 0] ?? 0;
  }
  return new ChunkReader(
    header,
    words.subarray(0, fieldCount),
    relocations,
    words.subarray(fieldCount + relocationCount),
    encoded.subarray(textEnd + words.byteLength),
    numbers,
  ).readAll();
}

/** A copy, whose words lie where words may. */
function readWords(body: Uint8Array, start: number, count: number): Int32Array {
  return new Int32Array(new Uint8Array(body.subarray(start, start + count * 4)).buffer);
}

function bytesOf(words: Int32Array): Uint8Array {
  return new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
}

class ChunkReader {
  private nextField = 0;
  private nextRelocationWord = 0;
  private nextDebugWord = 0;
  private nextByte = 0;

  constructor(
    private readonly header: Header,
    private readonly fields: Int32Array,
    private readonly relocations: Int32Array,
    private readonly debugWords: Int32Array,
    private readonly contents: Uint8Array,
    private readonly symbols: Int32Array,
  ) {}

  readAll(): Chunk[] {
    return Array.from({ length: this.header.chunkCount }, (_, position) => this.read(position));
  }

  /** Reads the fields in the order of their columns. */
  private read(position: number): Chunk {
    const symbol = this.symbols[this.readField()] ?? 0;
    const section = sectionNames[this.readField()] ?? "text";
    const bytes = this.readBytes(this.readField());
    const size = this.readField();
    const alignment = this.readField();
    const relocations = this.readRelocations(this.readField());
    const frameBytes = this.readField();
    const originCount = this.readField();
    const origins = originCount < 0 ? undefined : this.readDebugWords(originCount);
    const steps = this.readDebugWords(this.readField());
    const locals = this.readDebugWords(this.readField());
    const pushed = this.header.savedRegisters[position] ?? undefined;
    const displayName = this.header.displayNames[position] ?? undefined;
    return {
      symbol,
      section,
      bytes,
      size,
      alignment,
      relocations,
      systemCalls: this.header.systemCalls[position] ?? [],
      ...(frameBytes < 0 ? {} : { frameBytes }),
      ...(origins === undefined ? {} : { origins, locals }),
      ...(pushed === undefined ? {} : { unwinding: callUnwinding(steps, pushed) }),
      ...(displayName === undefined ? {} : { displayName }),
    };
  }

  private readField(): number {
    return this.fields[this.nextField++] ?? 0;
  }

  private readBytes(count: number): Uint8Array {
    const start = this.nextByte;
    this.nextByte += count;
    return this.contents.subarray(start, this.nextByte);
  }

  private readRelocations(count: number): Relocations {
    if (count === 0) return noRelocations;
    const start = this.nextRelocationWord;
    this.nextRelocationWord += count * relocationWords;
    return new Relocations(this.relocations.subarray(start, this.nextRelocationWord));
  }

  private readDebugWords(count: number): Int32Array {
    if (count === 0) return noWords;
    const start = this.nextDebugWord;
    this.nextDebugWord += count;
    return this.debugWords.subarray(start, this.nextDebugWord);
  }
}
