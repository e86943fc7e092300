import { elfSizes, sectionType } from "./format.ts";

/** A name for an address, for debuggers and disassemblers. */
export interface ElfSymbol {
  readonly name: string;
  readonly address: number;
  /** Bytes that the function or variable takes. */
  readonly size: number;
  readonly kind: "function" | "object";
}

const absoluteSection = 0xfff1;
const globalBinding = 1 << 4;
const symbolTypes = { function: 2, object: 1 } as const;
const sectionNames = "\0.symtab\0.strtab\0.shstrtab\0";

/** The same file with a symbol table and the section headers that lead to it behind the contents. */
export function appendSymbols(file: Uint8Array, symbols: readonly ElfSymbol[]): Uint8Array {
  const names = encodeNames(symbols);
  const symbolsAt = alignTo8(file.length);
  const symbolBytes = elfSizes.symbol * (symbols.length + 1);
  const namesAt = symbolsAt + symbolBytes;
  const sectionNamesAt = namesAt + names.bytes.length;
  const headersAt = alignTo8(sectionNamesAt + sectionNames.length);
  const grown = new Uint8Array(headersAt + 4 * elfSizes.section);
  grown.set(file);
  grown.set(names.bytes, namesAt);
  grown.set(new TextEncoder().encode(sectionNames), sectionNamesAt);
  const view = new DataView(grown.buffer);
  symbols.forEach((symbol, index) => {
    const at = symbolsAt + elfSizes.symbol * (index + 1);
    writeSymbol(view, at, symbol, names.offsets[index] ?? 0);
  });
  const header = (index: number) => headersAt + index * elfSizes.section;
  writeSection(view, header(1), 1, sectionType.symbols, symbolsAt, symbolBytes);
  view.setUint32(header(1) + 40, 2, true); // sh_link: the names
  view.setUint32(header(1) + 44, 1, true); // sh_info: the first global symbol
  view.setBigUint64(header(1) + 56, BigInt(elfSizes.symbol), true);
  writeSection(view, header(2), 9, sectionType.strings, namesAt, names.bytes.length);
  writeSection(view, header(3), 17, sectionType.strings, sectionNamesAt, sectionNames.length);
  view.setBigUint64(40, BigInt(headersAt), true);
  view.setUint16(60, 4, true);
  view.setUint16(62, 3, true);
  return grown;
}

function alignTo8(value: number): number {
  return Math.ceil(value / 8) * 8;
}

function encodeNames(symbols: readonly ElfSymbol[]): { bytes: Uint8Array; offsets: number[] } {
  const encoded = symbols.map(({ name }) => new TextEncoder().encode(name));
  const bytes = new Uint8Array(encoded.reduce((sum, name) => sum + name.length + 1, 1));
  let end = 1;
  const offsets = encoded.map((name) => {
    const offset = end;
    bytes.set(name, offset);
    end += name.length + 1;
    return offset;
  });
  return { bytes, offsets };
}

function writeSymbol(view: DataView, at: number, symbol: ElfSymbol, nameOffset: number): void {
  view.setUint32(at, nameOffset, true);
  view.setUint8(at + 4, globalBinding | symbolTypes[symbol.kind]);
  view.setUint16(at + 6, absoluteSection, true);
  view.setBigUint64(at + 8, BigInt(symbol.address), true);
  view.setBigUint64(at + 16, BigInt(symbol.size), true);
}

function writeSection(
  view: DataView,
  at: number,
  nameOffset: number,
  type: number,
  offset: number,
  size: number,
): void {
  view.setUint32(at, nameOffset, true);
  view.setUint32(at + 4, type, true);
  view.setBigUint64(at + 24, BigInt(offset), true);
  view.setBigUint64(at + 32, BigInt(size), true);
  view.setBigUint64(at + 48, 1n, true);
}
