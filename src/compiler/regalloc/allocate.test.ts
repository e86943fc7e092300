import { describe, expect, test } from "vitest";
import type { Allocation } from "../machine/allocation.ts";
import type { MachineFunction } from "../machine/machine-function.ts";
import type { RegisterFile } from "../machine/register-file.ts";
import { allocateRegisters } from "./allocate.ts";
import { checkAllocation, copyForCheck } from "./checker.ts";
import { interpret } from "./interpreter.fixture.ts";
import { randomFunction, type RandomShape, registerFiles } from "./random-function.fixture.ts";

const firstSeed = Number(process.env["TSUKI_SEED"] ?? 1);
const seedCount = Number(process.env["TSUKI_SEEDS"] ?? 150);

const sizes: readonly Omit<RandomShape, "file">[] = [
  { size: 12, pressure: 2, nesting: 1 },
  { size: 60, pressure: 6, nesting: 2 },
  { size: 150, pressure: 24, nesting: 3 },
  { size: 400, pressure: 40, nesting: 4 },
];

const shapes: [string, RandomShape][] = Object.entries(registerFiles).flatMap(([name, file]) =>
  sizes.map((size): [string, RandomShape] => [`${name}, ${size.size} instructions`, { file, ...size }]),
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
