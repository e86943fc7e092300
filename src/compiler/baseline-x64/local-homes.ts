import { calleeSaved } from "../machine-x64/calling-convention.ts";
import { Register } from "../machine-x64/registers.ts";
import { ValueType, type ValueTypeId } from "../ssa/operations.ts";
import { isFloatType } from "./operand-registers.ts";
import type { Shape } from "./shape.ts";
import type { Survey } from "./survey.ts";

/** Where each local is from the prologue to the epilogue. */
export interface LocalHomes {
  /** A register, or -1. */
  readonly registers: Int8Array;
  /** A slot of the frame, or -1. */
  readonly slots: Int32Array;
  readonly slotCount: number;
  /** Slots that each value of the operand stack takes. */
  readonly operandSlots: number;
  /** Registers that are homes, as a mask. */
  readonly mask: number;
  /** Locals whose registers calls destroy: while one runs, they are in their slots. */
  readonly saved: readonly number[];
}

const { r10, r9, xmm0 } = Register;

/** Homes for integers where nothing is called, besides those that calls preserve. */
const leafHomes: readonly number[] = [r9, r10];

/** With so many integer parameters none arrives in those. */
const earlyArguments = 5;

/** Homes for floats: what operands can spare. */
const floatHomes: readonly number[] = [8, 9, 10, 11, 12, 13, 14].map((number) => xmm0 + number);

/** With fewer uses a register is not worth its saving and restoring. */
const leastUses = 3;

/** The same of a register that is saved and restored around each call. */
const leastUsesOfCall = 4;

/** Slots of 8 bytes that a value of a type takes. */
export function slotsOf(type: ValueTypeId): number {
  return type === ValueType.v128 ? 2 : 1;
}

/** Gives the locals that are used most a register, and all others that are used a slot. */
export function chooseHomes(
  types: readonly ValueTypeId[],
  { parameters }: Shape,
  { calls, hasVectors, uses }: Survey,
  tracked: ReadonlySet<number>,
): LocalHomes {
  const registers = new Int8Array(types.length).fill(-1);
  const integers = parameters.filter((type) => !isFloatType(type)).length;
  const isLeaf = calls === 0 && integers <= earlyArguments;
  const integersLeft = [...calleeSaved, ...(isLeaf ? leafHomes : [])];
  const floatsLeft = [...floatHomes];
  // A debugger that looks at a caller finds what calls preserve, and what is on the stack.
  const leastOfFloats =
    tracked.size > 0 && calls > 0 ? Number.POSITIVE_INFINITY : calls * leastUsesOfCall;
  let mask = 0;
  for (const local of byUse(uses)) {
    const isFloat = isFloatType(types[local] as ValueTypeId);
    if (isFloat && (uses[local] as number) < leastOfFloats) continue;
    const register = (isFloat ? floatsLeft : integersLeft).shift();
    if (register === undefined) continue;
    registers[local] = register;
    mask |= 1 << register;
  }
  const saved = [...types.keys()].filter(
    (local) => calls > 0 && (registers[local] as number) >= firstFloat,
  );
  const others = [...types.keys()].filter(
    (local) => registers[local] === -1 && (uses[local] !== 0 || tracked.has(local)),
  );
  const operandSlots = hasVectors ? 2 : 1;
  return { registers, ...placeSlots(types, [...others, ...saved]), operandSlots, mask, saved };
}

const firstFloat = xmm0;

/** The locals that are worth a register, those that are used most first. */
function byUse(uses: Float64Array): number[] {
  return [...uses.keys()]
    .filter((local) => (uses[local] as number) >= leastUses)
    .sort((a, b) => (uses[b] as number) - (uses[a] as number));
}

/** Slots for locals, one behind the other. */
function placeSlots(types: readonly ValueTypeId[], locals: readonly number[]) {
  const slots = new Int32Array(types.length).fill(-1);
  let slotCount = 0;
  for (const local of locals) {
    slots[local] = slotCount;
    slotCount += slotsOf(types[local] as ValueTypeId);
  }
  return { slots, slotCount };
}
