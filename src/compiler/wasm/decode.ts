import { ByteReader } from "../bytes/reader.ts";
import { readConstantExpression } from "./constant-expression.ts";
import { DecodeError, invalid, UnsupportedError, withDecodeErrors } from "./errors.ts";
import type {
  ByteRange,
  DataSegment,
  ElementSegment,
  ExternalKind,
  FunctionType,
  ImportName,
  Module,
  WasmExport,
  WasmFunction,
  WasmGlobal,
  WasmMemory,
  WasmTable,
} from "./module.ts";
import { readDataSegment, readElementSegment } from "./segments.ts";
import {
  readFunctionType,
  readMemoryLimits,
  readName,
  readReferenceType,
  readTableLimits,
  readValueType,
  readVector,
} from "./types.ts";

const magic = 0x6d736100; // "\0asm"
const externalKinds: readonly ExternalKind[] = ["function", "table", "memory", "global"];

/**
 * Decodes a module of the WebAssembly 2.0 binary format (section 5.5). Function bodies stay byte
 * ranges. Throws a `DecodeError` or an `UnsupportedError`; types are not checked.
 */
export function decode(bytes: Uint8Array): Module {
  return withDecodeErrors(() => new ModuleDecoder(bytes).decode());
}

/** Section numbers in the order in which sections must stand. */
const sectionOrder = [1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 10, 11];

class ModuleDecoder {
  private readonly bytes: Uint8Array;
  private types: FunctionType[] = [];
  private readonly functions: WasmFunction[] = [];
  private readonly tables: WasmTable[] = [];
  private readonly memories: WasmMemory[] = [];
  private readonly globals: WasmGlobal[] = [];
  private exports: WasmExport[] = [];
  private start: number | undefined;
  private elements: ElementSegment[] = [];
  private dataCount: number | undefined;
  private data: DataSegment[] = [];
  private readonly customSections = new Map<string, ByteRange>();
  private declaredTypes: number[] = [];
  private bodies: ByteRange[] = [];
  private lastSection = -1;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  decode(): Module {
    const reader = new ByteReader(this.bytes);
    if (this.bytes.length < 8 || reader.fixed32() !== magic) {
      throw new DecodeError("wasm-not-a-module", 0, "not a WebAssembly module");
    }
    const version = reader.fixed32();
    if (version === 0x1000d) throw new UnsupportedError("the component model", 4);
    if (version !== 1) throw new DecodeError("wasm-not-a-module", 4, "unknown version");
    while (reader.remaining > 0) this.readSection(reader);
    this.joinFunctions();
    this.checkDataCount();
    return {
      bytes: this.bytes,
      types: this.types,
      functions: this.functions,
      tables: this.tables,
      memories: this.memories,
      globals: this.globals,
      exports: this.exports,
      start: this.start,
      elements: this.elements,
      dataCount: this.dataCount,
      data: this.data,
      customSections: this.customSections,
    };
  }

  private readSection(reader: ByteReader): void {
    const offset = reader.offset;
    const id = reader.u8();
    const length = reader.u32();
    const start = reader.offset;
    reader.skip(length);
    const section = new ByteReader(this.bytes, start, start + length);
    if (id === 0) {
      const name = readName(section);
      this.customSections.set(name, { start: section.offset, end: section.end });
      return;
    }
    if (id === 13) throw new UnsupportedError("exceptions", offset);
    const position = sectionOrder.indexOf(id);
    if (position < 0) throw invalid(offset, `unknown section ${id}`);
    if (position <= this.lastSection) throw invalid(offset, "section out of order");
    this.lastSection = position;
    this.readContents(id, section);
    if (section.remaining !== 0) throw invalid(section.offset, "section size mismatch");
  }

  private readContents(id: number, reader: ByteReader): void {
    switch (id) {
      case 1:
        this.types = readVector(reader, () => readFunctionType(reader));
        break;
      case 2:
        readVector(reader, () => this.readImport(reader));
        break;
      case 3:
        this.declaredTypes = readVector(reader, () => this.readTypeIndex(reader));
        break;
      case 4:
        readVector(reader, () => this.readTable(reader, undefined));
        break;
      case 5:
        readVector(reader, () => this.readMemory(reader, undefined));
        break;
      case 6:
        readVector(reader, () => this.readGlobal(reader));
        break;
      case 7:
        this.exports = readVector(reader, () => readExport(reader));
        break;
      case 8:
        this.start = reader.u32();
        break;
      case 9:
        this.elements = readVector(reader, () => readElementSegment(reader));
        break;
      case 10:
        this.bodies = readVector(reader, () => readBody(reader));
        break;
      case 11:
        this.data = readVector(reader, () => readDataSegment(reader));
        break;
      case 12:
        this.dataCount = reader.u32();
        break;
    }
  }

  private readImport(reader: ByteReader): void {
    const name: ImportName = { module: readName(reader), name: readName(reader) };
    const offset = reader.offset;
    const kind = reader.u8();
    switch (kind) {
      case 0:
        this.functions.push({
          typeIndex: this.readTypeIndex(reader),
          import: name,
          body: undefined,
        });
        break;
      case 1:
        this.readTable(reader, name);
        break;
      case 2:
        this.readMemory(reader, name);
        break;
      case 3:
        this.globals.push({ ...readGlobalType(reader), import: name, initial: undefined });
        break;
      case 4:
        throw new UnsupportedError("exceptions", offset);
      default:
        throw invalid(offset, "malformed import kind");
    }
  }

  private readTypeIndex(reader: ByteReader): number {
    const offset = reader.offset;
    const index = reader.u32();
    if (index >= this.types.length) throw invalid(offset, `unknown type ${index}`);
    return index;
  }

  private readTable(reader: ByteReader, name: ImportName | undefined): void {
    const offset = reader.offset;
    if (reader.remaining > 0 && this.bytes[offset] === 0x40) {
      throw new UnsupportedError("typed function references", offset);
    }
    readReferenceType(reader);
    this.tables.push({ ...readTableLimits(reader), import: name });
  }

  private readMemory(reader: ByteReader, name: ImportName | undefined): void {
    if (this.memories.length > 0) throw new UnsupportedError("several memories", reader.offset);
    this.memories.push({ ...readMemoryLimits(reader), import: name });
  }

  private readGlobal(reader: ByteReader): void {
    const type = readGlobalType(reader);
    this.globals.push({ ...type, import: undefined, initial: readConstantExpression(reader) });
  }

  private joinFunctions(): void {
    if (this.declaredTypes.length !== this.bodies.length) {
      throw invalid(this.bytes.length, "function and code section have inconsistent lengths");
    }
    this.declaredTypes.forEach((typeIndex, index) => {
      this.functions.push({ typeIndex, import: undefined, body: this.bodies[index] });
    });
  }

  private checkDataCount(): void {
    if (this.dataCount !== undefined && this.dataCount !== this.data.length) {
      throw invalid(this.bytes.length, "data count and data section have inconsistent lengths");
    }
  }
}

function readGlobalType(reader: ByteReader): Pick<WasmGlobal, "type" | "isMutable"> {
  const type = readValueType(reader);
  const offset = reader.offset;
  const flags = reader.u8();
  if (flags === 2 || flags === 3) throw new UnsupportedError("threads (shared globals)", offset);
  if (flags > 1) throw invalid(offset, "malformed mutability");
  return { type, isMutable: flags === 1 };
}

function readExport(reader: ByteReader): WasmExport {
  const name = readName(reader);
  const offset = reader.offset;
  const byte = reader.u8();
  if (byte === 4) throw new UnsupportedError("exceptions", offset);
  const kind = externalKinds[byte];
  if (kind === undefined) throw invalid(offset, "malformed export kind");
  return { name, kind, index: reader.u32() };
}

function readBody(reader: ByteReader): ByteRange {
  const length = reader.u32();
  const start = reader.offset;
  reader.skip(length);
  return { start, end: start + length };
}
