import { elfSizes, sectionType } from "./format.ts";
import type { ElfSection } from "./sections.ts";

/** A name for an address, for debuggers and disassemblers. */
export interface ElfSymbol {
  readonly name: string;
  readonly address: number;
  /** Bytes that the function or variable takes. */
  readonly size: number;
  readonly kind: "function" | "object";
}

/** Functions belong to the first section, the code; gdb passes over absolute ones. */
const sectionNumbers = { function: 1, object: 0xfff1 } as const;
const globalBinding = 1 << 4;
const symbolTypes = { function: 2, object: 1 } as const;

/** The symbol table, to be section `number`, and its names, to be the next. */
export function symbolSections(symbols: readonly ElfSymbol[], number: number): ElfSection[] {
  const names = encodeNames(symbols);
  const table = new Uint8Array(elfSizes.symbol * (symbols.length + 1));
  const view = new DataView(table.buffer);
  symbols.forEach((symbol, index) => {
    writeSymbol(view, elfSizes.symbol * (index + 1), symbol, names.offsets[index] ?? 0);
  });
  return [
    {
      name: ".symtab",
      type: sectionType.symbols,
      bytes: table,
      link: number + 1,
      info: 1, // the first global symbol
      entryBytes: elfSizes.symbol,
    },
    { name: ".strtab", type: sectionType.strings, bytes: names.bytes },
  ];
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
  view.setUint16(at + 6, sectionNumbers[symbol.kind], true);
  view.setBigUint64(at + 8, BigInt(symbol.address), true);
  view.setBigUint64(at + 16, BigInt(symbol.size), true);
}
