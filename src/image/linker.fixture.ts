import { type Chunk, RelocationKind, sectionNames } from "../compiler/object/object.ts";
import type { SymbolTable } from "../compiler/object/symbols.ts";
import type { ElfSegment } from "./elf/writer.ts";
import type { ImageLayout, PlacedSection } from "./layout/image-layout.ts";

/** The least linker that entry code can be tried with: places all chunks, collects nothing. */
export function linkForTest(chunks: readonly Chunk[], table: SymbolTable, layout: ImageLayout) {
  const addresses = new Map<number, number>();
  const placed: PlacedSection[] = [];
  for (const name of sectionNames) {
    const members = chunks.filter((chunk) => chunk.section === name);
    const start = layout.sectionStart(name, placed);
    let end = start;
    for (const chunk of members) {
      end = Math.ceil(end / chunk.alignment) * chunk.alignment;
      addresses.set(chunk.symbol, end);
      end += chunk.size;
    }
    const memorySize = end - start;
    placed.push({ name, address: start, memorySize, fileSize: name === "zero" ? 0 : memorySize });
  }
  for (const [name, value] of layout.symbols(placed)) addresses.set(table.intern(name), value);
  const addressOf = (symbol: number): number => {
    const address = addresses.get(symbol);
    if (address === undefined) throw new Error(`${table.nameOf(symbol)} is not defined`);
    return address;
  };
  const segments = placed
    .filter(({ memorySize }) => memorySize > 0)
    .map((section): ElfSegment => {
      const bytes = new Uint8Array(section.fileSize);
      for (const chunk of chunks.filter((candidate) => candidate.section === section.name)) {
        relocate(bytes, section.address, chunk, addressOf);
      }
      return {
        address: section.address,
        bytes,
        memorySize: section.memorySize,
        writable: section.name === "data" || section.name === "zero",
        executable: section.name === "text",
      };
    });
  return {
    segments: [...segments, ...layout.emptySegments(placed)],
    addressOf: (name: string) => addressOf(table.intern(name)),
  };
}

function relocate(
  bytes: Uint8Array,
  base: number,
  chunk: Chunk,
  addressOf: (symbol: number) => number,
): void {
  const address = addressOf(chunk.symbol);
  if (chunk.section === "zero") return;
  bytes.set(chunk.bytes, address - base);
  const view = new DataView(bytes.buffer);
  for (const { offset, kind, symbol, addend } of chunk.relocations) {
    const field = address + offset;
    const target = addressOf(symbol) + addend;
    if (kind === RelocationKind.pc32) view.setInt32(field - base, target - field - 4, true);
    else if (kind === RelocationKind.absolute32) view.setUint32(field - base, target, true);
    else view.setBigUint64(field - base, BigInt(target), true);
  }
}
