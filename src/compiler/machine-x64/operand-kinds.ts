import { Register } from "./registers.ts";

/** Where an operand goes in the encoding, or that it goes nowhere because the opcode fixes it. */
export type OperandPlace =
  | "register"
  | "special"
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
}

function kind(name: string, place: OperandPlace, bits: number, fixedRegister = -1): OperandKind {
  return { name, place, bits, xmm: name.startsWith("x"), fixedRegister };
}

function kindList(): OperandKind[] {
  const widths = [8, 16, 32, 64];
  return [
    ...widths.map((bits) => kind(`r${bits}`, "register", bits)),
    ...widths.map((bits) => kind(`rm${bits}`, "registerOrMemory", bits)),
    kind("x", "register", 128),
    ...[32, 64, 128].map((bits) => kind(`xm${bits}`, "registerOrMemory", bits)),
    kind("m", "memory", 0),
    ...[32, 48, 64, 80, 4096].map((bits) => kind(`m${bits}`, "memory", bits)),
    ...widths.map((bits) => kind(`imm${bits}`, "immediate", bits)),
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
}

/** Every kind of operand that a row of the encoding table may name. */
export const operandKinds: ReadonlyMap<string, OperandKind> = new Map(
  kindList().map((entry) => [entry.name, entry]),
);
