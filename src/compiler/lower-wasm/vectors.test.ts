import { describe, expect, it } from "vitest";
import { runPipeline } from "../ssa/pipeline.ts";
import { vectorNames, vectorNumber } from "../ssa/vector-operations.ts";
import { assemble, type FunctionText } from "../wasm/assemble.fixture.ts";
import { Opcode, type OpcodeName, opcodeNames } from "../wasm/opcodes.ts";
import { vectorOpcodeRows } from "../wasm/vector-opcodes.table.ts";
import { DifferentialRun, randomCalls } from "./differential.fixture.ts";
import { handlers } from "./handlers.ts";

type VectorOpcode = keyof typeof vectorOpcodeRows;

const names = Object.keys(vectorOpcodeRows) as VectorOpcode[];

/** Two vectors of four parameters, and a constant one. */
const vectors = ["0 1", "2 3"].map((pair) => {
  const [low, high] = pair.split(" ");
  return `local.get ${low}\ni64x2.splat\nlocal.get ${high}\ni64x2.replace_lane 1`;
});
const constant = "v128.const 0 127 128 255 1 0 192 127 0 0 128 63 255 255 239 65";

/** What pushes each operand, by type; a scalar stands behind the vectors' parameters. */
const operands: Readonly<Record<string, readonly string[]>> = {
  v128: [...vectors, constant],
  i32: ["local.get 4", "local.get 4"],
  i64: ["local.get 0", "local.get 3"],
  f32: ["local.get 4\nf32.convert_i32_s", "local.get 4\nf32.convert_i32_s"],
  f64: ["local.get 4\nf64.convert_i32_u", "local.get 4\nf64.convert_i32_u"],
};

/** Turns what an instruction gives into two i64; NaNs of floats into one, as V8's may be others. */
function observed(name: string, result: string): string {
  if (result === "i32") return "i64.extend_i32_u\nlocal.get 0";
  if (result === "i64") return "local.get 1";
  if (result !== "v128") return `${result}.const 0\n${result}.ne\ni64.extend_i32_u\nlocal.get 0`;
  const shape = /^f\d\dx\d/.exec(name)?.[0];
  const nan = "v128.const 0 0 192 127 0 0 192 127 0 0 192 127 0 0 192 127";
  const only = `local.set 5\nlocal.get 5\n${nan}\nlocal.get 5\nlocal.get 5\n${shape}.eq\nv128.bitselect`;
  const lanes = "local.tee 5\ni64x2.extract_lane 0\nlocal.get 5\ni64x2.extract_lane 1";
  return shape === undefined ? lanes : `${only}\n${lanes}`;
}

/** In place of the second operand's number: all operands are constant. */
const allConstant = 3;

function functionOf(name: VectorOpcode, second: number, immediate: string): FunctionText {
  const [taken = "", result = ""] = vectorOpcodeRows[name].signature.split(" -> ");
  const list = taken.split(" ").map((type, position) => {
    const choices = operands[type] ?? [];
    if (second === allConstant) return type === "v128" ? constant : `${type}.const 9`;
    return (position === 1 && type === "v128" ? choices[second] : choices[position]) ?? "";
  });
  return {
    type: "i64 i64 i64 i64 i32 -> i64 i64",
    locals: "v128",
    code: [...list, `${name} ${immediate}`, observed(name, result)].join("\n"),
  };
}

const immediates: Readonly<Record<string, readonly string[]>> = {
  none: [""],
  lane: ["0", "1"],
  lanes: ["3 19 0 31 16 5 6 7 8 24 25 26 12 1 2 15"],
};

function functionsOf(shape: string): FunctionText[] {
  return names
    .filter((name) => name.startsWith(shape))
    .flatMap((name) =>
      (immediates[vectorOpcodeRows[name].immediate] ?? []).flatMap((immediate) =>
        [1, 0, 2, allConstant].map((second) => functionOf(name, second, immediate)),
      ),
    );
}

describe("the vector instructions", () => {
  it.each(["v128", "i8x16", "i16x8", "i32x4", "i64x2", "f32x4", "f64x2"])(
    "of %s compute what V8 computes",
    (shape) => {
      const bytes = assemble({ functions: functionsOf(shape) });
      const run = new DifferentialRun(bytes, (fn) => runPipeline(fn, { isVerifying: true }));
      const calls = randomCalls(run.program.module, 7, 3);
      expect(run.compare(calls).isCutShort).toBe(false);
    },
  );

  it("are the 236 of WebAssembly 2.0, and every one is lowered", () => {
    expect(names.length).toBe(236);
    expect(names.filter((name) => handlers[Opcode[name]] === undefined)).toEqual([]);
  });

  it("are what the SSA form names its operations on vectors by", () => {
    expect(vectorNames.filter((name) => !opcodeNames.includes(name as OpcodeName))).toEqual([]);
    expect(new Set(vectorNames).size).toBe(vectorNames.length);
    expect(vectorNumber("i8x16.nothing")).toBeUndefined();
  });
});
