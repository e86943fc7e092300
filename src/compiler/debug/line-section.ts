import { ByteWriter } from "../bytes/writer.ts";
import { LineOperation } from "./dwarf.table.ts";
import type { LineTable, SourceLine } from "./line-table.ts";
import type { PlacedFunction } from "./placed-functions.ts";

const version = 4;
/** Numbers of operands of the standard operations, from 1 on (DWARF 5, 6.2.5.2). */
const operandCounts = [0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1];
const addressBytes = 8;

/** `.debug_line`: programs, one for each unit, that lead from machine code to the source. */
export class LineSection {
  private readonly writer = new ByteWriter(65_536);

  /** Adds the program of some functions, whose module has the lines; returns its offset. */
  add(functions: readonly PlacedFunction[], lines: LineTable): number {
    const { writer } = this;
    const start = writer.length;
    writer.u32(0);
    writer.u16(version);
    writer.u32(0);
    const headerStart = writer.length;
    this.writeHeader(lines.files);
    writer.patch32(headerStart - 4, writer.length - headerStart);
    for (const fn of functions) this.writeSequence(fn, lines);
    writer.patch32(start, writer.length - start - 4);
    return start;
  }

  /** All programs. */
  finish(): Uint8Array {
    return this.writer.toBytes();
  }

  private writeHeader(files: readonly string[]): void {
    const { writer } = this;
    writer.u8(1); // instructions may begin anywhere
    writer.u8(1); // one operation in each
    writer.u8(1); // rows are statements at first
    writer.u8(0); // no special operations: lines advance by 0 ...
    writer.u8(1); // ... in a range of one
    writer.u8(operandCounts.length + 1);
    for (const count of operandCounts) writer.u8(count);
    writer.u8(0); // no folders: names are paths
    for (const name of files.slice(1)) {
      writer.text(`${name === "" ? "?" : name}\0`);
      for (let field = 0; field < 3; field++) writer.u8(0);
    }
    writer.u8(0);
  }

  private writeSequence(fn: PlacedFunction, lines: LineTable): void {
    const { writer } = this;
    const { address, chunk } = fn;
    const sequence = new Sequence(writer, address);
    const origins = chunk.origins ?? new Int32Array(0);
    // The prologue belongs to where the body begins.
    const opening = lines.firstOf(fn);
    for (let at = 0; at < origins.length; at += 2) {
      const offset = origins[at] ?? 0;
      const origin = origins[at + 1] ?? 0;
      if (offset >= chunk.size) break;
      const source = origin === 0 ? opening : lines.find(origin);
      if (source !== undefined) sequence.add(offset, source);
    }
    sequence.end(chunk.size);
  }
}

/** The rows of one function, in ascending order. */
class Sequence {
  private offset = 0;
  private file = 1;
  private line = 1;
  private column = 0;
  private isStatement = true;
  private rows = 0;

  constructor(
    private readonly writer: ByteWriter,
    address: number,
  ) {
    writer.u8(0);
    writer.unsignedLeb(1 + addressBytes);
    writer.u8(LineOperation.extendedSetAddress);
    writer.u64(BigInt(address));
  }

  add(offset: number, { column, file, line, ...source }: SourceLine): void {
    const { writer } = this;
    const isSameLine = file === this.file && line === this.line && this.rows > 0;
    // The instruction at which a line began may be gone: then it begins with what is left of it.
    const isStatement = source.isStatement || !isSameLine;
    if (isSameLine && column === this.column && isStatement === this.isStatement) return;
    this.advance(offset);
    if (file !== this.file) {
      writer.u8(LineOperation.setFile);
      writer.unsignedLeb(file);
    }
    if (line !== this.line) {
      writer.u8(LineOperation.advanceLine);
      writer.signedLeb(line - this.line);
    }
    if (column !== this.column) {
      writer.u8(LineOperation.setColumn);
      writer.unsignedLeb(column);
    }
    if (isStatement !== this.isStatement) writer.u8(LineOperation.negateStatement);
    // The second row is where debuggers stop in a function: its parameters have arrived.
    if (this.rows === 1) writer.u8(LineOperation.prologueEnd);
    writer.u8(LineOperation.copy);
    this.file = file;
    this.line = line;
    this.column = column;
    this.isStatement = isStatement;
    this.rows++;
  }

  end(offset: number): void {
    this.advance(offset);
    this.writer.u8(0);
    this.writer.unsignedLeb(1);
    this.writer.u8(LineOperation.extendedEndSequence);
  }

  private advance(offset: number): void {
    if (offset === this.offset) return;
    this.writer.u8(LineOperation.advanceAddress);
    this.writer.unsignedLeb(offset - this.offset);
    this.offset = offset;
  }
}
