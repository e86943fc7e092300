import { calleeSaved } from "../machine-x64/calling-convention.ts";
import { Register } from "../machine-x64/registers.ts";
import { ValueType, type ValueTypeId } from "../ssa/operations.ts";
import { isFloatType } from "./operand-registers.ts";
import type { Survey } from "./survey.ts";

/** Where each local is from the prologue to the epilogue. */
export interface LocalHomes {
  /** A register, or -1. */
  readonly registers: Int8Array;
  /** Else a slot of the frame; -1 for a local that nobody uses. */
  readonly slots: Int32Array;
  readonly slotCount: number;
  /** Slots that each value of the operand stack takes. */
  readonly operandSlots: number;
  /** Registers that are homes, as a mask. */
  readonly mask: number;
}

/** Registers that calls preserve: for integers. */
const integerHomes: readonly number[] = calleeSaved;

/** What operands can spare. Calls destroy these: only for functions without any. */
const floatHomes: readonly number[] = [8, 9, 10, 11, 12, 13, 14].map((n) => Register.xmm0 + n);

/** With fewer uses a register is not worth its saving and restoring. */
const leastUses = 3;

/** Slots of 8 bytes that a value of a type takes. */
export function slotsOf(type: ValueTypeId): number {
  return type === ValueType.v128 ? 2 : 1;
}

/** Gives the locals that are used most a register, and all others that are used a slot. */
export function chooseHomes(
  types: readonly ValueTypeId[],
  { hasCalls, hasVectors, uses }: Survey,
  tracked: ReadonlySet<number>,
): LocalHomes {
  const registers = new Int8Array(types.length).fill(-1);
  const slots = new Int32Array(types.length).fill(-1);
  const byUse = [...types.keys()]
    .filter((local) => (uses[local] as number) >= leastUses)
    .sort((a, b) => (uses[b] as number) - (uses[a] as number));
  const left = [[...integerHomes], hasCalls ? [] : [...floatHomes]];
  let mask = 0;
  for (const local of byUse) {
    const register = left[isFloatType(types[local] as ValueTypeId) ? 1 : 0]?.shift();
    if (register === undefined) continue;
    registers[local] = register;
    mask |= 1 << register;
  }
  let slotCount = 0;
  types.forEach((type, local) => {
    const isUsed = uses[local] !== 0 || tracked.has(local);
    if (!isUsed || registers[local] !== -1) return;
    slots[local] = slotCount;
    slotCount += slotsOf(type);
  });
  return { registers, slots, slotCount, operandSlots: hasVectors ? 2 : 1, mask };
}
