import { appBase, memoryReservation } from "../../contracts/machine-interface.ts";
import { memoryBytesSymbol, memoryPagesSymbol } from "../object/symbols.ts";
import { InterpretedTrap } from "../ssa/interpreter.ts";
import { Space } from "../ssa/operations.ts";
import type { ConstantExpression, Module } from "../wasm/module.ts";

/** What interpreted memories cannot grow beyond, whatever the module declares. */
const pageLimit = 256;
/** Bytes of a page. */
export const pageBytes = 65_536;

/** Room for growth in tables without a maximum. */
const tableRoom = 64;

/** The app's memories, and kernel memory with variables, tables and segments in it. */
export class InterpretedMemory {
  private readonly addresses = new Map<string, number>();
  private readonly maximumPages: readonly number[];
  private kernel = new Uint8Array(4096);
  private readonly app: Uint8Array[];
  private nextAddress = 16;

  constructor(module: Module) {
    const { memories } = module;
    this.maximumPages = memories.map(({ maximum }) => Math.min(maximum ?? 65_536, pageLimit));
    this.app = memories.map(({ minimum }) => new Uint8Array(minimum * pageBytes));
    memories.forEach((_, index) => this.storeSize(index));
  }

  /** The bytes of a space now. */
  bytes(space: number): Uint8Array {
    return space === Space.kernel ? this.kernel : this.memory(space - Space.app);
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

  /** What the kernel's memoryGrow and furtherMemoryGrow do. */
  grow(memory: number, pages: bigint): bigint {
    const bytes = this.memory(memory);
    const old = bytes.length / pageBytes;
    if (old + Number(pages) > (this.maximumPages[memory] ?? 0)) return 0xffff_ffffn;
    const grown = new Uint8Array((old + Number(pages)) * pageBytes);
    grown.set(bytes);
    this.app[memory] = grown;
    this.storeSize(memory);
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
      const memory = this.memory(target.index);
      if (first + bytes.length > memory.length) throw new InterpretedTrap("memoryOutOfBounds");
      memory.set(bytes, first);
    });
  }

  private range(address: bigint, length: bigint): Uint8Array {
    const isApp = address >= appBase;
    const start = Number(isApp ? (address - appBase) % memoryReservation : address);
    const index = Number((address - appBase) / memoryReservation);
    const memory = isApp ? this.memory(index) : this.kernel;
    if (start + Number(length) > memory.length) throw new Error("a copy left its memory");
    return memory.subarray(start, start + Number(length));
  }

  private memory(index: number): Uint8Array {
    return this.app[index] ?? new Uint8Array(0);
  }

  private storeSize(index: number): void {
    const bytes = this.memory(index).length;
    this.write64(this.place(memoryPagesSymbol(index)), BigInt(bytes / pageBytes));
    this.write64(this.place(memoryBytesSymbol(index)), BigInt(bytes));
  }
}

/** Room in a table: its maximum, or a little more than its minimum. */
export function tableCapacity(module: Module, index: number): number {
  const table = module.tables[index];
  const minimum = table?.minimum ?? 0;
  return Math.min(table?.maximum ?? minimum + tableRoom, minimum + tableRoom);
}
