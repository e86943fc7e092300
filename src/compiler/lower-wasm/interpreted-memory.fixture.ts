import { appBase } from "../../contracts/machine-interface.ts";
import { wellKnownSymbols } from "../object/symbols.ts";
import { InterpretedTrap } from "../ssa/interpreter.ts";
import { Space } from "../ssa/operations.ts";
import type { ConstantExpression, Module } from "../wasm/module.ts";

/** What interpreted memories cannot grow beyond, whatever the module declares. */
const pageLimit = 256;
const pageBytes = 65_536;

/** Room for growth in tables without a maximum. */
const tableRoom = 64;

/** The app's memory, and kernel memory with variables, tables and segments in it. */
export class InterpretedMemory {
  private readonly addresses = new Map<string, number>();
  private readonly maximumPages: number;
  private kernel = new Uint8Array(4096);
  private app: Uint8Array;
  private nextAddress = 16;

  constructor(module: Module) {
    const memory = module.memories[0];
    this.maximumPages = Math.min(memory?.maximum ?? 65_536, pageLimit);
    this.app = new Uint8Array((memory?.minimum ?? 0) * pageBytes);
    this.storeSize();
  }

  /** The bytes of a space now. */
  bytes(space: number): Uint8Array {
    return space === Space.app ? this.app : this.kernel;
  }

  /** Where something with a name stands in kernel memory; a variable unless reserved before. */
  place(name: string, size = 8): number {
    const known = this.addresses.get(name);
    if (known !== undefined) return known;
    const address = this.nextAddress;
    this.nextAddress += Math.max(8, (size + 7) & ~7);
    this.addresses.set(name, address);
    if (this.nextAddress > this.kernel.length) {
      const grown = new Uint8Array(this.nextAddress * 2);
      grown.set(this.kernel);
      this.kernel = grown;
    }
    return address;
  }

  /** Reads 8 bytes of kernel memory. */
  read64(address: number): bigint {
    return new DataView(this.kernel.buffer).getBigUint64(address, true);
  }

  /** Writes 8 bytes of kernel memory. */
  write64(address: number, bits: bigint): void {
    new DataView(this.kernel.buffer).setBigUint64(address, bits, true);
  }

  /** What the kernel's memoryGrow does. */
  grow(pages: bigint): bigint {
    const old = this.app.length / pageBytes;
    if (old + Number(pages) > this.maximumPages) return 0xffff_ffffn;
    const grown = new Uint8Array((old + Number(pages)) * pageBytes);
    grown.set(this.app);
    this.app = grown;
    this.storeSize();
    return BigInt(old);
  }

  /** memmove over virtual addresses. */
  move(target: bigint, source: bigint, length: bigint): void {
    const from = this.range(source, length).slice();
    this.range(target, length).set(from);
  }

  /** memset over virtual addresses. */
  fill(target: bigint, byte: bigint, length: bigint): void {
    this.range(target, length).fill(Number(byte & 0xffn));
  }

  /** Lays out tables and segments, and copies the active ones as instantiation does. */
  initializeSegments(module: Module, bitsOf: (expression: ConstantExpression) => bigint): void {
    module.tables.forEach((table, index) => {
      this.place(`table.${index}.entries`, 8 * tableCapacity(module, index));
      this.write64(this.place(`table.${index}.size`), BigInt(table.minimum));
    });
    module.elements.forEach(({ items, mode, target }, index) => {
      const address = this.place(`element.${index}.contents`, 8 * items.length);
      items.forEach((item, position) => this.write64(address + 8 * position, bitsOf(item)));
      const isPassive = mode === "passive";
      const length = BigInt(isPassive ? items.length : 0);
      this.write64(this.place(`element.${index}.length`), length);
      if (target === undefined) return;
      const first = Number(bitsOf(target.offset));
      const size = module.tables[target.index]?.minimum ?? 0;
      if (first + items.length > size) throw new InterpretedTrap("tableOutOfBounds");
      const entries = this.place(`table.${target.index}.entries`) + 8 * first;
      items.forEach((item, position) => this.write64(entries + 8 * position, bitsOf(item)));
    });
    module.data.forEach(({ contents, target }, index) => {
      const bytes = module.bytes.subarray(contents.start, contents.end);
      const address = this.place(`data.${index}.contents`, bytes.length);
      this.kernel.set(bytes, address);
      const length = BigInt(target === undefined ? bytes.length : 0);
      this.write64(this.place(`data.${index}.length`), length);
      if (target === undefined) return;
      const first = Number(bitsOf(target.offset));
      if (first + bytes.length > this.app.length) throw new InterpretedTrap("memoryOutOfBounds");
      this.app.set(bytes, first);
    });
  }

  private range(address: bigint, length: bigint): Uint8Array {
    const isApp = address >= appBase;
    const start = Number(isApp ? address - appBase : address);
    const memory = isApp ? this.app : this.kernel;
    if (start + Number(length) > memory.length) throw new Error("a copy left its memory");
    return memory.subarray(start, start + Number(length));
  }

  private storeSize(): void {
    this.write64(this.place(wellKnownSymbols.appPages), BigInt(this.app.length / pageBytes));
    this.write64(this.place(wellKnownSymbols.appBytes), BigInt(this.app.length));
  }
}

/** Room in a table: its maximum, or a little more than its minimum. */
export function tableCapacity(module: Module, index: number): number {
  const table = module.tables[index];
  const minimum = table?.minimum ?? 0;
  return Math.min(table?.maximum ?? minimum + tableRoom, minimum + tableRoom);
}
