/** A symbol: an index into a `SymbolTable`. */
export type SymbolId = number;

/** The names that code and data refer to, numbered in order of first use. */
export class SymbolTable {
  private readonly numbers = new Map<string, SymbolId>();
  /** Names by number. */
  readonly names: string[] = [];

  /** The number of a name, given on first use. */
  intern(name: string): SymbolId {
    const known = this.numbers.get(name);
    if (known !== undefined) return known;
    const symbol = this.names.length;
    this.numbers.set(name, symbol);
    this.names.push(name);
    return symbol;
  }

  /** The name of a symbol; throws a RangeError for an unknown number. */
  nameOf(symbol: SymbolId): string {
    const name = this.names[symbol];
    if (name === undefined) throw new RangeError(`no symbol ${symbol}`);
    return name;
  }
}

/** A set of symbols, for walks along a million relocations. */
export class SymbolSet {
  private isMember = new Uint8Array(1024);

  /** Adds a symbol; false if it was there. */
  add(symbol: SymbolId): boolean {
    if (symbol >= this.isMember.length) {
      const grown = new Uint8Array(2 * symbol);
      grown.set(this.isMember);
      this.isMember = grown;
    }
    if (this.isMember[symbol] === 1) return false;
    this.isMember[symbol] = 1;
    return true;
  }
}

/** Symbols that the compiler itself refers to; the linker or the platform's entry code defines them. */
export const wellKnownSymbols = {
  /** Where the app's memory begins, if the layout decides that. */
  appBase: "app.base",
  /** u32: size of the app's memory in 64 KiB pages. */
  appPages: "app.pages",
  /** u64: size of the app's memory in bytes. */
  appBytes: "app.bytes",
  /** Code: memmove(target: i64, source: i64, length: i64) over virtual addresses. */
  move: "runtime.move",
  /** Code: memset(target: i64, byte: i32, length: i64) over virtual addresses. */
  fill: "runtime.fill",
  /** Code: the kernel's memoryGrow(pages: i32) -> i32. */
  memoryGrow: "kernel.memoryGrow",
  /** Code: the kernel's furtherMemoryGrow(memory, size, pages, maximum: i32) -> i32. */
  furtherMemoryGrow: "kernel.furtherMemoryGrow",
  /** Code: the kernel's furtherMemoryBegin(memory: i32, pages: i32). */
  furtherMemoryBegin: "kernel.furtherMemoryBegin",
  /** Code: makes the app's memories after its first, then does what its start function does. */
  initializeMemories: "runtime.initializeMemories",
  /** Code: the kernel's atomicWait(isEqual: i32, timeout: i64) -> i32. */
  atomicWait: "kernel.atomicWait",
  /** u64: the exception that is being thrown, as its reference. */
  exception: "app.exception",
  /** Code: ends the caller by the exception that is being thrown; does not return. */
  throw: "runtime.throw",
  /** Code: makes an exception: (words: i32) -> i32, a kernel pointer; see `exceptionLayout`. */
  allocateException: "runtime.allocateException",
  /** Code: kernel's unwind(returnAddress: i64, stackPointer: i64) -> i64. */
  unwind: "kernel.unwind",
  /** Code: kernel's exceptionAllocate(words: i32, stackPointer: i64) -> i32. */
  exceptionAllocate: "kernel.exceptionAllocate",
  /** Code: kernel's trap(kind: i32, programCounter: i64, stackPointer: i64, address: i64). */
  trap: "kernel.trap",
} as const;

/** The u32 variable with the size in pages of one of the app's memories. */
export function memoryPagesSymbol(memory: number): string {
  return memory === 0 ? wellKnownSymbols.appPages : `app.m${memory}.pages`;
}

/** The u64 variable with the size in bytes of one of the app's memories. */
export function memoryBytesSymbol(memory: number): string {
  return memory === 0 ? wellKnownSymbols.appBytes : `app.m${memory}.bytes`;
}

/** The code that a trap of this number calls from its cold stub; the return address is the site. */
export function trapSymbol(kind: number): string {
  return `runtime.trap.${kind}`;
}
