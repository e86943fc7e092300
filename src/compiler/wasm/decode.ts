import { ByteReader } from "../bytes/reader.ts";
import { readConstantExpression } from "./constant-expression.ts";
import { DecodeError, invalid, UnsupportedError, withDecodeErrors } from "./errors.ts";
import { checkLimit, readLimited } from "./limits.ts";
import type {
  ByteRange,
  DataSegment,
  ElementSegment,
  ExternalKind,
  ImportName,
  Module,
  WasmExport,
  WasmGlobal,
} from "./module.ts";
import { ModuleScope } from "./module-scope.ts";
import { readDataSegment, readElementSegment } from "./segments.ts";
import {
  readFunctionType,
  readMemoryLimits,
  readName,
  readReferenceType,
  readTableLimits,
  readValueType,
} from "./types.ts";

const magic = 0x6d736100; // "\0asm"
const externalKinds: readonly ExternalKind[] = ["function", "table", "memory", "global", "tag"];

/**
 * Decodes a module of the WebAssembly 2.0 binary format (section 5.5). Function bodies stay byte
 * ranges, which `validateFunctions` checks; all else is valid (section 3.4). Throws a `DecodeError`
 * or an `UnsupportedError`.
 */
export function decode(bytes: Uint8Array): Module {
  return withDecodeErrors(() => new ModuleDecoder(bytes).decode());
}

/** Section numbers in the order in which sections must stand. */
const sectionOrder = [1, 2, 3, 4, 5, 13, 6, 7, 8, 9, 12, 10, 11];

class ModuleDecoder {
  private readonly bytes: Uint8Array;
  private readonly scope = new ModuleScope();
  private exports: WasmExport[] = [];
  private start: number | undefined;
  private elements: ElementSegment[] = [];
  private dataCount: number | undefined;
  private data: DataSegment[] = [];
  private readonly customSections = new Map<string, ByteRange>();
  private importedFunctions = 0;
  private hasCode = false;
  private lastSection = -1;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  decode(): Module {
    checkLimit("moduleBytes", this.bytes.length, 0);
    const reader = new ByteReader(this.bytes);
    if (this.bytes.length < 8 || reader.fixed32() !== magic) {
      throw new DecodeError("wasm-not-a-module", 0, "not a WebAssembly module");
    }
    const version = reader.fixed32();
    if (version === 0x1000d) throw new UnsupportedError("the component model", 4);
    if (version !== 1) throw new DecodeError("wasm-not-a-module", 4, "unknown version");
    while (reader.remaining > 0) this.readSection(reader);
    if (!this.hasCode) this.joinBodies([], this.bytes.length);
    this.checkDataCount();
    const { declaredFunctions, functions, globals, memories, tables, tags, types } = this.scope;
    return {
      bytes: this.bytes,
      types,
      functions,
      tables,
      memories,
      tags,
      globals,
      exports: this.exports,
      start: this.start,
      elements: this.elements,
      dataCount: this.dataCount,
      data: this.data,
      declaredFunctions,
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
    const position = sectionOrder.indexOf(id);
    if (position < 0) throw invalid(offset, `unknown section ${id}`);
    if (position <= this.lastSection) throw invalid(offset, "section out of order");
    this.lastSection = position;
    this.readContents(id, section);
    if (section.remaining !== 0) throw invalid(section.offset, "section size mismatch");
  }

  private readContents(id: number, reader: ByteReader): void {
    const { scope } = this;
    const offset = reader.offset;
    switch (id) {
      case 1:
        scope.types = readLimited(reader, "types", () => readFunctionType(reader));
        break;
      case 2:
        readLimited(reader, "imports", () => this.readImport(reader));
        this.importedFunctions = scope.functions.length;
        break;
      case 3:
        readLimited(reader, "functions", () => this.declareFunction(reader, undefined));
        break;
      case 4:
        readLimited(reader, "tables", () => this.readTable(reader, undefined));
        break;
      case 5:
        readLimited(reader, "memories", () => this.readMemory(reader, undefined));
        break;
      case 6:
        readLimited(reader, "globals", () => this.readGlobal(reader));
        break;
      case 7:
        this.exports = readLimited(reader, "exports", () => readExport(reader, scope));
        break;
      case 8:
        this.start = reader.u32();
        scope.checkStart(this.start, offset);
        break;
      case 9:
        this.elements = readLimited(reader, "elementSegments", () =>
          readElementSegment(reader, scope),
        );
        break;
      case 10:
        this.hasCode = true;
        this.joinBodies(
          readLimited(reader, "functions", () => readBody(reader)),
          offset,
        );
        break;
      case 11:
        this.data = readLimited(reader, "dataSegments", () => readDataSegment(reader, scope));
        break;
      case 12:
        this.dataCount = reader.u32();
        break;
      case 13:
        readLimited(reader, "tags", () => this.readTag(reader, undefined));
        break;
    }
  }

  private readImport(reader: ByteReader): void {
    const name: ImportName = { module: readName(reader), name: readName(reader) };
    const offset = reader.offset;
    const kind = reader.u8();
    switch (kind) {
      case 0:
        this.declareFunction(reader, name);
        break;
      case 1:
        this.readTable(reader, name);
        break;
      case 2:
        this.readMemory(reader, name);
        break;
      case 3:
        this.scope.globals.push({ ...readGlobalType(reader), import: name, initial: undefined });
        break;
      case 4:
        this.readTag(reader, name);
        break;
      default:
        throw invalid(offset, "malformed import kind");
    }
  }

  private declareFunction(reader: ByteReader, name: ImportName | undefined): void {
    const offset = reader.offset;
    const typeIndex = reader.u32();
    this.scope.checkType(typeIndex, offset);
    this.scope.functions.push({ typeIndex, import: name, body: undefined });
    checkLimit("functions", this.scope.functions.length, offset);
  }

  private readTable(reader: ByteReader, name: ImportName | undefined): void {
    const offset = reader.offset;
    if (reader.remaining > 0 && this.bytes[offset] === 0x40) {
      throw new UnsupportedError("typed function references", offset);
    }
    const type = readReferenceType(reader);
    this.scope.tables.push({ ...readTableLimits(reader), type, import: name });
    checkLimit("tables", this.scope.tables.length, offset);
  }

  private readTag(reader: ByteReader, name: ImportName | undefined): void {
    const offset = reader.offset;
    if (reader.u8() !== 0) throw invalid(offset, "malformed tag attribute");
    const typeIndex = reader.u32();
    this.scope.checkType(typeIndex, offset);
    if (this.scope.types[typeIndex]?.results.length !== 0) {
      throw invalid(offset, "non-empty tag result type");
    }
    this.scope.tags.push({ typeIndex, import: name });
    checkLimit("tags", this.scope.tags.length, offset);
  }

  private readMemory(reader: ByteReader, name: ImportName | undefined): void {
    const { memories } = this.scope;
    memories.push({ ...readMemoryLimits(reader), import: name });
    checkLimit("memories", memories.length, reader.offset);
  }

  private readGlobal(reader: ByteReader): void {
    const declared = readGlobalType(reader);
    const initial = readConstantExpression(reader, this.scope, declared.type);
    this.scope.globals.push({ ...declared, import: undefined, initial });
  }

  private joinBodies(bodies: readonly ByteRange[], offset: number): void {
    const { functions } = this.scope;
    if (functions.length - this.importedFunctions !== bodies.length) {
      throw invalid(offset, "function and code section have inconsistent lengths");
    }
    bodies.forEach((body, index) => {
      const position = this.importedFunctions + index;
      const typeIndex = functions[position]?.typeIndex ?? 0;
      functions[position] = { typeIndex, import: undefined, body };
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

function readExport(reader: ByteReader, scope: ModuleScope): WasmExport {
  const start = reader.offset;
  const name = readName(reader);
  scope.checkExportName(name, start);
  const offset = reader.offset;
  const byte = reader.u8();
  const kind = externalKinds[byte];
  if (kind === undefined) throw invalid(offset, "malformed export kind");
  const index = reader.u32();
  scope.refer(kind, index, offset);
  return { name, kind, index };
}

function readBody(reader: ByteReader): ByteRange {
  const offset = reader.offset;
  const length = reader.u32();
  checkLimit("functionBytes", length, offset);
  const start = reader.offset;
  reader.skip(length);
  return { start, end: start + length };
}
