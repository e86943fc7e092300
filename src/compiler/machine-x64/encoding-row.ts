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
  operands: FormOperand[];
  opcodeText: string;
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

const roleNames: Readonly<Record<string, number>> = {
  r: Role.read,
  w: Role.write,
  rw: Role.readWrite,
};

const immediateSizes: Readonly<Record<string, number>> = {
  ib: 1,
  iw: 2,
  id: 4,
  io: 8,
  cb: 1,
  cd: 4,
  cp: 6,
};

const legacyPrefixes: ReadonlySet<string> = new Set(["66", "F0", "F2", "F3"]);

/** Parses one row of the encoding table; throws an Error that quotes a malformed one. */
export function parseForm(text: string): EncodingRow {
  const [instruction = "", opcode = "", effects = ""] = text.split("|");
  const row: EncodingRow = {
    mnemonic: "",
    operands: [],
    opcodeText: opcode.trim(),
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
  parseInstruction(row, instruction.trim());
  parseOpcode(row, row.opcodeText);
  placeOperands(row);
  if (effects !== "") parseEffects(row, effects.trim());
  return row;
}

function parseInstruction(row: EncodingRow, text: string): void {
  for (const word of text.split(" ")) {
    const colon = word.indexOf(":");
    const kind = operandKinds.get(word.slice(colon + 1));
    if (kind === undefined) {
      if (colon >= 0 || row.operands.length > 0) throw new Error(`Bad operand ${word} in: ${text}`);
      row.mnemonic += row.mnemonic === "" ? word : ` ${word}`;
    } else {
      const role = colon < 0 ? Role.none : (roleNames[word.slice(0, colon)] ?? Role.none);
      row.operands.push({ kind, role });
    }
  }
}

function parseOpcode(row: EncodingRow, text: string): void {
  let prefixBits = 0;
  for (const word of text.split(" ")) {
    const immediateBytes = immediateSizes[word];
    if (immediateBytes !== undefined) {
      row.immediateBytes = immediateBytes;
    } else if (word === "REX.W") {
      row.layout |= Layout.rexW | Layout.mode64Only;
    } else if (word.startsWith("/")) {
      row.layout |= Layout.modRm;
      if (word !== "/r") row.digit = Number(word.slice(1));
    } else if (row.opcodeBytes === 0 && legacyPrefixes.has(word)) {
      row.prefixes |= Number.parseInt(word, 16) << prefixBits;
      prefixBits += 8;
    } else {
      if (!/^[0-9A-F]{2}(\+r)?$/.test(word)) throw new Error(`Bad opcode ${word} in: ${text}`);
      row.opcode |= Number.parseInt(word, 16) << (8 * row.opcodeBytes);
      row.opcodeBytes += 1;
      if (word.endsWith("+r")) row.layout |= Layout.opcodeRegister;
    }
  }
}

/**
 * Decides which operand stands in which field: ModRM.rm takes the operand that may be memory, else
 * the last general or XMM register; ModRM.reg takes the other one.
 */
function placeOperands(row: EncodingRow): void {
  const { operands } = row;
  let rm = operands.findIndex(({ kind }) => isMemory(kind));
  if (rm < 0) rm = operands.findLastIndex(({ kind }) => kind.place === "register");
  operands.forEach(({ kind, role }, index) => {
    if (index === rm) placeInRm(row, kind);
    else if (kind.place === "register" || kind.place === "special") {
      row.layout |= Layout.regPresent;
      if (index > rm) row.layout |= Layout.rmFirst;
      if (kind.xmm) row.layout |= Layout.regXmm;
      if (kind.bits === 8) row.layout |= Layout.regByte;
    } else placeElsewhere(row, kind, role);
    if (kind.bits === 64 && !kind.xmm && kind.place.startsWith("register")) {
      row.layout |= Layout.mode64Only;
    }
  });
  if ((row.layout & Layout.regPresent) === 0) row.layout |= Layout.rmFirst;
}

function isMemory(kind: OperandKind): boolean {
  return kind.place === "memory" || kind.place === "registerOrMemory";
}

function placeInRm(row: EncodingRow, kind: OperandKind): void {
  if (kind.place !== "memory") row.layout |= Layout.rmRegister;
  if (kind.xmm) row.layout |= Layout.rmXmm;
  if (kind.bits === 8) row.layout |= Layout.rmByte;
  if (isMemory(kind)) {
    row.layout |= Layout.rmMemory;
    row.memoryBytes = kind.bits / 8;
  }
}

function placeElsewhere(row: EncodingRow, kind: OperandKind, role: number): void {
  if (kind.place === "signedImmediate") row.layout |= Layout.immediateSigned;
  if (kind.place === "target") row.layout |= Layout.relative;
  if (kind.fixedRegister >= 0) addImplicit(row, 1 << kind.fixedRegister, role);
}

function addImplicit(row: EncodingRow, mask: number, role: number): void {
  if ((role & Role.read) !== 0) row.implicitReads |= mask;
  if ((role & Role.write) !== 0) row.implicitWrites |= mask;
}

function parseEffects(row: EncodingRow, text: string): void {
  for (const effect of text.split(", ")) {
    if (effect === "merges") row.layout |= Layout.merges;
    else if (effect === "mode32") row.layout |= Layout.mode32Only;
    else if (effect === "mode64") row.layout |= Layout.mode64Only;
    else if (effect === "probed") row.cpuLevel = probedCpuLevel;
    else if (effect === "v3" || effect === "v4") row.cpuLevel = Number(effect.charAt(1));
    else parseRegisterEffect(row, effect);
  }
}

function parseRegisterEffect(row: EncodingRow, text: string): void {
  const [verb = "", ...names] = text.split(" ");
  const role = roleNames[verb];
  if (role === undefined && verb !== "clobbers") throw new Error(`Bad effect: ${text}`);
  for (const name of names) {
    if (name === "flags") {
      if (role === undefined) row.flags |= FlagsEffect.clobbers;
      else row.flags |= role;
    } else {
      const register = Register[name as RegisterName] as number | undefined;
      if (register === undefined) throw new Error(`Bad register ${name} in: ${text}`);
      if (role === undefined) row.clobbers |= 1 << register;
      else addImplicit(row, 1 << register, role);
    }
  }
}
