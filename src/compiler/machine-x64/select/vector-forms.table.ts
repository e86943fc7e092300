import type { Packed, PackedWithImmediate } from "./vector-code.ts";

/** One packed instruction that does what an operation on two vectors does. */
export interface BinaryRow {
  readonly form: Packed | PackedWithImmediate;
  /**
   * "either": a and b may be exchanged; "exchanged": b is the operand that is overwritten. In
   * "Not" rows all bits of the result are inverted.
   */
  readonly order: "straight" | "either" | "exchanged";
  readonly isInverted: boolean;
  readonly immediate: number;
}

function row(
  form: Packed | PackedWithImmediate,
  order: BinaryRow["order"] = "straight",
  immediate = 0,
): BinaryRow {
  return { form, order, isInverted: false, immediate };
}

const either = (form: Packed) => row(form, "either");
const exchanged = (form: Packed) => row(form, "exchanged");
const inverted = (of: BinaryRow): BinaryRow => ({ ...of, isInverted: true });

/** The conditions of cmpps and cmppd. */
const compare = { equal: 0, less: 1, lessEqual: 2, notEqual: 4 } as const;

/** Operations on two vectors that are one packed instruction, and perhaps its inversion. */
export const binaryRows: Readonly<Record<string, BinaryRow>> = {
  "v128.and": either("pand"),
  "v128.andnot": exchanged("pandn"),
  "v128.or": either("por"),
  "v128.xor": either("pxor"),

  "i8x16.add": either("paddb"),
  "i16x8.add": either("paddw"),
  "i32x4.add": either("paddd"),
  "i64x2.add": either("paddq"),
  "i8x16.sub": row("psubb"),
  "i16x8.sub": row("psubw"),
  "i32x4.sub": row("psubd"),
  "i64x2.sub": row("psubq"),
  "i8x16.add_sat_s": either("paddsb"),
  "i16x8.add_sat_s": either("paddsw"),
  "i8x16.add_sat_u": either("paddusb"),
  "i16x8.add_sat_u": either("paddusw"),
  "i8x16.sub_sat_s": row("psubsb"),
  "i16x8.sub_sat_s": row("psubsw"),
  "i8x16.sub_sat_u": row("psubusb"),
  "i16x8.sub_sat_u": row("psubusw"),
  "i16x8.mul": either("pmullw"),
  "i32x4.mul": either("pmulld"),
  "i32x4.dot_i16x8_s": either("pmaddwd"),
  "i8x16.avgr_u": either("pavgb"),
  "i16x8.avgr_u": either("pavgw"),
  "i8x16.min_s": either("pminsb"),
  "i16x8.min_s": either("pminsw"),
  "i32x4.min_s": either("pminsd"),
  "i8x16.min_u": either("pminub"),
  "i16x8.min_u": either("pminuw"),
  "i32x4.min_u": either("pminud"),
  "i8x16.max_s": either("pmaxsb"),
  "i16x8.max_s": either("pmaxsw"),
  "i32x4.max_s": either("pmaxsd"),
  "i8x16.max_u": either("pmaxub"),
  "i16x8.max_u": either("pmaxuw"),
  "i32x4.max_u": either("pmaxud"),
  "i8x16.narrow_i16x8_s": row("packsswb"),
  "i8x16.narrow_i16x8_u": row("packuswb"),
  "i16x8.narrow_i32x4_s": row("packssdw"),
  "i16x8.narrow_i32x4_u": row("packusdw"),

  "i8x16.eq": either("pcmpeqb"),
  "i16x8.eq": either("pcmpeqw"),
  "i32x4.eq": either("pcmpeqd"),
  "i64x2.eq": either("pcmpeqq"),
  "i8x16.ne": inverted(either("pcmpeqb")),
  "i16x8.ne": inverted(either("pcmpeqw")),
  "i32x4.ne": inverted(either("pcmpeqd")),
  "i64x2.ne": inverted(either("pcmpeqq")),
  "i8x16.gt_s": row("pcmpgtb"),
  "i16x8.gt_s": row("pcmpgtw"),
  "i32x4.gt_s": row("pcmpgtd"),
  "i64x2.gt_s": row("pcmpgtq"),
  "i8x16.lt_s": exchanged("pcmpgtb"),
  "i16x8.lt_s": exchanged("pcmpgtw"),
  "i32x4.lt_s": exchanged("pcmpgtd"),
  "i64x2.lt_s": exchanged("pcmpgtq"),
  "i8x16.le_s": inverted(row("pcmpgtb")),
  "i16x8.le_s": inverted(row("pcmpgtw")),
  "i32x4.le_s": inverted(row("pcmpgtd")),
  "i64x2.le_s": inverted(row("pcmpgtq")),
  "i8x16.ge_s": inverted(exchanged("pcmpgtb")),
  "i16x8.ge_s": inverted(exchanged("pcmpgtw")),
  "i32x4.ge_s": inverted(exchanged("pcmpgtd")),
  "i64x2.ge_s": inverted(exchanged("pcmpgtq")),

  // What version 3.0 leaves open is what the processor does.
  "i8x16.relaxed_swizzle": row("pshufb"),
  "i16x8.relaxed_q15mulr_s": either("pmulhrsw"),
  "i16x8.relaxed_dot_i8x16_i7x16_s": exchanged("pmaddubsw"),

  "f32x4.add": either("addps"),
  "f64x2.add": either("addpd"),
  "f32x4.sub": row("subps"),
  "f64x2.sub": row("subpd"),
  "f32x4.mul": either("mulps"),
  "f64x2.mul": either("mulpd"),
  "f32x4.div": row("divps"),
  "f64x2.div": row("divpd"),
  // The processor gives its second operand where neither is smaller: WebAssembly's first.
  "f32x4.pmin": exchanged("minps"),
  "f64x2.pmin": exchanged("minpd"),
  "f32x4.pmax": exchanged("maxps"),
  "f64x2.pmax": exchanged("maxpd"),
  "f32x4.eq": row("cmpps", "either", compare.equal),
  "f64x2.eq": row("cmppd", "either", compare.equal),
  "f32x4.ne": row("cmpps", "either", compare.notEqual),
  "f64x2.ne": row("cmppd", "either", compare.notEqual),
  "f32x4.lt": row("cmpps", "straight", compare.less),
  "f64x2.lt": row("cmppd", "straight", compare.less),
  "f32x4.gt": row("cmpps", "exchanged", compare.less),
  "f64x2.gt": row("cmppd", "exchanged", compare.less),
  "f32x4.le": row("cmpps", "straight", compare.lessEqual),
  "f64x2.le": row("cmppd", "straight", compare.lessEqual),
  "f32x4.ge": row("cmpps", "exchanged", compare.lessEqual),
  "f64x2.ge": row("cmppd", "exchanged", compare.lessEqual),
};

/** One instruction that makes a new vector of one; `immediate` where it takes one. */
export interface UnaryRow {
  readonly form: Packed | PackedWithImmediate;
  readonly immediate: number;
}

/** Rounding modes of roundps and roundpd, inexact exceptions suppressed. */
const rounding = { nearest: 8, floor: 9, ceil: 10, trunc: 11 } as const;

/** Operations on one vector that are one packed instruction. */
export const unaryRows: Readonly<Record<string, UnaryRow>> = {
  "i8x16.abs": { form: "pabsb", immediate: 0 },
  "i16x8.abs": { form: "pabsw", immediate: 0 },
  "i32x4.abs": { form: "pabsd", immediate: 0 },
  "f32x4.sqrt": { form: "sqrtps", immediate: 0 },
  "f64x2.sqrt": { form: "sqrtpd", immediate: 0 },
  "f32x4.nearest": { form: "roundps", immediate: rounding.nearest },
  "f64x2.nearest": { form: "roundpd", immediate: rounding.nearest },
  "f32x4.floor": { form: "roundps", immediate: rounding.floor },
  "f64x2.floor": { form: "roundpd", immediate: rounding.floor },
  "f32x4.ceil": { form: "roundps", immediate: rounding.ceil },
  "f64x2.ceil": { form: "roundpd", immediate: rounding.ceil },
  "f32x4.trunc": { form: "roundps", immediate: rounding.trunc },
  "f64x2.trunc": { form: "roundpd", immediate: rounding.trunc },
  "f32x4.convert_i32x4_s": { form: "cvtdq2ps", immediate: 0 },
  "i32x4.relaxed_trunc_f32x4_s": { form: "cvttps2dq", immediate: 0 },
  "i32x4.relaxed_trunc_f64x2_s_zero": { form: "cvttpd2dq", immediate: 0 },
  "f32x4.demote_f64x2_zero": { form: "cvtpd2ps", immediate: 0 },
};
