import { none } from "../ssa/function.ts";
import { Operation, ValueType } from "../ssa/operations.ts";
import { laneAux, laneTypes, shapes, vectorNumber } from "../ssa/vector-operations.ts";
import { type OpcodeName, opcodeNames, signatureOf } from "../wasm/opcodes.ts";
import type { FunctionLowering, Handler } from "./function-lowering.ts";

/** The operation of each signature of vector arithmetic. */
const operations = new Map<string, number>([
  ["v128", Operation.vectorUnary],
  ["v128 v128", Operation.vectorBinary],
  ["v128 i32", Operation.vectorShift],
]);

/** Constants, lanes and arithmetic of vectors. */
export const vectorHandlers: Partial<Record<OpcodeName, Handler>> = {
  ...Object.fromEntries(
    opcodeNames.flatMap((name) => {
      const handler = laneHandler(name) ?? arithmeticHandler(name);
      return handler === undefined ? [] : [[name, handler]];
    }),
  ),
  "v128.const": (lowering) => lowering.push(vectorImmediate(lowering)),
  "i8x16.shuffle": (lowering) => {
    const mask = vectorImmediate(lowering);
    const [a = none, b = none] = lowering.popMany(2);
    lowering.push(lowering.builder.operate(Operation.shuffle, ValueType.v128, a, b, mask));
  },
  "v128.bitselect": (lowering) => {
    const [a = none, b = none, c = none] = lowering.popMany(3);
    lowering.push(lowering.builder.operate(Operation.bitSelect, ValueType.v128, a, b, c));
  },
};

function vectorImmediate({ builder, reader }: FunctionLowering): number {
  const { buffer, byteOffset } = reader.vector;
  const view = new DataView(buffer, byteOffset);
  return builder.vector(view.getBigInt64(0, true), view.getBigInt64(8, true));
}

/** The handler of an instruction that the SSA form knows by the same name. */
function arithmeticHandler(name: OpcodeName): Handler | undefined {
  const aux = vectorNumber(name);
  const signature = signatureOf(name);
  if (aux === undefined || signature === undefined) return undefined;
  const isTest = signature.results[0] === "i32";
  const operation = isTest ? Operation.vectorTest : operations.get(signature.parameters.join(" "));
  const type = isTest ? ValueType.i32 : ValueType.v128;
  if (operation === undefined) return undefined;
  const count = signature.parameters.length;
  return (lowering) => {
    const [a = none, b = none] = lowering.popMany(count);
    lowering.push(lowering.builder.operate(operation, type, a, b, none, aux));
  };
}

/** The handler of an instruction on one lane, or from one scalar to all lanes. */
function laneHandler(name: OpcodeName): Handler | undefined {
  const [, shapeName = "", kind, sign] =
    /^(.*)\.(splat|extract_lane|replace_lane)(_s|_u)?$/.exec(name) ?? [];
  const shape = shapes.findIndex((each) => each === shapeName);
  if (kind === "splat") {
    return (lowering) => {
      const { builder } = lowering;
      const aux = laneAux(shape, 0);
      const { splat } = Operation;
      lowering.push(builder.operate(splat, ValueType.v128, lowering.pop(), none, none, aux));
    };
  }
  if (kind === "replace_lane") {
    return (lowering) => {
      const [a = none, b = none] = lowering.popMany(2);
      const aux = laneAux(shape, lowering.reader.lane);
      const { replaceLane } = Operation;
      lowering.push(lowering.builder.operate(replaceLane, ValueType.v128, a, b, none, aux));
    };
  }
  return kind === "extract_lane" ? extractHandler(shape, sign === "_s") : undefined;
}

function extractHandler(shape: number, isSigned: boolean): Handler {
  const type = laneTypes[shape] ?? ValueType.i32;
  const extension = shapes[shape] === "i8x16" ? Operation.signExtend8 : Operation.signExtend16;
  return (lowering) => {
    const { builder, reader } = lowering;
    const aux = laneAux(shape, reader.lane);
    const lane = builder.operate(Operation.extractLane, type, lowering.pop(), none, none, aux);
    lowering.push(isSigned ? builder.operate(extension, type, lane) : lane);
  };
}
