import { createHash } from "node:crypto";
import { type Chunk, type Relocation, type SectionName, sectionNames } from "./object.ts";
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
const relocationColumns = 4;

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
  const fields: number[] = [];
  const relocations: number[] = [];
  for (const chunk of chunks) {
    fields.push(
      rename(chunk.symbol),
      sectionNames.indexOf(chunk.section),
      chunk.bytes.length,
      chunk.size,
      chunk.alignment,
      chunk.relocations.length,
      chunk.frameBytes ?? -1,
      chunk.origins?.length ?? -1,
      chunk.unwinding?.steps.length ?? 0,
      chunk.locals?.length ?? 0,
    );
    for (const { offset, kind, symbol, addend } of chunk.relocations) {
      relocations.push(offset, kind, rename(symbol), addend);
    }
  }
  const debugWords = chunks.flatMap(({ locals, origins, unwinding }) =>
    [origins, unwinding?.steps, locals].filter((words) => words !== undefined),
  );
  const header: Header = {
    names: local.names,
    displayNames: chunks.map((chunk) => chunk.displayName ?? null),
    systemCalls: chunks.map((chunk) => chunk.systemCalls ?? []),
    chunkCount: chunks.length,
    relocationCount: relocations.length / relocationColumns,
    savedRegisters: chunks.map(
      ({ unwinding }) => unwinding?.saved.map(([register]) => register) ?? null,
    ),
    debugCount: debugWords.reduce((sum, words) => sum + words.length, 0),
  };
  const text = Buffer.from(JSON.stringify(header));
  return Buffer.concat([
    Buffer.from(Uint32Array.of(text.length).buffer),
    text,
    Buffer.from(Int32Array.from(fields).buffer),
    Buffer.from(Int32Array.from(relocations).buffer),
    ...debugWords.map(bytesOf),
    ...chunks.map((chunk) => chunk.bytes),
  ]);
}

/** Writes chunks as a file; the symbols they mention go along by name. */
export function encodeObjectFile(chunks: readonly Chunk[], symbols: SymbolTable): Uint8Array {
  const body = encodeChunks(chunks, symbols);
  return Buffer.concat([createHash("sha256").update(body).digest(), body]);
}

/** Reads chunks back, with symbols of another table; undefined if the file is damaged. */
export function decodeObjectFile(file: Uint8Array, symbols: SymbolTable): Chunk[] | undefined {
  const body = Buffer.from(file.buffer, file.byteOffset + hashBytes, file.length - hashBytes);
  const hash = createHash("sha256").update(body).digest();
  if (!hash.equals(file.subarray(0, hashBytes))) return undefined;
  return decodeChunks(body, symbols);
}

/** Reads back what `encodeChunks` wrote, with symbols of another table; the bytes are kept. */
export function decodeChunks(encoded: Uint8Array, symbols: SymbolTable): Chunk[] {
  const body = Buffer.from(encoded.buffer, encoded.byteOffset, encoded.length);
  const textLength = body.readUInt32LE(0);
  const textEnd = 4 + textLength;
  const header = JSON.parse(body.toString("utf8", 4, textEnd)) as Header;
  const fieldCount = header.chunkCount * chunkColumns;
  const fields = readWords(body, textEnd, fieldCount);
  const relocationStart = textEnd + fieldCount * 4;
  const relocationWords = header.relocationCount * relocationColumns;
  const relocations = readWords(body, relocationStart, relocationWords);
  const debugStart = relocationStart + relocationWords * 4;
  return new ChunkReader(
    header,
    fields,
    relocations,
    readWords(body, debugStart, header.debugCount),
    body.subarray(debugStart + header.debugCount * 4),
    header.names.map((name) => symbols.intern(name)),
  ).readAll();
}

function readWords(body: Buffer, start: number, count: number): Int32Array {
  return new Int32Array(new Uint8Array(body.subarray(start, start + count * 4)).buffer);
}

function bytesOf(words: Int32Array): Uint8Array {
  return new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
}

class ChunkReader {
  private nextByte = 0;
  private nextDebugWord = 0;
  private nextRelocation = 0;

  constructor(
    private readonly header: Header,
    private readonly fields: Int32Array,
    private readonly relocations: Int32Array,
    private readonly debugWords: Int32Array,
    private readonly contents: Uint8Array,
    private readonly symbols: readonly SymbolId[],
  ) {}

  readAll(): Chunk[] {
    return Array.from({ length: this.header.chunkCount }, (_, position) => this.read(position));
  }

  private read(position: number): Chunk {
    const start = position * chunkColumns;
    const [
      symbol = 0,
      section = 0,
      length = 0,
      size = 0,
      alignment = 1,
      relocations = 0,
      frame = -1,
      originCount = -1,
      stepCount = 0,
      localCount = 0,
    ] = this.fields.subarray(start, start + chunkColumns);
    const bytes = this.contents.subarray(this.nextByte, this.nextByte + length);
    this.nextByte += length;
    const origins = originCount < 0 ? undefined : this.readDebugWords(originCount);
    const steps = this.readDebugWords(stepCount);
    const locals = this.readDebugWords(localCount);
    const pushed = this.header.savedRegisters[position];
    const displayName = this.header.displayNames[position] ?? undefined;
    return {
      symbol: this.symbols[symbol] as SymbolId,
      section: sectionNames[section] as SectionName,
      bytes,
      size,
      alignment,
      relocations: Array.from({ length: relocations }, () => this.readRelocation()),
      systemCalls: this.header.systemCalls[position] ?? [],
      ...(frame < 0 ? {} : { frameBytes: frame }),
      ...(origins === undefined ? {} : { origins, locals }),
      ...(pushed === undefined || pushed === null
        ? {}
        : { unwinding: callUnwinding(steps, pushed) }),
      ...(displayName === undefined ? {} : { displayName }),
    };
  }

  private readDebugWords(count: number): Int32Array {
    const start = this.nextDebugWord;
    this.nextDebugWord += count;
    return this.debugWords.subarray(start, this.nextDebugWord);
  }

  private readRelocation(): Relocation {
    const start = this.nextRelocation++ * relocationColumns;
    const [offset = 0, kind = 0, symbol = 0, addend = 0] = this.relocations.subarray(
      start,
      start + relocationColumns,
    );
    return { offset, kind, symbol: this.symbols[symbol] as SymbolId, addend };
  }
}
