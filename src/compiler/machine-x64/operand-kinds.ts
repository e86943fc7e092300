import { Layout } from "./encoding-layout.ts";
import { Register } from "./registers.ts";

/** Where an operand goes in the encoding, or that it goes nowhere because the opcode fixes it. */
export type OperandPlace =
  | "register"
  | "special"
  | "vexRegister"
  | "registerOrMemory"
  | "memory"
  | "immediate"
  | "signedImmediate"
  | "target"
  | "farTarget"
  | "fixed";

/** What one kind of operand of the encoding table stands for. */
export interface OperandKind {
  readonly name: string;
  readonly place: OperandPlace;
  /** Width in bits of the register, the memory or the immediate; 0 where there is none. */
  readonly bits: number;
  /** Whether the register, if it is one, is an XMM register. */
  readonly xmm: boolean;
  /** The register that the opcode fixes, or -1. */
  readonly fixedRegister: number;
  /** Bits of `Layout` that a form has if such an operand stands in ModRM.rm or the opcode. */
  readonly rmLayout: number;
  /** Bits of `Layout` that a form has if such an operand stands anywhere else. */
  readonly otherLayout: number;
}

function kind(name: string, place: OperandPlace, bits: number, fixedRegister = -1): OperandKind {
  const xmm = name.startsWith("x") || name === "v128";
  const isRegister = place === "register" || place === "special";
  const isGeneral = place.startsWith("register") || place === "vexRegister";
  const mode = bits === 64 && !xmm && isGeneral ? Layout.mode64Only : 0;
  let rmLayout = mode;
  if (isRegister || place === "registerOrMemory") rmLayout |= Layout.rmRegister;
  if (place === "memory" || place === "registerOrMemory") rmLayout |= Layout.rmMemory;
  if (xmm) rmLayout |= Layout.rmXmm;
  if (bits === 8 && place !== "memory" && !name.startsWith("r32")) rmLayout |= Layout.rmByte;
  let otherLayout = mode;
  if (isRegister) otherLayout |= Layout.regPresent;
  if (isRegister && xmm) otherLayout |= Layout.regXmm;
  if (isRegister && bits === 8) otherLayout |= Layout.regByte;
  if (place === "signedImmediate") otherLayout |= Layout.immediateSigned;
  if (place === "target") otherLayout |= Layout.relative;
  return { name, place, bits, xmm, fixedRegister, rmLayout, otherLayout };
}

/** Every kind of operand that a row of the encoding table may name. */
export const operandKinds: readonly OperandKind[] = [
  ...[8, 16, 32, 64].map((bits) => kind(`r${bits}`, "register", bits)),
  ...[8, 16, 32, 64].map((bits) => kind(`rm${bits}`, "registerOrMemory", bits)),
  ...[8, 16].map((bits) => kind(`r32m${bits}`, "registerOrMemory", bits)),
  ...[32, 64, 128].map((bits) => kind(`v${bits}`, "vexRegister", bits)),
  kind("x", "register", 128),
  ...[32, 64, 128].map((bits) => kind(`xm${bits}`, "registerOrMemory", bits)),
  kind("m", "memory", 0),
  ...[8, 16, 32, 48, 64, 80, 4096].map((bits) => kind(`m${bits}`, "memory", bits)),
  ...[8, 16, 32, 64].map((bits) => kind(`imm${bits}`, "immediate", bits)),
  ...[8, 32].map((bits) => kind(`simm${bits}`, "signedImmediate", bits)),
  ...[8, 32].map((bits) => kind(`rel${bits}`, "target", bits)),
  kind("ptr16_32", "farTarget", 48),
  kind("cr", "special", 64),
  kind("seg", "special", 16),
  kind("al", "fixed", 8, Register.rax),
  kind("ax", "fixed", 16, Register.rax),
  kind("eax", "fixed", 32, Register.rax),
  kind("cl", "fixed", 8, Register.rcx),
  kind("dx", "fixed", 16, Register.rdx),
  kind("1", "fixed", 0),
];
