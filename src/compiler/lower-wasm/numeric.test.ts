import { describe, expect, it } from "vitest";
import { runPipeline } from "../ssa/pipeline.ts";
import { assemble, type FunctionText, f32Bits, f64Bits } from "../wasm/assemble.fixture.ts";
import { opcodeRows } from "../wasm/opcodes.table.ts";
import { opcodeNames, signatureOf } from "../wasm/opcodes.ts";
import { DifferentialRun, randomCalls } from "./differential.fixture.ts";

const operators = opcodeNames.filter((name) => {
  const signature = signatureOf(name);
  const isNumeric = /^[if](32|64)\./.test(name) && opcodeRows[name].immediate === "none";
  return isNumeric && signature !== undefined;
});

const samples: Readonly<Record<string, readonly string[]>> = {
  i32: [
    "0",
    "1",
    "-1",
    "2",
    "31",
    "32",
    "128",
    "-128",
    "0x8000",
    "2147483647",
    "-2147483648",
    "12345",
  ],
  i64: [
    "0",
    "1",
    "-1",
    "63",
    "64",
    "8",
    "-129",
    "0x80000000",
    "-2147483648",
    "9223372036854775807",
    "-9223372036854775808",
    "9007199254740993",
    "-9007199791611905",
    "1311768467463790320",
  ],
  f32: [
    0,
    -0,
    1,
    -1.5,
    0.5,
    2.5,
    3.5,
    -0.3,
    2147483648,
    -2147483904,
    4294967040,
    1e-45,
    3.4e38,
    2 ** 63,
    Number.NaN,
    Number.POSITIVE_INFINITY,
  ].map(f32Bits),
  f64: [
    0,
    -0,
    1,
    -1.5,
    0.5,
    2.5,
    -0.3,
    2147483647.9,
    -2147483648.9,
    4294967295.9,
    5e-324,
    1e300,
    9223372036854774784,
    1.8446744073709552e19,
    Number.NaN,
    Number.NEGATIVE_INFINITY,
  ].map(f64Bits),
};

function parametersOf(name: (typeof operators)[number]): readonly string[] {
  return signatureOf(name)?.parameters ?? [];
}

/** A function that applies an operator to what its operands push. */
function functionOf(
  operator: (typeof operators)[number],
  operands: readonly string[],
  type: string,
) {
  const [result = ""] = signatureOf(operator)?.results ?? [];
  return { type: `${type} -> ${result}`, code: [...operands, operator].join("\n") };
}

function variants(operator: (typeof operators)[number]): FunctionText[] {
  const parameters = parametersOf(operator);
  const [first = "", second] = parameters;
  const constant = (type: string, sample: string) => `${type}.const ${sample}`;
  const gets = parameters.map((_, index) => `local.get ${index}`);
  const list = [functionOf(operator, gets, parameters.join(" "))];
  for (const a of samples[first] ?? []) {
    if (second === undefined) list.push(functionOf(operator, [constant(first, a)], ""));
    else {
      list.push(functionOf(operator, [constant(first, a), "local.get 0"], second));
      list.push(functionOf(operator, ["local.get 0", constant(second, a)], first));
      for (const b of samples[second] ?? []) {
        list.push(functionOf(operator, [constant(first, a), constant(second, b)], ""));
      }
    }
  }
  return list;
}

describe("numeric instructions", () => {
  it.each(operators)("%s computes what V8 computes, known beforehand or not", (operator) => {
    const bytes = assemble({ functions: variants(operator) });
    const run = new DifferentialRun(bytes, (fn) => runPipeline(fn, { isVerifying: true }));
    const calls = randomCalls(run.program.module, 7, 3);
    expect(run.compare(calls).isCutShort).toBe(false);
  });

  it("covers the whole table", () => {
    expect(operators.length).toBe(123 + 5 + 8);
  });
});
