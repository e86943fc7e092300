import { none } from "../ssa/function.ts";
import { Access, Operation, ValueType } from "../ssa/operations.ts";
import {
  laneAux,
  laneTypes,
  type ShapeName,
  shapes,
  vectorNumber,
} from "../ssa/vector-operations.ts";
import type { OpcodeName } from "../wasm/opcodes.ts";
import type { Handler } from "./function-lowering.ts";
import { loadFrom, storeTo } from "./memory.ts";

/** How a lane is loaded and stored. */
interface LaneAccess {
  readonly shape: number;
  readonly access: number;
}

const byte = laneAccess("i8x16", Access.unsigned8);
const word = laneAccess("i16x8", Access.unsigned16);
const doubleWord = laneAccess("i32x4", Access.unsigned32);
const quadWord = laneAccess("i64x2", Access.whole64);

/** For splats: as floats, 32 and 64 bits need not pass through an integer register. */
const single = laneAccess("f32x4", Access.float32);
const double = laneAccess("f64x2", Access.float64);

/** Loads and stores of vectors. */
export const vectorMemoryHandlers: Partial<Record<OpcodeName, Handler>> = {
  "v128.load": loadHandler(Access.whole128),
  "v128.load32_zero": loadHandler(Access.zero32),
  "v128.load64_zero": loadHandler(Access.zero64),
  "v128.store": (lowering) => {
    const value = lowering.pop();
    storeTo(lowering, lowering.pop(), value, Access.whole128);
  },
  "v128.load8x8_s": wideningHandler("i16x8.extend_low_i8x16_s"),
  "v128.load8x8_u": wideningHandler("i16x8.extend_low_i8x16_u"),
  "v128.load16x4_s": wideningHandler("i32x4.extend_low_i16x8_s"),
  "v128.load16x4_u": wideningHandler("i32x4.extend_low_i16x8_u"),
  "v128.load32x2_s": wideningHandler("i64x2.extend_low_i32x4_s"),
  "v128.load32x2_u": wideningHandler("i64x2.extend_low_i32x4_u"),
  "v128.load8_splat": splatHandler(byte),
  "v128.load16_splat": splatHandler(word),
  "v128.load32_splat": splatHandler(single),
  "v128.load64_splat": splatHandler(double),
  "v128.load8_lane": loadLaneHandler(byte),
  "v128.load16_lane": loadLaneHandler(word),
  "v128.load32_lane": loadLaneHandler(doubleWord),
  "v128.load64_lane": loadLaneHandler(quadWord),
  "v128.store8_lane": storeLaneHandler(byte),
  "v128.store16_lane": storeLaneHandler(word),
  "v128.store32_lane": storeLaneHandler(doubleWord),
  "v128.store64_lane": storeLaneHandler(quadWord),
};

function laneAccess(shape: ShapeName, access: number): LaneAccess {
  return { shape: shapes.indexOf(shape), access };
}

function loadHandler(access: number): Handler {
  return (lowering) => {
    lowering.push(loadFrom(lowering, lowering.pop(), ValueType.v128, access));
  };
}

/** Loads half a vector and makes its lanes twice as wide. */
function wideningHandler(name: string): Handler {
  const aux = vectorNumber(name);
  return (lowering) => {
    const half = loadFrom(lowering, lowering.pop(), ValueType.v128, Access.zero64);
    const { vectorUnary } = Operation;
    lowering.push(lowering.builder.operate(vectorUnary, ValueType.v128, half, none, none, aux));
  };
}

function splatHandler({ access, shape }: LaneAccess): Handler {
  const type = laneTypes[shape] ?? ValueType.none;
  const aux = laneAux(shape, 0);
  return (lowering) => {
    const scalar = loadFrom(lowering, lowering.pop(), type, access);
    const { splat } = Operation;
    lowering.push(lowering.builder.operate(splat, ValueType.v128, scalar, none, none, aux));
  };
}

function loadLaneHandler({ access, shape }: LaneAccess): Handler {
  const type = laneTypes[shape] ?? ValueType.none;
  return (lowering) => {
    const vector = lowering.pop();
    const scalar = loadFrom(lowering, lowering.pop(), type, access);
    const aux = laneAux(shape, lowering.reader.lane);
    const { replaceLane } = Operation;
    lowering.push(lowering.builder.operate(replaceLane, ValueType.v128, vector, scalar, none, aux));
  };
}

function storeLaneHandler({ access, shape }: LaneAccess): Handler {
  const type = laneTypes[shape] ?? ValueType.none;
  return (lowering) => {
    const vector = lowering.pop();
    const aux = laneAux(shape, lowering.reader.lane);
    const scalar = lowering.builder.operate(Operation.extractLane, type, vector, none, none, aux);
    storeTo(lowering, lowering.pop(), scalar, access);
  };
}
