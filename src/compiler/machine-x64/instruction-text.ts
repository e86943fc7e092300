import { type FormId, formNames, forms, operandKind } from "./encoding.ts";
import type { OperandKind } from "./operand-kinds.ts";
import { registerName, Segment } from "./registers.ts";

/** A memory operand, as `Assembler.emitMemory` takes it; base and index may be -1. */
export interface MemoryText {
  readonly base: number;
  readonly index: number;
  readonly scaleShift: number;
  readonly displacement: number;
  /** The name of a symbol added to the displacement. */
  readonly symbol?: string;
}

/** The operands of an instruction that its form does not fix. */
export interface InstructionOperands {
  /** The register operands in the order of the row. */
  readonly registers?: readonly number[];
  /** Stands for the operand that may be memory. */
  readonly memory?: MemoryText;
  /** The immediate, or the target's distance from the start of the instruction. */
  readonly immediate?: bigint;
  /** What to write in its place, such as a symbol's name. */
  readonly immediateText?: string;
}

const memorySizes: Readonly<Record<number, string>> = {
  8: "byte ",
  16: "word ",
  32: "dword ",
  64: "qword ",
  128: "oword ",
};

/**
 * An instruction in NASM's syntax with decimal numbers, the text that a disassembler of its
 * encoding prints: "add eax,dword [rcx+rdx*4+8]".
 */
export function instructionText(
  form: FormId,
  operands: InstructionOperands,
  mode: 32 | 64 = 64,
): string {
  const registers = [...(operands.registers ?? [])];
  const texts: string[] = [];
  for (let index = 0; index < (forms.operandCount[form] ?? 0); index++) {
    const kind = operandKind(form, index);
    if (kind !== undefined) texts.push(operandText(kind, operands, registers, mode));
  }
  const mnemonic = forms.mnemonic[form] ?? formNames[form] ?? "";
  return texts.length === 0 ? mnemonic : `${mnemonic} ${texts.join(",")}`;
}

function operandText(
  kind: OperandKind,
  operands: InstructionOperands,
  registers: number[],
  mode: 32 | 64,
): string {
  const { place } = kind;
  const { memory, immediate = 0n, immediateText } = operands;
  if (place === "fixed") return kind.name;
  if (place === "farTarget") return `${immediate >> 32n}:${immediate & 0xffff_ffffn}`;
  if (place === "immediate" || place === "signedImmediate" || place === "target") {
    return immediateText ?? String(immediate);
  }
  if (memory !== undefined && (place === "memory" || place === "registerOrMemory")) {
    return (memorySizes[kind.bits] ?? "") + addressText(memory, mode);
  }
  return registerText(kind, registers.shift() ?? 0);
}

function registerText(kind: OperandKind, register: number): string {
  if (kind.name === "cr") return `cr${register}`;
  if (kind.name === "seg") return Object.keys(Segment)[register] ?? "";
  return registerName(register, kind.name.startsWith("r32") ? 32 : kind.bits);
}

function addressText(memory: MemoryText, mode: 32 | 64): string {
  const { base, index, scaleShift, displacement, symbol } = memory;
  const terms: string[] = [];
  if (base >= 0) terms.push(registerName(base, mode));
  if (index >= 0) {
    const scale = scaleShift === 0 ? "" : `*${1 << scaleShift}`;
    terms.push(registerName(index, mode) + scale);
  }
  if (symbol !== undefined) terms.push(symbol);
  const sum = terms.join("+");
  if (sum === "") return `[${BigInt.asUintN(mode, BigInt(displacement))}]`;
  if (displacement === 0) return `[${sum}]`;
  return `[${sum}${displacement < 0 ? "" : "+"}${displacement}]`;
}
