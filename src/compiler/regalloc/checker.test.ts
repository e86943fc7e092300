import { describe, expect, test } from "vitest";
import { type Allocation, rematerializeBase } from "../machine/allocation.ts";
import { Constraint, MachineFunction, Role } from "../machine/machine-function.ts";
import { allocateRegisters } from "./allocate.ts";
import { AllocationCheckError, checkAllocation, copyForCheck } from "./checker.ts";
import { interpret } from "./interpreter.fixture.ts";
import { Random } from "./random.fixture.ts";
import { Opcode, randomFunction, registerFiles } from "./random-function.fixture.ts";

const file = registerFiles["narrow"] as (typeof registerFiles)[string];
const shape = { file, size: 40, pressure: 10, nesting: 2, reach: 30 };

/** Breaks one place of an allocation and says what it did. */
type Mutation = (fn: MachineFunction, allocation: Allocation, random: Random) => void;

const mutations: Readonly<Record<string, Mutation>> = {
  "an operand elsewhere": (fn, _allocation, random) => {
    const operand = random.below(fn.operandCount);
    const location = fn.operandRegister[operand] as number;
    if (location >= 0 && location < 16) fn.operandRegister[operand] = (location + 1) % 4;
  },
  "a move from elsewhere": (_fn, allocation, random) => {
    const move = random.below(allocation.moveCount);
    const source = allocation.moveSource[move] as number;
    if (source < rematerializeBase) allocation.moveSource[move] = source < 0 ? -1 : source ^ 1;
  },
  "a move to elsewhere": (_fn, allocation, random) => {
    const move = random.below(allocation.moveCount);
    const target = allocation.moveTarget[move] as number;
    allocation.moveTarget[move] = target < 0 ? -1 : target ^ 1;
  },
  "a missing move": (_fn, allocation, random) => {
    const move = random.below(allocation.moveCount);
    allocation.moveSource[move] = allocation.moveTarget[move] as number;
  },
  "moves in another order": (_fn, allocation, random) => {
    const move = 1 + random.below(allocation.moveCount - 1);
    if (allocation.movePosition[move] !== allocation.movePosition[move - 1]) return;
    for (const column of [allocation.moveSource, allocation.moveTarget, allocation.moveClass]) {
      const held = column[move] as number;
      column[move] = column[move - 1] as number;
      column[move - 1] = held;
    }
  },
};

function isReported(original: MachineFunction, fn: MachineFunction, allocation: Allocation) {
  try {
    checkAllocation(original, fn, allocation, file);
    return false;
  } catch (error) {
    expect(error).toBeInstanceOf(AllocationCheckError);
    return true;
  }
}

/** What the allocated function reads, or `undefined` when it reads what was never written. */
function traceOf(original: MachineFunction, fn: MachineFunction, allocation: Allocation) {
  try {
    return interpret(fn, original, allocation, 500);
  } catch {
    return undefined;
  }
}

describe("the checker", () => {
  test.each(Object.entries(mutations))("reports what %s breaks", (_name, mutate) => {
    let reported = 0;
    for (let seed = 1; seed <= 300; seed++) {
      const fn = randomFunction(seed, shape);
      const original = copyForCheck(fn);
      const allocation = allocateRegisters(fn, file);
      if (allocation.moveCount < 2) continue;
      mutate(fn, allocation, new Random(seed));
      const caught = isReported(original, fn, allocation);
      const expected = interpret(original, original, undefined, 500);
      const isBroken = traceOf(original, fn, allocation) !== expected;
      expect(caught || !isBroken, `seed ${seed}`).toBe(true);
      if (caught) reported++;
    }
    expect(reported).toBeGreaterThan(25);
  });

  test("reports a written register that the mask leaves out", () => {
    const { original, fn, allocation } = allocateSmall();
    const broken = { ...allocation, writtenRegisters: 0 };
    expect(isReported(original, fn, allocation)).toBe(false);
    expect(isReported(original, fn, broken)).toBe(true);
  });

  test("reports a slot that does not exist and one where a register is asked for", () => {
    const { original, fn, allocation } = allocateSmall();
    fn.operandRegister[1] = -1;
    expect(isReported(original, fn, allocation)).toBe(true);
    expect(isReported(original, fn, { ...allocation, slotCount: 1 })).toBe(true);
  });

  test("reports a wide slot of which another class's slot takes a word", () => {
    let reported = 0;
    for (let seed = 1; seed <= 30; seed++) {
      const fn = randomFunction(seed, shape);
      const original = copyForCheck(fn);
      const allocation = allocateRegisters(fn, file);
      const [wide] = slotsOfClass(allocation, 1);
      const [other] = slotsOfClass(allocation, 0);
      if (wide === undefined || other === undefined || fn.wordsOfClass[1] === 1) continue;
      const replace = (location: number) => (location === other ? wide - 1 : location);
      allocation.moveSource.set(allocation.moveSource.map(replace));
      allocation.moveTarget.set(allocation.moveTarget.map(replace));
      fn.operandRegister.set(fn.operandRegister.map(replace));
      expect(isReported(original, fn, allocation), `seed ${seed}`).toBe(true);
      reported++;
    }
    expect(reported).toBeGreaterThan(5);
  });

  test("reports an early result that shares a register with what is read", () => {
    const { original, fn, allocation } = allocateSmall();
    original.operandRole[2] = Role.earlyDefine;
    fn.operandRegister[2] = fn.operandRegister[1] as number;
    expect(isReported(original, fn, allocation)).toBe(true);
  });
});

/** Locations of the slots that moves of a class write. */
function slotsOfClass({ moveClass, moveTarget }: Allocation, registerClass: number): number[] {
  return [...moveTarget].filter((target, move) => target < 0 && moveClass[move] === registerClass);
}

function allocateSmall() {
  const fn = new MachineFunction("small");
  const value = fn.createRegister(0);
  const result = fn.createRegister(0);
  fn.append(Opcode.compute);
  fn.addOperand(value, Role.define, Constraint.register);
  fn.append(Opcode.compute);
  fn.addOperand(value, Role.use, Constraint.register);
  fn.addOperand(result, Role.define, Constraint.register);
  fn.append(Opcode.compute);
  fn.addOperand(result, Role.use, 0);
  fn.endBlock([], [], [], 0);
  fn.finishBlocks();
  const original = copyForCheck(fn);
  return { original, fn, allocation: allocateRegisters(fn, file) };
}
