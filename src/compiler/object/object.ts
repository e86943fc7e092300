import type { Relocations } from "./relocations.ts";
import type { SymbolId } from "./symbols.ts";
import type { Unwinding } from "./unwinding.ts";

/** Sections in the order of their addresses in an image. */
export const sectionNames = ["text", "readOnly", "data", "zero"] as const;

/** Where a chunk goes: executable, read-only, writable with contents, or writable and zero. */
export type SectionName = (typeof sectionNames)[number];

/**
 * The unit of linking: one function, table, segment or variable. What no root reaches through
 * relocations is left out of the image.
 */
export interface Chunk {
  readonly symbol: SymbolId;
  readonly section: SectionName;
  /** Contents; empty in section `zero`. */
  readonly bytes: Uint8Array;
  /** Size in memory, at least `bytes.length`; the rest is zero. */
  readonly size: number;
  /** A power of two. */
  readonly alignment: number;
  readonly relocations: Relocations;
  /** For functions: bytes between the stack pointer and the return address in the body. */
  readonly frameBytes?: number;
  /** For functions: the name that a backtrace shows. */
  readonly displayName?: string;
  /**
   * For functions compiled with debug information: where code comes from, as pairs in ascending
   * order: an offset in `bytes`, and the offset in the module's bytes of the WebAssembly instruction
   * to which the code from there on belongs (0: to none). See `originAt`.
   */
  readonly origins?: Int32Array;
  /**
   * For functions compiled with debug information: where locals are that the module's own names, in
   * entries of four: the local, the offsets in `bytes` from and to which it is there, and a register's
   * hardware number, or -1 less how many bytes above the stack pointer.
   */
  readonly locals?: Int32Array;
  /** For functions by hand, and all those compiled with debug information: the way to the caller. */
  readonly unwinding?: Unwinding;
  /** For functions: numbers of the Linux system calls made after sealing (`host.call`). */
  readonly systemCalls?: readonly number[];
}

/** The module offset of the WebAssembly instruction from which code at an offset in a chunk comes, or 0. */
export function originAt({ origins }: Chunk, offset: number): number {
  let low = 0;
  let high = (origins?.length ?? 0) / 2;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((origins?.[middle * 2] ?? 0) <= offset) low = middle + 1;
    else high = middle;
  }
  return low === 0 ? 0 : (origins?.[low * 2 - 1] ?? 0);
}
