import { type FormId, forms, operandKind } from "./encoding.ts";
import { Layout } from "./encoding-layout.ts";
import type { OperandPlace } from "./operand-kinds.ts";

/**
 * The shape of a machine instruction's address and immediate, as it stands in the `extra` column:
 * these bits, the scale, and a symbol's number.
 */
export const Shape = {
  /** ModRM.rm is memory; its registers stand behind the register operand. */
  memory: 1 << 0,
  base: 1 << 1,
  index: 1 << 2,
  /** The displacement is relative to the symbol. */
  symbolAddress: 1 << 3,
  /** The immediate is the symbol's address; `displacement` is the addend. */
  symbolImmediate: 1 << 4,
  /** [stack pointer + displacement], in the area of arguments for functions that it calls. */
  outgoing: 1 << 5,
  /** The same in the area of the function's own arguments. */
  incoming: 1 << 6,
} as const;

const scaleBit = 7;
const symbolBit = 9;

/** Adds scale and symbol to shape bits. */
export function packShape(bits: number, scaleShift: number, symbol: number): number {
  return bits | (scaleShift << scaleBit) | (symbol << symbolBit);
}

/** The scale of the index register as a shift, 0 to 3. */
export function scaleOf(extra: number): number {
  return (extra >> scaleBit) & 3;
}

/** The symbol of an instruction. */
export function symbolOf(extra: number): number {
  return extra >>> symbolBit;
}

/** A memory operand before it becomes columns. */
export interface Address {
  /** Virtual or physical register, or -1. */
  readonly base: number;
  readonly index: number;
  readonly scaleShift: number;
  readonly displacement: number;
  /** A symbol added to the displacement, or -1. */
  readonly symbol: number;
  /** 0, or one of the stack areas of `Shape`. */
  readonly area: number;
}

/** [base + displacement]. */
export function baseAddress(base: number, displacement = 0): Address {
  return { base, index: -1, scaleShift: 0, displacement, symbol: -1, area: 0 };
}

/** [symbol + displacement]. */
export function symbolAddress(symbol: number, displacement = 0): Address {
  return { base: -1, index: -1, scaleShift: 0, displacement, symbol, area: 0 };
}

/** The n-th word of a stack area. */
export function stackAddress(area: number, word: number): Address {
  return { base: -1, index: -1, scaleShift: 0, displacement: word * 8, symbol: -1, area };
}

/** How many register operands a form has that are not fixed by its opcode. */
export function explicitRegisters(form: FormId): number {
  return explicitCounts[form] ?? 0;
}

const registerPlaces: readonly OperandPlace[] = [
  "register",
  "registerOrMemory",
  "memory",
  "vexRegister",
];

const explicitCounts = Uint8Array.from(forms.operandCount, (count, form) => {
  let registers = 0;
  for (let operand = 0; operand < count; operand++) {
    const place = operandKind(form, operand)?.place;
    if (place !== undefined && registerPlaces.includes(place)) registers++;
  }
  return registers;
});

/** The position among the register operands of the one that may be memory, or -1. */
export function memoryOperandPosition(form: FormId): number {
  return memoryPositions[form] ?? -1;
}

const memoryPositions = Int8Array.from(forms.operandCount, (_, form) => {
  const layout = forms.layout[form] ?? 0;
  if ((layout & Layout.rmMemory) === 0) return -1;
  return (layout & Layout.rmFirst) !== 0 ? 0 : explicitRegisters(form) - 1;
});
