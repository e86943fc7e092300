import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { SsaFunction } from "../ssa/function.ts";
import { pipeline, runPipeline } from "../ssa/pipeline.ts";
import { assemble } from "../wasm/assemble.fixture.ts";
import { DifferentialRun, randomCalls } from "./differential.fixture.ts";
import { InterpretedProgram } from "./interpreted-program.fixture.ts";
import { randomModule } from "./random-module.fixture.ts";

const passNames = [...new Set(pipeline.map(({ name }) => name))];

type Options = { checksMemory?: boolean };

/** Calls every function of a random module, refuelled, on both sides. */
function compare(seed: number, without: readonly string[], options: Options = {}): void {
  const bytes = assemble(randomModule(seed));
  const optimise = (fn: SsaFunction) => runPipeline(fn, { without, isVerifying: true });
  const run = new DifferentialRun(bytes, optimise, options);
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

describe("random modules whose accesses are checked", () => {
  it.each([
    ["as lowered", passNames],
    ["with all passes", []],
  ])("do %s what they do in V8", (_, without) => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 31 - 1 }), (seed) =>
        compare(seed, without, { checksMemory: true }),
      ),
      { numRuns: 40 },
    );
  });
});

describe("a small function that becomes very many values", () => {
  it("is refused by name before it fills the memory", () => {
    const results = "i32 ".repeat(1000);
    const bytes = assemble({
      functions: [
        { name: "many", type: `-> ${results}`, code: "unreachable" },
        { name: "run", type: "->", code: "block\ncall 0\nbr 0\nend\n".repeat(3001) },
      ],
    });
    expect(() => new InterpretedProgram(bytes).function(1)).toThrow(
      /^function run uses more than 3000000 values in one function/,
    );
  });
});
