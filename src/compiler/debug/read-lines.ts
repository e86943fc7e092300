import type { ByteReader } from "../bytes/reader.ts";
import { Form, LineOperation } from "./dwarf.table.ts";
import { DwarfError } from "./dwarf-error.ts";
import { type DwarfSections, readFixed, readText } from "./dwarf-sections.ts";
import { type LineRow, LineTable } from "./line-table.ts";

const rowLimit = 10_000_000;

interface Header {
  /** What is to be added to the numbers of files. */
  readonly firstFile: number;
  readonly minimumLength: number;
  readonly isStatement: boolean;
  readonly lineBase: number;
  readonly lineRange: number;
  readonly operationBase: number;
  readonly operandCounts: readonly number[];
}

/**
 * The line program at an offset in `.debug_line` (DWARF 5, 6.2), run. Files have the numbers that
 * entries of version 4 name them by. Throws a `DwarfError` or `ReadError` for what is malformed.
 */
export function readLines(sections: DwarfSections, offset: number, folder: string): LineTable {
  const outer = sections.readerAt("debug_line", offset);
  const length = readFixed(outer, 4);
  if (length > outer.remaining) throw new DwarfError("line program too long", offset);
  const end = outer.offset + length;
  const version = readFixed(outer, 2);
  if (version < 2 || version > 5) throw new DwarfError(`line version ${version}`, offset);
  if (version === 5) outer.skip(2);
  const headerLength = readFixed(outer, 4);
  const programStart = outer.offset + headerLength;
  const header = readHeader(outer, version, offset);
  const files = version === 5 ? readNewFiles(sections, outer) : readOldFiles(outer, folder);
  const program = sections.readerAt("debug_line", programStart);
  return new LineTable(files, new LineProgram(program, end, header, sections.codeStart).run());
}

function readHeader(reader: ByteReader, version: number, offset: number): Header {
  const minimumLength = reader.u8();
  if (version >= 4) reader.u8(); // operations of VLIW processors
  const isStatement = reader.u8() !== 0;
  const lineBase = (reader.u8() << 24) >> 24;
  const lineRange = reader.u8();
  const operationBase = reader.u8();
  if (lineRange === 0 || operationBase === 0) throw new DwarfError("no line range", offset);
  const operandCounts = Array.from({ length: operationBase - 1 }, () => reader.u8());
  return {
    firstFile: version === 5 ? 1 : 0,
    minimumLength,
    isStatement,
    lineBase,
    lineRange,
    operationBase,
    operandCounts: [0, ...operandCounts],
  };
}

/** Version 4, 6.2.4: folders and files are numbered from 1 on; 0 is the unit's folder. */
function readOldFiles(reader: ByteReader, folder: string): string[] {
  const folders = [folder];
  for (let name = readText(reader); name !== ""; name = readText(reader)) {
    folders.push(joinPath(folder, name));
  }
  const files = [""];
  for (let name = readText(reader); name !== ""; name = readText(reader)) {
    files.push(joinPath(folders[reader.u32()] ?? folder, name));
    reader.u32();
    reader.u32();
  }
  return files;
}

/** Version 5, 6.2.4.1: tables whose columns are described, numbered from 0 on; here from 1 on. */
function readNewFiles(sections: DwarfSections, reader: ByteReader): string[] {
  const folders = readPaths(sections, reader).map(({ path }) => path);
  const [base = ""] = folders;
  const absolute = folders.map((folder) => joinPath(base, folder));
  const files = readPaths(sections, reader);
  return ["", ...files.map(({ folder, path }) => joinPath(absolute[folder] ?? base, path))];
}

function readPaths(sections: DwarfSections, reader: ByteReader) {
  const formats = Array.from({ length: reader.u8() }, () => [reader.u32(), reader.u32()] as const);
  const count = reader.u32();
  if (count > reader.remaining) throw new DwarfError("too many files", reader.offset);
  return Array.from({ length: count }, () => {
    const entry = { path: "", folder: 0 };
    for (const [content, form] of formats) {
      const value = readColumn(sections, reader, form);
      if (content === LineOperation.contentPath && typeof value === "string") entry.path = value;
      if (content === LineOperation.contentFolder && typeof value === "number") {
        entry.folder = value;
      }
    }
    return entry;
  });
}

function readColumn(
  sections: DwarfSections,
  reader: ByteReader,
  form: number,
): string | number | undefined {
  switch (form) {
    case Form.string:
      return readText(reader);
    case Form.lineStringOffset:
      return sections.text("debug_line_str", readFixed(reader, 4));
    case Form.stringOffset:
      return sections.text("debug_str", readFixed(reader, 4));
    case Form.unsigned:
      return reader.u32();
    case Form.data1:
      return reader.u8();
    case Form.data2:
      return readFixed(reader, 2);
    case Form.data4:
      return readFixed(reader, 4);
    case Form.data8:
      return readFixed(reader, 8);
    case Form.data16:
      reader.skip(16);
      return undefined;
    case Form.block:
      reader.skip(reader.u32());
      return undefined;
    default:
      throw new DwarfError(`unknown form ${form}`, reader.offset);
  }
}

function joinPath(folder: string, name: string): string {
  if (name.startsWith("/") || folder === "") return name;
  return folder.endsWith("/") ? folder + name : `${folder}/${name}`;
}

/** The machine of 6.2.2, which makes rows. */
class LineProgram {
  private readonly rows: LineRow[] = [];
  private address = 0;
  private file = 1;
  private line = 1;
  private column = 0;
  private isStatement: boolean;

  constructor(
    private readonly reader: ByteReader,
    private readonly end: number,
    private readonly header: Header,
    private readonly codeStart: number,
  ) {
    this.isStatement = header.isStatement;
  }

  run(): LineRow[] {
    const { header, reader } = this;
    while (reader.offset < this.end) {
      const operation = reader.u8();
      if (operation >= header.operationBase) this.special(operation);
      else if (operation === 0) this.extended();
      else this.standard(operation);
      if (this.rows.length > rowLimit) throw new DwarfError("too many lines", reader.offset);
    }
    return this.rows;
  }

  private special(operation: number): void {
    const { lineBase, lineRange, minimumLength, operationBase } = this.header;
    const adjusted = operation - operationBase;
    this.address += minimumLength * Math.floor(adjusted / lineRange);
    this.line += lineBase + (adjusted % lineRange);
    this.addRow();
  }

  private extended(): void {
    const { reader } = this;
    const length = reader.u32();
    const next = reader.offset + length;
    if (length > reader.remaining) throw new DwarfError("operation too long", reader.offset);
    const operation = length === 0 ? 0 : reader.u8();
    if (operation === LineOperation.extendedSetAddress) {
      this.address = readFixed(reader, length - 1);
    } else if (operation === LineOperation.extendedEndSequence) {
      this.rows.push({ offset: this.codeStart + this.address, source: undefined });
      this.address = 0;
      this.file = 1;
      this.line = 1;
      this.column = 0;
      this.isStatement = this.header.isStatement;
    }
    reader.offset = next;
  }

  private standard(operation: number): void {
    const { header, reader } = this;
    switch (operation) {
      case LineOperation.copy:
        this.addRow();
        break;
      case LineOperation.advanceAddress:
        this.address += header.minimumLength * reader.u32();
        break;
      case LineOperation.advanceLine:
        this.line += reader.s32();
        break;
      case LineOperation.setFile:
        this.file = reader.u32();
        break;
      case LineOperation.setColumn:
        this.column = reader.u32();
        break;
      case LineOperation.negateStatement:
        this.isStatement = !this.isStatement;
        break;
      case LineOperation.advanceByConstant: {
        const steps = Math.floor((255 - header.operationBase) / header.lineRange);
        this.address += header.minimumLength * steps;
        break;
      }
      case LineOperation.advanceFixed:
        this.address += readFixed(reader, 2);
        break;
      default:
        for (let left = header.operandCounts[operation] ?? 0; left > 0; left--) reader.u32();
    }
  }

  private addRow(): void {
    const { address, column, file, isStatement, line } = this;
    this.rows.push({
      offset: this.codeStart + address,
      source: { file: file + this.header.firstFile, line: Math.max(0, line), column, isStatement },
    });
  }
}
