import type { LinkedFunction, MemoryLayout, PlacedSection, Segment } from "../object/layout.ts";
import { type Chunk, type SectionName, sectionNames } from "../object/object.ts";
import { RelocationKind } from "../object/relocations.ts";
import type { SymbolId, SymbolTable } from "../object/symbols.ts";
import { LinkError } from "./errors.ts";

const signedLimit = 2 ** 31;

/** A program with every address decided. */
export interface LinkedProgram {
  readonly segments: readonly Segment[];
  /** The functions in the order of their addresses. */
  readonly functions: readonly LinkedFunction[];
  /** The address of a symbol; throws a LinkError for one that is not there. */
  addressOf(name: string): number;
  /** As `addressOf`; undefined for a symbol that is not there. */
  findAddress(name: string): number | undefined;
}

/** Places chunks as a layout says and fills in their relocations. */
export function link(
  chunks: readonly Chunk[],
  symbols: SymbolTable,
  layout: MemoryLayout,
): LinkedProgram {
  const addresses = new SymbolAddresses(symbols);
  const members = new Map(
    sectionNames.map((name) => [name, chunks.filter((chunk) => chunk.section === name)]),
  );
  const placed: PlacedSection[] = [];
  for (const [name, sectionChunks] of members) {
    placed.push(placeSection(name, sectionChunks, layout.sectionStart(name, placed), addresses));
  }
  for (const [name, value] of layout.symbols(placed)) addresses.set(symbols.intern(name), value);
  const segments = placed
    .filter(({ memorySize }) => memorySize > 0)
    .map((section) => fillSection(section, members.get(section.name) ?? [], addresses));
  const functions = (members.get("text") ?? [])
    .filter((chunk) => chunk.frameBytes !== undefined)
    .map((chunk) => ({ chunk, address: addresses.of(chunk.symbol) }));
  return {
    segments: [...segments, ...layout.emptySegments(placed)],
    functions,
    addressOf: (name) => addresses.of(symbols.intern(name)),
    findAddress: (name) => addresses.find(symbols.intern(name)),
  };
}

/** Where symbols are: a million relocations ask. */
class SymbolAddresses {
  private readonly symbols: SymbolTable;
  /** By symbol; NaN for those that nothing defines. */
  private values: Float64Array;

  constructor(symbols: SymbolTable) {
    this.symbols = symbols;
    this.values = new Float64Array(symbols.names.length).fill(Number.NaN);
  }

  set(symbol: SymbolId, address: number): void {
    if (symbol >= this.values.length) {
      const grown = new Float64Array(2 * symbol + 1).fill(Number.NaN);
      grown.set(this.values);
      this.values = grown;
    }
    this.values[symbol] = address;
  }

  find(symbol: SymbolId): number | undefined {
    const address = this.values[symbol] ?? Number.NaN;
    return Number.isNaN(address) ? undefined : address;
  }

  of(symbol: SymbolId): number {
    const address = this.find(symbol);
    if (address !== undefined) return address;
    throw new LinkError(`nothing defines ${this.symbols.nameOf(symbol)}`);
  }
}

function placeSection(
  name: SectionName,
  chunks: readonly Chunk[],
  start: number,
  addresses: SymbolAddresses,
): PlacedSection {
  let end = start;
  let contentsEnd = start;
  for (const chunk of chunks) {
    const address = Math.ceil(end / chunk.alignment) * chunk.alignment;
    addresses.set(chunk.symbol, address);
    end = address + chunk.size;
    if (chunk.bytes.length > 0) contentsEnd = address + chunk.bytes.length;
  }
  return { name, address: start, memorySize: end - start, fileSize: contentsEnd - start };
}

function fillSection(
  section: PlacedSection,
  chunks: readonly Chunk[],
  addresses: SymbolAddresses,
): Segment {
  const bytes = new Uint8Array(section.fileSize);
  const view = new DataView(bytes.buffer);
  for (const chunk of chunks) {
    const offset = addresses.of(chunk.symbol) - section.address;
    if (chunk.bytes.length > 0) bytes.set(chunk.bytes, offset);
    const { relocations } = chunk;
    for (let position = 0; position < relocations.count; position++) {
      const field = offset + relocations.offset(position);
      const target = addresses.of(relocations.symbol(position)) + relocations.addend(position);
      applyRelocation(view, section.address, field, relocations.kind(position), target);
    }
  }
  return {
    address: section.address,
    bytes,
    memorySize: section.memorySize,
    writable: section.name === "data" || section.name === "zero",
    executable: section.name === "text",
  };
}

function applyRelocation(
  view: DataView,
  base: number,
  field: number,
  kind: number,
  target: number,
): void {
  if (kind === RelocationKind.pc32) {
    view.setInt32(field, target - (base + field + 4), true);
  } else if (kind === RelocationKind.absolute32) {
    if (target < -signedLimit || target >= signedLimit) {
      throw new LinkError(`an address of ${target.toString(16)} does not fit into 31 bits`);
    }
    view.setInt32(field, target, true);
  } else {
    view.setBigInt64(field, BigInt(target), true);
  }
}
