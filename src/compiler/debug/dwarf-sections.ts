import { ByteReader } from "../bytes/reader.ts";
import type { Module } from "../wasm/module.ts";
import { DwarfError } from "./dwarf-error.ts";

const codeSection = 10;
const moduleHeaderBytes = 8;
const empty = new Uint8Array(0);

/** The sections of DWARF in a module; addresses in them count from the contents of its code section. */
export class DwarfSections {
  readonly codeStart: number;

  constructor(private readonly module: Module) {
    this.codeStart = startOfCode(module.bytes);
  }

  /** Whether there is debug information at all. */
  get isPresent(): boolean {
    return this.find("debug_info").length > 0 && this.find("debug_abbrev").length > 0;
  }

  /** The contents of a section, nothing if there is none. */
  find(name: string): Uint8Array {
    const range = this.module.customSections.get(`.${name}`);
    return range === undefined ? empty : this.module.bytes.subarray(range.start, range.end);
  }

  /** A reader from an offset in a section on. */
  readerAt(name: string, offset: number): ByteReader {
    const bytes = this.find(name);
    if (offset < 0 || offset > bytes.length) throw new DwarfError(`no ${name}`, offset);
    return new ByteReader(bytes, offset);
  }

  /** The text at an offset in a section of texts. */
  text(name: string, offset: number): string {
    return readText(this.readerAt(name, offset));
  }
}

/** A text that ends in a zero byte. */
export function readText(reader: ByteReader): string {
  const end = reader.bytes.indexOf(0, reader.offset);
  if (end < 0 || end >= reader.end) throw new DwarfError("endless text", reader.offset);
  const text = new TextDecoder().decode(reader.bytes.subarray(reader.offset, end));
  reader.offset = end + 1;
  return text;
}

/** An unsigned integer of 1, 2, 3, 4 or 8 bytes; one beyond 2^53 is no offset or address. */
export function readFixed(reader: ByteReader, bytes: number): number {
  let value = 0;
  for (let index = 0; index < bytes; index++) value += reader.u8() * 2 ** (8 * index);
  return value;
}

function startOfCode(bytes: Uint8Array): number {
  const reader = new ByteReader(bytes, moduleHeaderBytes);
  while (reader.remaining > 0) {
    const id = reader.u8();
    const length = reader.u32();
    if (id === codeSection) return reader.offset;
    reader.skip(length);
  }
  return 0;
}
