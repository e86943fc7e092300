/** What operations on vectors compute, and the shapes in which they see 128 bits. */
import { ValueType, type ValueTypeId } from "./operations.ts";

/** Ways to cut a vector into lanes, in the order of their numbers. */
export const shapes = ["i8x16", "i16x8", "i32x4", "i64x2", "f32x4", "f64x2"] as const;

/** The name of a shape. */
export type ShapeName = (typeof shapes)[number];

/** The scalar that a lane of each shape is; narrow integers are i32. */
export const laneTypes: readonly ValueTypeId[] = [
  ValueType.i32,
  ValueType.i32,
  ValueType.i32,
  ValueType.i64,
  ValueType.f32,
  ValueType.f64,
];

/** Bits of a lane of each shape. */
export const laneBits: readonly number[] = [8, 16, 32, 64, 32, 64];

/** Lanes of each shape. */
export const laneCounts: readonly number[] = laneBits.map((bits) => 128 / bits);

const shapeMask = 7;
const laneShift = 3;

/** The `aux` column of splat, extractLane and replaceLane. */
export function laneAux(shape: number, lane: number): number {
  return shape | (lane << laneShift);
}

/** The number of the shape in an `aux` column. */
export function shapeOf(aux: number): number {
  return aux & shapeMask;
}

/** The lane in an `aux` column. */
export function laneOf(aux: number): number {
  return aux >> laneShift;
}

/** Shapes, and what can be done to each: named as in WebAssembly (3.0, section 4.3.5). */
const families: readonly (readonly [string, string])[] = [
  ["v128", "not any_true and andnot or xor"],
  ["i8x16 i16x8 i32x4 i64x2", "abs neg all_true bitmask shl shr_s shr_u add sub"],
  ["i8x16 i16x8 i32x4 i64x2", "eq ne lt_s gt_s le_s ge_s"],
  ["i8x16 i16x8 i32x4", "lt_u gt_u le_u ge_u min_s min_u max_s max_u"],
  ["i8x16 i16x8", "add_sat_s add_sat_u sub_sat_s sub_sat_u avgr_u"],
  ["i16x8 i32x4 i64x2", "mul"],
  ["i8x16", "swizzle popcnt narrow_i16x8_s narrow_i16x8_u"],
  ["i16x8", "q15mulr_sat_s narrow_i32x4_s narrow_i32x4_u"],
  ["i16x8", "extadd_pairwise_i8x16_s extadd_pairwise_i8x16_u"],
  ["i32x4", "extadd_pairwise_i16x8_s extadd_pairwise_i16x8_u dot_i16x8_s"],
  ...(["i16x8 i8x16", "i32x4 i16x8", "i64x2 i32x4"] as const).map((pair): [string, string] => {
    const [to = "", from = ""] = pair.split(" ");
    const forms = [`low_${from}_s`, `high_${from}_s`, `low_${from}_u`, `high_${from}_u`];
    return [to, forms.flatMap((form) => [`extend_${form}`, `extmul_${form}`]).join(" ")];
  }),
  ["f32x4 f64x2", "abs neg sqrt ceil floor trunc nearest"],
  ["f32x4 f64x2", "add sub mul div min max pmin pmax eq ne lt gt le ge"],
  ["f32x4", "demote_f64x2_zero convert_i32x4_s convert_i32x4_u"],
  ["f64x2", "promote_low_f32x4 convert_low_i32x4_s convert_low_i32x4_u"],
  ["i32x4", "trunc_sat_f32x4_s trunc_sat_f32x4_u"],
  ["i32x4", "trunc_sat_f64x2_s_zero trunc_sat_f64x2_u_zero"],
  ["i8x16", "relaxed_swizzle"],
  ["i16x8", "relaxed_q15mulr_s relaxed_dot_i8x16_i7x16_s"],
  ["i32x4", "relaxed_trunc_f32x4_s relaxed_trunc_f64x2_s_zero"],
  ["f32x4 f64x2", "relaxed_madd relaxed_nmadd"],
];

/** The names of what vectors are put to, "i8x16.add", in the order of their numbers. */
export const vectorNames: readonly string[] = families.flatMap(([types, names]) =>
  types.split(" ").flatMap((type) => names.split(" ").map((name) => `${type}.${name}`)),
);

const numbers = new Map(vectorNames.map((name, number) => [name, number]));

/** The number of an operation by its name, or undefined. */
export function vectorNumber(name: string): number | undefined {
  return numbers.get(name);
}
