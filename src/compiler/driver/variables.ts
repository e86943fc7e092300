import { TsukiError } from "../../contracts/errors.ts";
import { maskBytes } from "../machine-x64/select/float.ts";
import type { Chunk } from "../object/object.ts";
import { noRelocations, RelocationKind, RelocationWriter } from "../object/relocations.ts";
import { type SymbolId, wellKnownSymbols } from "../object/symbols.ts";
import type { ConstantExpression } from "../wasm/module.ts";
import type { UnitEnvironment } from "./environment.ts";
import { LinkError } from "./errors.ts";
import { constantBits, segmentOffset, type Unit, variableBytes } from "./unit.ts";

const entryBytes = 8;
const wasmPageBytes = 65_536;

/** Makes the chunks of a unit's variables, tables and segments as something asks for them. */
export class UnitVariables {
  constructor(
    private readonly unit: Unit,
    private readonly environment: UnitEnvironment,
  ) {
    this.checkElements();
  }

  /** The chunk of a global, table, segment or length by the rest of its name, or undefined. */
  create(symbol: SymbolId, part: string): Chunk | undefined {
    const size = /^m(\d+)\.(pages|bytes)$/.exec(part);
    if (size !== null) return this.memorySize(symbol, Number(size[1]), size[2] === "bytes");
    const match = /^([gtde])(\d+)(\.size|\.length)?$/.exec(part);
    if (match === null) return undefined;
    const [, letter = "", digits = "", variable] = match;
    const index = Number(digits);
    if (variable !== undefined) return this.lengthVariable(symbol, letter, index);
    if (letter === "g") return this.global(symbol, index);
    if (letter === "t") return this.table(symbol, index);
    return letter === "d" ? this.data(symbol, index) : this.element(symbol, index);
  }

  /** Instantiation would trap; here the program is refused. */
  private checkElements(): void {
    for (const { items, target } of this.unit.module.elements) {
      if (target === undefined) continue;
      const offset = segmentOffset(target.offset, (global) =>
        this.environment.globalConstant(global),
      );
      const { initial } = this.environment.table(target.index);
      if (offset + items.length <= initial) continue;
      throw new TsukiError(
        "wasm-invalid",
        `An element segment at ${offset} does not fit into the app's table of ${initial} entries.`,
      );
    }
  }

  private lengthVariable(symbol: SymbolId, letter: string, index: number): Chunk {
    if (letter === "t") return word(symbol, this.environment.table(index).initial);
    const segment =
      letter === "d" ? this.environment.dataSegment(index) : this.environment.elementSegment(index);
    return word(symbol, segment.length);
  }

  private memorySize(symbol: SymbolId, memory: number, isBytes: boolean): Chunk {
    const pages = BigInt(this.unit.module.memories[memory]?.minimum ?? 0);
    return doubleWord(symbol, isBytes ? pages * BigInt(wasmPageBytes) : pages);
  }

  private global(symbol: SymbolId, index: number): Chunk {
    const global = this.unit.module.globals[index];
    if (global?.initial === undefined) throw new LinkError(`there is no global ${index}`);
    if (global.initial.kind === "vector") {
      const bytes = Uint8Array.from(global.initial.bytes);
      return plainChunk(symbol, "data", bytes, bytes.length);
    }
    return this.entries(symbol, [global.initial], "data");
  }

  private table(symbol: SymbolId, index: number): Chunk {
    const { module } = this.unit;
    const { capacity } = this.environment.table(index);
    const items = new Array<ConstantExpression | undefined>(capacity).fill(undefined);
    for (const segment of module.elements) {
      if (segment.mode !== "active" || segment.target?.index !== index) continue;
      const offset = segmentOffset(segment.target.offset, (global) =>
        this.environment.globalConstant(global),
      );
      segment.items.forEach((item, position) => {
        items[offset + position] = item;
      });
    }
    return this.entries(symbol, items, "data");
  }

  private element(symbol: SymbolId, index: number): Chunk {
    return this.entries(symbol, this.unit.module.elements[index]?.items ?? [], "readOnly");
  }

  private data(symbol: SymbolId, index: number): Chunk {
    const { contents } = this.unit.module.data[index] ?? { contents: { start: 0, end: 0 } };
    const bytes = this.unit.module.bytes.slice(contents.start, contents.end);
    return plainChunk(symbol, "readOnly", bytes, 1);
  }

  /** 8-byte words: numbers by their bits, functions as code address and signature. */
  private entries(
    symbol: SymbolId,
    items: readonly (ConstantExpression | undefined)[],
    section: "data" | "readOnly",
  ): Chunk {
    const { module } = this.unit;
    const words = new Int32Array(items.length * 2);
    const relocations = new RelocationWriter();
    items.forEach((item, position) => {
      if (item === undefined) return;
      if (item.kind === "function") {
        words[2 * position + 1] = this.environment.signatureId(
          module.functions[item.index]?.typeIndex ?? -1,
        );
        const code = this.environment.functionSymbol(item.index);
        relocations.add(position * entryBytes, RelocationKind.absolute32, code);
        return;
      }
      const bits = constantBits(item, (index) => this.environment.globalConstant(index));
      words[2 * position] = bits?.low ?? 0;
      words[2 * position + 1] = bits?.high ?? 0;
    });
    const bytes = new Uint8Array(words.buffer);
    return { ...plainChunk(symbol, section, bytes, entryBytes), relocations: relocations.finish() };
  }
}

function word(symbol: SymbolId, value: number): Chunk {
  return plainChunk(symbol, "data", new Uint8Array(Int32Array.of(value, 0).buffer), variableBytes);
}

function doubleWord(symbol: SymbolId, value: bigint): Chunk {
  const bytes = new Uint8Array(BigInt64Array.of(value).buffer);
  return plainChunk(symbol, "data", bytes, variableBytes);
}

function plainChunk(
  symbol: SymbolId,
  section: "data" | "readOnly",
  bytes: Uint8Array,
  alignment: number,
): Chunk {
  return { symbol, section, bytes, size: bytes.length, alignment, relocations: noRelocations };
}

/** The chunks that code of any unit may ask for by name: constants, masks, texts, the app's size. */
export function sharedVariable(
  symbol: SymbolId,
  name: string,
  appInitialPages: number,
): Chunk | undefined {
  if (name === wellKnownSymbols.appPages) return word(symbol, appInitialPages);
  if (name === wellKnownSymbols.appBytes) {
    return doubleWord(symbol, BigInt(appInitialPages * wasmPageBytes));
  }
  if (name === wellKnownSymbols.exception) return doubleWord(symbol, 0n);
  const mask = maskBytes(name);
  if (mask !== undefined) return plainChunk(symbol, "readOnly", mask, mask.length);
  const text = /^text\.([0-9a-f]*)$/.exec(name)?.[1];
  if (text !== undefined) return plainChunk(symbol, "readOnly", Buffer.from(`${text}00`, "hex"), 1);
  const constant = /^constant\.([0-9a-f]+)$/.exec(name)?.[1];
  if (constant === undefined) return undefined;
  const bytes = Uint8Array.from(Buffer.from(constant, "hex")).reverse();
  return plainChunk(symbol, "readOnly", bytes, bytes.length);
}
