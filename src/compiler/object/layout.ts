import type { Chunk, SectionName } from "./object.ts";

/** A section of the program, placed. */
export interface PlacedSection {
  readonly name: SectionName;
  readonly address: number;
  /** Bytes in memory, those in the file first. */
  readonly memorySize: number;
  /** Bytes in the file. */
  readonly fileSize: number;
}

/** A range of memory of the running program; both sizes in bytes. */
export interface Segment {
  readonly address: number;
  readonly memorySize: number;
  /** Contents of its beginning; the rest is zero. */
  readonly bytes: Uint8Array;
  readonly writable: boolean;
  readonly executable: boolean;
  /** Whether not even a read is allowed. */
  readonly isGuard?: boolean;
}

/** What lies where: asked by the linker section by section, then for symbols. */
export interface MemoryLayout {
  /** The lowest address for a section, given those before it, in the order of `sectionNames`. */
  sectionStart(section: SectionName, before: readonly PlacedSection[]): number;
  /** The addresses and sizes that only the layout knows, by name (`config.heapStart` ...). */
  symbols(sections: readonly PlacedSection[]): ReadonlyMap<string, number>;
  /** Memory without contents: stacks and heap. */
  emptySegments(sections: readonly PlacedSection[]): Segment[];
}

/** A function of a linked program. */
export interface LinkedFunction {
  readonly chunk: Chunk;
  readonly address: number;
}
