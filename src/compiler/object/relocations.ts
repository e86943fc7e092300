import type { SymbolId } from "./symbols.ts";

/**
 * How a symbol's address enters the bytes at a relocation: `pc32` relative to the end of the
 * 4-byte field, `absolute32` as 4 bytes (the address lies below 2 GiB), `absolute64` as 8 bytes.
 */
export const RelocationKind = { pc32: 0, absolute32: 1, absolute64: 2 } as const;

/** A place in a chunk where an address must be filled in; the addend is an int32. */
export interface Relocation {
  readonly offset: number;
  readonly kind: number;
  readonly symbol: SymbolId;
  readonly addend: number;
}

/** Numbers of `Relocations` for each of them: offset, kind, symbol, addend. */
export const relocationWords = 4;

/**
 * The relocations of a chunk, in numbers: a large module has a million, which the linker applies
 * as they lie in the cache.
 */
export class Relocations implements Iterable<Relocation> {
  /** All of them, `relocationWords` each. */
  readonly words: Int32Array;

  constructor(words: Int32Array) {
    this.words = words;
  }

  /** How many there are. */
  get count(): number {
    return this.words.length / relocationWords;
  }

  /** Where the field lies in the chunk's bytes. */
  offset(position: number): number {
    return this.words[position * relocationWords] ?? 0;
  }

  /** One of `RelocationKind`. */
  kind(position: number): number {
    return this.words[position * relocationWords + 1] ?? 0;
  }

  /** The symbol whose address is filled in. */
  symbol(position: number): SymbolId {
    return this.words[position * relocationWords + 2] ?? 0;
  }

  /** What is added to the address. */
  addend(position: number): number {
    return this.words[position * relocationWords + 3] ?? 0;
  }

  /** Whether one of them is for a symbol. */
  mention(symbol: SymbolId): boolean {
    for (let position = 0; position < this.count; position++) {
      if (this.symbol(position) === symbol) return true;
    }
    return false;
  }

  /** Each as an object, where there are few. */
  *[Symbol.iterator](): Generator<Relocation> {
    for (let position = 0; position < this.count; position++) {
      yield {
        offset: this.offset(position),
        kind: this.kind(position),
        symbol: this.symbol(position),
        addend: this.addend(position),
      };
    }
  }
}

/** Those of a chunk without addresses in it. */
export const noRelocations = new Relocations(new Int32Array(0));

/** Relocations while they are found. */
export class RelocationWriter {
  private readonly words: number[] = [];

  /** Adds one at an offset in the chunk's bytes. */
  add(offset: number, kind: number, symbol: SymbolId, addend = 0): void {
    this.words.push(offset, kind, symbol, addend);
  }

  /** All of them, in the order in which they came. */
  finish(): Relocations {
    return this.words.length === 0 ? noRelocations : new Relocations(Int32Array.from(this.words));
  }
}
