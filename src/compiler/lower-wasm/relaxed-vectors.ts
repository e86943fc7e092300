import { none } from "../ssa/function.ts";
import { Operation, type OperationName, ValueType } from "../ssa/operations.ts";
import { vectorNumber } from "../ssa/vector-operations.ts";
import type { OpcodeName } from "../wasm/opcodes.ts";
import { relaxedOpcodeRows } from "../wasm/relaxed-opcodes.table.ts";
import type { FunctionLowering, Handler } from "./function-lowering.ts";

type RelaxedOpcode = keyof typeof relaxedOpcodeRows;

/** Instructions that may do what others do, of which version 3.0 says more. */
const strictTwins: Partial<Record<RelaxedOpcode, string>> = {
  "i32x4.relaxed_trunc_f32x4_u": "i32x4.trunc_sat_f32x4_u",
  "i32x4.relaxed_trunc_f64x2_u_zero": "i32x4.trunc_sat_f64x2_u_zero",
  "f32x4.relaxed_min": "f32x4.pmin",
  "f32x4.relaxed_max": "f32x4.pmax",
  "f64x2.relaxed_min": "f64x2.pmin",
  "f64x2.relaxed_max": "f64x2.pmax",
};

/** The operation of each signature. */
const operations: readonly OperationName[] = ["vectorUnary", "vectorBinary", "vectorTernary"];

/** What is left open is what a processor does in one instruction (WebAssembly 3.0, section 4.3.5). */
export const relaxedVectorHandlers: Partial<Record<OpcodeName, Handler>> = Object.fromEntries(
  (Object.keys(relaxedOpcodeRows) as RelaxedOpcode[]).map((name) => [name, handlerOf(name)]),
);

function handlerOf(name: RelaxedOpcode): Handler {
  if (name.endsWith("laneselect")) {
    return (lowering) => {
      const [a = none, b = none, mask = none] = lowering.popMany(3);
      lowering.push(lowering.builder.operate(Operation.bitSelect, ValueType.v128, a, b, mask));
    };
  }
  if (name === "i32x4.relaxed_dot_i8x16_i7x16_add_s") return addProducts;
  const count = relaxedOpcodeRows[name].signature.split("->")[0]?.trim().split(" ").length ?? 0;
  return (lowering) => {
    operate(lowering, strictTwins[name] ?? name, lowering.popMany(count));
  };
}

/** Products of bytes, four of which are added to each lane: by way of sums of two. */
function addProducts(lowering: FunctionLowering): void {
  const [a = none, b = none, sum = none] = lowering.popMany(3);
  operate(lowering, "i16x8.relaxed_dot_i8x16_i7x16_s", [a, b]);
  operate(lowering, "i32x4.extadd_pairwise_i16x8_s", [lowering.pop()]);
  operate(lowering, "i32x4.add", [lowering.pop(), sum]);
}

function operate(lowering: FunctionLowering, name: string, values: readonly number[]): void {
  const [a = none, b = none, c = none] = values;
  const operation = Operation[operations[values.length - 1] ?? "vectorUnary"];
  const { builder } = lowering;
  lowering.push(builder.operate(operation, ValueType.v128, a, b, c, vectorNumber(name)));
}
