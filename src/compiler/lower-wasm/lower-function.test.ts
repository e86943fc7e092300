import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { pipeline, runPipeline } from "../ssa/pipeline.ts";
import { assemble } from "../wasm/assemble.fixture.ts";
import { UnsupportedError } from "../wasm/errors.ts";
import { DifferentialRun, randomCalls } from "./differential.fixture.ts";
import { InterpretedProgram } from "./interpreted-program.fixture.ts";
import { randomModule } from "./random-module.fixture.ts";

const passNames = [...new Set(pipeline.map(({ name }) => name))];

/** Calls every function of a random module, refuelled, on both sides. */
function compare(seed: number, without: readonly string[]): void {
  const bytes = assemble(randomModule(seed));
  const run = new DifferentialRun(bytes, (fn) => runPipeline(fn, { without, isVerifying: true }));
  const calls = randomCalls(run.program.module, seed, 3);
  const refuel = { name: "refuel", values: [] };
  expect(run.compare(calls.flatMap((call) => [refuel, call])).isCutShort).toBe(false);
}

describe("random modules with structured control flow", () => {
  it.each([
    ["as lowered", passNames],
    ["with all passes", []],
    ...passNames.map((name): [string, string[]] => [`without ${name}`, [name]]),
    ...passNames.map((name): [string, string[]] => [
      `with ${name} only`,
      passNames.filter((other) => other !== name),
    ]),
  ] as const)("do %s what they do in V8", (_, without) => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 31 - 1 }), (seed) => compare(seed, without)),
      { numRuns: 25 },
    );
  });
});

describe("a function with loops within loops and many locals", () => {
  it("is refused by name before it fills the memory", () => {
    const locals = Array.from({ length: 40_000 }, (_, index) => index);
    const loops = 80;
    const code = [
      "loop\n".repeat(loops),
      ...locals.map((local) => `local.get ${local}\ni32.const 1\ni32.add\nlocal.set ${local}\n`),
      "local.get 0\nbr_if 0\nend\n".repeat(loops),
    ].join("");
    const bytes = assemble({
      functions: [{ name: "run", type: "->", locals: "i32 ".repeat(locals.length), code }],
    });
    const lower = () => new InterpretedProgram(bytes).function(0);
    expect(lower).toThrow(UnsupportedError);
    expect(lower).toThrow(/^function run uses more than 3000000 values in one function/);
  });
});
