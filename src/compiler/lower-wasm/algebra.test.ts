import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runPipeline } from "../ssa/pipeline.ts";
import { assemble } from "../wasm/assemble.fixture.ts";
import { DifferentialRun, randomCalls } from "./differential.fixture.ts";

const functionsInModule = 200;

/** Instructions from two integers to one of the same type, by what stands behind the type. */
const binary = [
  ..."add sub mul and or xor shl shr_s shr_u rotl rotr div_s div_u rem_s rem_u".split(" "),
];
const relations = "eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u".split(" ");
const constants = [
  "0",
  "1",
  "-1",
  "2",
  "8",
  "31",
  "32",
  "255",
  "-128",
  "2147483647",
  "-2147483648",
];

type Integer = "i32" | "i64";

interface Chain {
  readonly code: string;
  readonly type: Integer;
}

/** What continues a chain that holds a value of a type, and the type it then holds. */
function step(type: Integer): fc.Arbitrary<Chain> {
  const other: Integer = type === "i32" ? "i64" : "i32";
  const operand = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.constantFrom(...constants).map((value) => `${type}.const ${value}`),
    },
    { weight: 1, arbitrary: fc.constant(`local.get ${type === "i32" ? 0 : 1}`) },
  );
  const stays = (code: string): Chain => ({ code, type });
  const tests = (code: string): Chain => ({ code, type: "i32" });
  const conversions =
    type === "i32" ? ["i64.extend_i32_u", "i64.extend_i32_s"] : ["i32.wrap_i64", "i32.wrap_i64"];
  const narrow = ["extend8_s", "extend16_s", "clz", "popcnt"].map((name) => `${type}.${name}`);
  return fc.oneof(
    fc
      .tuple(operand, fc.constantFrom(...binary))
      .map(([b, name]) => stays(`${b}\n${type}.${name}`)),
    fc
      .tuple(operand, fc.constantFrom(...relations))
      .map(([b, name]) => tests(`${b}\n${type}.${name}`)),
    fc.constant(tests(`${type}.eqz`)),
    fc.constantFrom(...narrow).map(stays),
    fc.constantFrom(...conversions).map((code): Chain => ({ code, type: other })),
    operand.map((arm) => stays(`${arm}\nlocal.get 0\ni32.eqz\nselect`)),
  );
}

const chain = fc.constantFrom<Integer>("i32", "i64").chain((type) => {
  const start = fc.constant<Chain>({ code: `local.get ${type === "i32" ? 0 : 1}`, type });
  const extend = (list: fc.Arbitrary<Chain>) =>
    list.chain(({ code, type: held }) =>
      step(held).map((next) => ({ code: `${code}\n${next.code}`, type: next.type })),
    );
  return fc.oneof(extend(extend(start)), extend(extend(extend(start))));
});

describe("chains of integer operations", () => {
  it("are simplified to what computes the same", () => {
    const list = fc.array(chain, { minLength: functionsInModule, maxLength: functionsInModule });
    fc.assert(
      fc.property(list, fc.integer({ min: 1 }), (chains, seed) => {
        const functions = chains.map(({ code, type }) => ({ type: `i32 i64 -> ${type}`, code }));
        const run = new DifferentialRun(assemble({ functions }), (fn) => runPipeline(fn));
        expect(run.compare(randomCalls(run.program.module, seed, 5)).isCutShort).toBe(false);
      }),
      { numRuns: 10 },
    );
  });
});
