import { describe, expect, test } from "vitest";
import type { Allocation } from "../machine/allocation.ts";
import { Constraint, MachineFunction, Role } from "../machine/machine-function.ts";
import type { RegisterFile } from "../machine/register-file.ts";
import { allocateRegisters } from "./allocate.ts";
import { checkAllocation, copyForCheck } from "./checker.ts";
import { interpret } from "./interpreter.fixture.ts";
import {
  Opcode,
  type RandomShape,
  randomFunction,
  registerFiles,
} from "./random-function.fixture.ts";

const firstSeed = Number(process.env["TSUKI_SEED"] ?? 1);
const seedCount = Number(process.env["TSUKI_SEEDS"] ?? 150);

const sizes: readonly Omit<RandomShape, "file">[] = [
  { size: 12, pressure: 2, nesting: 1, reach: 100 },
  { size: 60, pressure: 6, nesting: 2, reach: 1000 },
  { size: 150, pressure: 24, nesting: 3, reach: 30 },
  { size: 400, pressure: 40, nesting: 4, reach: 1000 },
];

const shapes: [string, RandomShape][] = Object.entries(registerFiles).flatMap(([name, file]) =>
  sizes.map((size): [string, RandomShape] => [
    `${name}, ${size.size} instructions`,
    { file, ...size },
  ]),
);

function allocated(
  fn: MachineFunction,
  file: RegisterFile,
): { original: MachineFunction; allocation: Allocation } {
  const original = copyForCheck(fn);
  return { original, allocation: allocateRegisters(fn, file) };
}

describe.each(shapes)("random functions: %s", (_name, shape) => {
  test("are allocated so that every use finds its value", () => {
    for (let seed = firstSeed; seed < firstSeed + seedCount; seed++) {
      const fn = randomFunction(seed, shape);
      const { original, allocation } = allocated(fn, shape.file);
      checkAllocation(original, fn, allocation, shape.file);
      expect(interpret(fn, original, allocation, 2000), `seed ${seed}`).toBe(
        interpret(original, original, undefined, 2000),
      );
    }
  });
});

describe("moves vanish", () => {
  const file = registerFiles["roomy"] as RegisterFile;

  test("when a value is made, copied and read where fixed operands want it", () => {
    const fn = new MachineFunction("fixed");
    const made = fn.createRegister(0);
    const copied = fn.createRegister(0);
    fn.append(Opcode.compute);
    fn.addOperand(made, Role.define, Constraint.register);
    fn.append(Opcode.move);
    fn.addOperand(copied, Role.define, Constraint.register);
    fn.addOperand(made, Role.use, Constraint.register);
    fn.append(Opcode.compute);
    fn.addOperand(copied, Role.use, 7);
    fn.endBlock([], [], [], 0);
    fn.finishBlocks();
    const { moveCount } = allocateRegisters(fn, file);
    expect(moveCount).toBe(0);
    expect([...fn.operandRegister.subarray(0, 4)]).toEqual([7, 7, 7, 7]);
  });

  test("between a loop's parameter and the value that is passed for the next round", () => {
    const fn = new MachineFunction("loop");
    const start = fn.createRegister(0);
    const counter = fn.createRegister(0);
    const next = fn.createRegister(0);
    fn.append(Opcode.compute);
    fn.addOperand(start, Role.define, Constraint.register);
    fn.append(Opcode.jump);
    fn.endBlock([1], [], [start], 0);
    fn.append(Opcode.move);
    fn.addOperand(next, Role.define, Constraint.register);
    fn.addOperand(counter, Role.use, Constraint.register);
    fn.append(Opcode.compute);
    fn.addOperand(next, Role.useDefine, Constraint.register);
    fn.append(Opcode.branch);
    fn.addOperand(next, Role.use, Constraint.register);
    fn.endBlock([2, 3], [counter], [], 1);
    fn.append(Opcode.jump);
    fn.endBlock([1], [], [next], 1);
    fn.append(Opcode.compute);
    fn.endBlock([], [], [], 0);
    fn.finishBlocks();
    expect(allocateRegisters(fn, file).moveCount).toBe(0);
    expect(new Set(fn.operandRegister.subarray(0, 5)).size).toBe(1);
  });
});

describe("a function that breaks the rules", () => {
  test("is refused when a register is read that nothing wrote", () => {
    const fn = new MachineFunction("undefined register");
    const value = fn.createRegister(0);
    fn.append(Opcode.compute);
    fn.addOperand(value, Role.use, Constraint.register);
    fn.endBlock([], [], [], 0);
    fn.finishBlocks();
    expect(() => allocateRegisters(fn, registerFiles["roomy"] as RegisterFile)).toThrow(
      "undefined register: register 32 lives into the entry block",
    );
  });
});

test("large functions are allocated in time that is worth printing", () => {
  const file = registerFiles["roomy"] as RegisterFile;
  const shape = { file, size: 80_000, pressure: 16, nesting: 5, reach: 24 };
  for (const seed of [1, 2]) {
    const fn = randomFunction(seed, shape);
    const before = process.cpuUsage();
    const { moveCount } = allocateRegisters(fn, file);
    const { user, system } = process.cpuUsage(before);
    const milliseconds = Math.round((user + system) / 1000);
    console.log(
      `${fn.count} instructions, ${fn.blockCount} blocks, ${fn.registerClasses.length} values: ` +
        `${milliseconds} ms of processor time, ${moveCount} moves`,
    );
    expect(moveCount).toBeGreaterThan(0);
  }
});
