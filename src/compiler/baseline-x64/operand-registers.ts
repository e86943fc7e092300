import { callClobbers } from "../machine-x64/calling-convention.ts";
import { ValueType, type ValueTypeId } from "../ssa/operations.ts";

const firstFloat = 16;

/** Registers of operands as a mask: those that calls destroy, but for the scratch registers. */
export const operandRegisters = callClobbers;

/** Those for integers and references. */
export const integerRegisters = operandRegisters & ((1 << firstFloat) - 1);

/** Those for floats. */
export const floatRegisters = operandRegisters & ~integerRegisters;

/** Whether values of a type live in XMM registers. */
export function isFloatType(type: ValueTypeId): boolean {
  return type >= ValueType.f32;
}
