import { FlagsEffect, Layout, probedCpuLevel, Role } from "./encoding-layout.ts";
import { type OperandKind, operandKinds } from "./operand-kinds.ts";
import { Register, type RegisterName } from "./registers.ts";

/** One operand of an instruction form. */
export interface FormOperand {
  readonly kind: OperandKind;
  /** A value of `Role`. */
  readonly role: number;
}

/** A row of the encoding table, parsed; the fields are the columns of `forms`. */
export interface EncodingRow {
  mnemonic: string;
  readonly operands: FormOperand[];
  layout: number;
  prefixes: number;
  opcode: number;
  opcodeBytes: number;
  digit: number;
  immediateBytes: number;
  memoryBytes: number;
  implicitReads: number;
  implicitWrites: number;
  clobbers: number;
  flags: number;
  cpuLevel: number;
}

/** What a word of the second column means. */
interface OpcodeWord {
  readonly layout: number;
  readonly digit: number;
  readonly immediateBytes: number;
  /** An opcode or prefix byte, or -1. */
  readonly byte: number;
  /** VEX.pp, and VEX.mmmmm in the second byte. */
  readonly vexFields: number;
}

const columnEnd = "|";
const rowEnd = ";";

const roles: ReadonlyMap<string, number> = new Map([
  ["r", Role.read],
  ["w", Role.write],
  ["rw", Role.readWrite],
]);

const immediateSizes: ReadonlyMap<string, number> = new Map([
  ["ib", 1],
  ["iw", 2],
  ["id", 4],
  ["io", 8],
  ["cb", 1],
  ["cd", 4],
  ["cp", 6],
]);

/** The prefixes and opcode maps that VEX.pp and VEX.mmmmm stand for, in the order of their numbers. */
const vexPrefixes: readonly string[] = ["", "66", "F3", "F2"];
const vexMaps: readonly string[] = ["", "0F", "0F38", "0F3A"];

const legacyPrefixes: readonly number[] = [0x66, 0xf0, 0xf2, 0xf3];

/**
 * Parses the rows of the encoding table; throws an Error that quotes a malformed word. Every start
 * of the compiler pays for this: the text is cut at once, and each different word understood once.
 */
export function parseRows(texts: readonly string[]): EncodingRow[] {
  return new RowParser(texts).rows();
}

class RowParser {
  private readonly words: readonly string[];
  private at = 0;
  private readonly operandWords = new Map<string, FormOperand>();
  private readonly opcodeWords = new Map<string, OpcodeWord>();

  constructor(texts: readonly string[]) {
    this.words = texts.join(` ${rowEnd} `).match(/[^ ,]+/g) ?? [];
    for (const kind of operandKinds) {
      this.operandWords.set(kind.name, { kind, role: Role.none });
      for (const [name, role] of roles) {
        this.operandWords.set(`${name}:${kind.name}`, { kind, role });
      }
    }
  }

  rows(): EncodingRow[] {
    const rows: EncodingRow[] = [];
    while (this.at < this.words.length) {
      const row = emptyRow();
      this.parseInstruction(row);
      this.parseOpcode(row);
      this.parseEffects(row);
      placeOperands(row);
      rows.push(row);
    }
    return rows;
  }

  /** The next word of the column, or the empty string behind its last one. */
  private next(): string {
    const word = this.words[this.at] ?? rowEnd;
    if (word === rowEnd) return "";
    this.at++;
    return word === columnEnd ? "" : word;
  }

  private parseInstruction(row: EncodingRow): void {
    for (let word = this.next(); word !== ""; word = this.next()) {
      const operand = this.operandWords.get(word);
      if (operand !== undefined) row.operands.push(operand);
      else if (row.operands.length > 0) throw new Error(`Bad operand ${word} of ${row.mnemonic}`);
      else row.mnemonic += row.mnemonic === "" ? word : ` ${word}`;
    }
  }

  private parseOpcode(row: EncodingRow): void {
    let prefixBits = 0;
    for (let word = this.next(); word !== ""; word = this.next()) {
      let meaning = this.opcodeWords.get(word);
      if (meaning === undefined) {
        meaning = parseOpcodeWord(word);
        this.opcodeWords.set(word, meaning);
      }
      const { layout, digit, immediateBytes, byte, vexFields } = meaning;
      row.layout |= layout;
      row.prefixes |= vexFields;
      row.digit |= digit;
      row.immediateBytes |= immediateBytes;
      if (byte < 0) continue;
      const isFirst = row.opcodeBytes === 0 && (row.layout & Layout.vex) === 0;
      if (isFirst && legacyPrefixes.includes(byte)) {
        row.prefixes |= byte << prefixBits;
        prefixBits += 8;
      } else {
        row.opcode |= byte << (8 * row.opcodeBytes++);
      }
    }
  }

  private parseEffects(row: EncodingRow): void {
    let verb = "";
    for (let word = this.next(); word !== ""; word = this.next()) {
      if (word === "clobbers" || roles.has(word)) verb = word;
      else if (word === "merges") row.layout |= Layout.merges;
      else if (word === "mode32") row.layout |= Layout.mode32Only;
      else if (word === "mode64") row.layout |= Layout.mode64Only;
      else if (word === "probed") row.cpuLevel = probedCpuLevel;
      else if (word === "v3" || word === "v4") row.cpuLevel = Number(word.charAt(1));
      else addEffect(row, word, verb);
    }
    if (this.words[this.at] === rowEnd) this.at++;
  }
}

/** A row of nothing yet. */
export function emptyRow(): EncodingRow {
  return {
    mnemonic: "",
    operands: [],
    layout: 0,
    prefixes: 0,
    opcode: 0,
    opcodeBytes: 0,
    digit: 0,
    immediateBytes: 0,
    memoryBytes: 0,
    implicitReads: 0,
    implicitWrites: 0,
    clobbers: 0,
    flags: 0,
    cpuLevel: 2,
  };
}

function parseOpcodeWord(word: string): OpcodeWord {
  const immediateBytes = immediateSizes.get(word) ?? 0;
  const meaning = { layout: 0, digit: 0, immediateBytes, byte: -1, vexFields: 0 };
  if (meaning.immediateBytes !== 0) return meaning;
  if (word === "REX.W") return { ...meaning, layout: Layout.rexW | Layout.mode64Only };
  if (word === "/r") return { ...meaning, layout: Layout.modRm };
  const [, simd, map, wide] = /^VEX\.(?:(66|F3|F2)\.)?(0F38|0F3A)(\.W1)?$/.exec(word) ?? [];
  if (map !== undefined) {
    const prefix = vexPrefixes.indexOf(simd ?? "") | (vexMaps.indexOf(map) << 8);
    const layout = Layout.vex | (wide === undefined ? 0 : Layout.rexW | Layout.mode64Only);
    return { ...meaning, layout, vexFields: prefix };
  }
  const digit = /^\/([0-7])$/.exec(word)?.[1];
  if (digit !== undefined) return { ...meaning, layout: Layout.modRm, digit: Number(digit) };
  const [, byte, register] = /^([0-9A-F]{2})(\+r)?$/.exec(word) ?? [];
  if (byte === undefined) throw new Error(`Bad opcode ${word}`);
  const layout = register === undefined ? 0 : Layout.opcodeRegister;
  return { ...meaning, layout, byte: Number.parseInt(byte, 16) };
}

function addEffect(row: EncodingRow, name: string, verb: string): void {
  const role = roles.get(verb);
  const register = Register[name as RegisterName] as number | undefined;
  if (verb === "" || (name !== "flags" && register === undefined)) {
    throw new Error(`Bad effect ${verb} ${name} of ${row.mnemonic}`);
  }
  if (register === undefined) row.flags |= role ?? FlagsEffect.clobbers;
  else if (role === undefined) row.clobbers |= 1 << register;
  else addImplicit(row, 1 << register, role);
}

/**
 * Decides which operand stands in which field: ModRM.rm takes the operand that may be memory, else
 * the last general or XMM register; ModRM.reg takes the other one.
 */
export function placeOperands(row: EncodingRow): void {
  let rm = -1;
  for (let index = row.operands.length - 1; index >= 0; index--) {
    const kind = row.operands[index]?.kind;
    if (kind === undefined) continue;
    if ((kind.rmLayout & Layout.rmMemory) !== 0) {
      rm = index;
      row.memoryBytes = kind.bits / 8;
    } else if (rm < 0 && kind.place === "register") rm = index;
  }
  let index = 0;
  for (const { kind, role } of row.operands) {
    if (index === rm) row.layout |= kind.rmLayout;
    else {
      row.layout |= kind.otherLayout;
      if (kind.place === "vexRegister" && index <= 1) {
        row.layout |= index === 0 ? Layout.vexFirst : Layout.vexSecond;
      }
      if (index > rm && (kind.otherLayout & Layout.regPresent) !== 0) row.layout |= Layout.rmFirst;
      if (kind.fixedRegister >= 0) addImplicit(row, 1 << kind.fixedRegister, role);
    }
    index++;
  }
  if ((row.layout & Layout.regPresent) === 0) row.layout |= Layout.rmFirst;
}

function addImplicit(row: EncodingRow, mask: number, role: number): void {
  if ((role & Role.read) !== 0) row.implicitReads |= mask;
  if ((role & Role.write) !== 0) row.implicitWrites |= mask;
}
