import type { Packed, PackedWithImmediate, Recipe, VectorCode } from "./vector-code.ts";
import { everyLane32, everyWord, type VectorBits } from "./vector-constants.ts";

/** Conditions of cmpps and cmppd. */
const equal = 0;
const lessEqual = 2;
const unordered = 3;

/** Roundings of roundpd: towards zero, inexact exceptions suppressed. */
const towardsZero = 11;

/** The instructions and constants of one width of lanes. */
interface FloatKit {
  readonly minimum: Packed;
  readonly maximum: Packed;
  readonly subtract: Packed;
  readonly compare: PackedWithImmediate;
  readonly shift: "psrld" | "psrlq";
  /** Bits in front of a NaN's payload: sign, exponent, and the one that makes it quiet. */
  readonly headerBits: number;
  readonly signs: VectorBits;
  readonly magnitudes: VectorBits;
}

const single: FloatKit = {
  minimum: "minps",
  maximum: "maxps",
  subtract: "subps",
  compare: "cmpps",
  shift: "psrld",
  headerBits: 10,
  signs: everyLane32(0x8000_0000),
  magnitudes: everyLane32(0x7fff_ffff),
};

const double: FloatKit = {
  minimum: "minpd",
  maximum: "maxpd",
  subtract: "subpd",
  compare: "cmppd",
  shift: "psrlq",
  headerBits: 13,
  signs: everyWord(0x8000_0000_0000_0000n),
  magnitudes: everyWord(0x7fff_ffff_ffff_ffffn),
};

function absolute({ magnitudes }: FloatKit): Recipe {
  return (code, target, a) => {
    code.copy(a, target);
    code.applyConstant("andps", target, magnitudes);
  };
}

function negate({ signs }: FloatKit): Recipe {
  return (code, target, a) => {
    code.copy(a, target);
    code.applyConstant("xorps", target, signs);
  };
}

/**
 * The processor gives the second operand for NaNs and for zeroes: computed both ways round, a
 * difference shows them. What is a NaN in either way loses its payload and becomes quiet.
 */
function minimum(kit: FloatKit): Recipe {
  return (code, target, a, b) => {
    const other = bothWays(code, kit.minimum, target, a, b);
    // Of two zeroes or-ing finds the negative one; of a number and a NaN it makes some NaN.
    code.apply("orps", other, target);
    keepNumbers(code, kit, target, other);
  };
}

function maximum(kit: FloatKit): Recipe {
  return (code, target, a, b) => {
    const other = bothWays(code, kit.maximum, target, a, b);
    // The difference is the sign of two zeroes, which the subtraction then takes off: -0 - -0.
    code.apply("xorps", target, other);
    code.apply("orps", other, target);
    code.apply(kit.subtract, other, target);
    keepNumbers(code, kit, target, other);
  };
}

/** Computes `b op a` into the target, and gives `a op b`. */
function bothWays(code: VectorCode, name: Packed, target: number, a: number, b: number): number {
  const other = code.copy(a);
  code.apply(name, other, b);
  code.copy(b, target);
  code.apply(name, target, a);
  return other;
}

/** Puts `result` into the target with all NaNs made canonical but for their sign. */
function keepNumbers(code: VectorCode, kit: FloatKit, target: number, result: number): void {
  code.apply(kit.compare, target, result, unordered);
  code.apply("orps", result, target);
  code.shift(kit.shift, target, kit.headerBits);
  code.apply("andnps", target, result);
}

const two31 = everyLane32(0x4f00_0000);
const two16 = everyLane32(0x4780_0000);

/** Both halves of the integers are exact floats: only their sum is rounded. */
const convertUnsigned: Recipe = (code, target, a) => {
  const low = code.copy(a);
  code.applyConstant("pand", low, everyLane32(0xffff));
  const high = code.copy(a);
  code.shift("psrld", high, 16);
  code.apply("cvtdq2ps", target, high);
  code.applyConstant("mulps", target, two16);
  code.apply("addps", target, code.made("cvtdq2ps", low));
};

/** Behind 2^52 as upper half an integer is a fraction: what is above 2^52 is the integer. */
const two52 = everyWord(0x4330_0000_0000_0000n);

const convertLowUnsigned: Recipe = (code, target, a) => {
  code.copy(a, target);
  code.applyConstant("punpckldq", target, everyLane32(0x4330_0000));
  code.applyConstant("subpd", target, two52);
};

/** The processor makes the smallest integer of what does not fit: right but for large floats. */
const truncateSigned: Recipe = (code, target, a) => {
  const number = code.copy(a);
  code.apply("cmpps", number, a, equal);
  code.apply("andps", number, a);
  const overflow = code.constant(two31);
  code.apply("cmpps", overflow, number, lessEqual);
  code.apply("cvttps2dq", target, number);
  code.apply("pxor", target, overflow);
};

/** What is above 2^31 is converted apart, and added. */
const truncateUnsigned: Recipe = (code, target, a) => {
  const number = code.copy(a);
  code.apply("maxps", number, code.zero());
  const excess = code.copy(number);
  code.applyConstant("subps", excess, two31);
  const overflow = code.constant(two31);
  code.apply("cmpps", overflow, excess, lessEqual);
  const upper = code.made("cvttps2dq", excess);
  code.apply("pxor", upper, overflow);
  code.apply("pmaxsd", upper, code.zero());
  code.apply("cvttps2dq", target, number);
  code.apply("paddd", target, upper);
};

const largestSigned = everyWord(0x41df_ffff_ffc0_0000n);
const largestUnsigned = everyWord(0x41ef_ffff_ffe0_0000n);

/** NaNs become the 0 that and-ing leaves of the limit. */
const truncateDoubleSigned: Recipe = (code, target, a) => {
  const limit = code.copy(a);
  code.apply("cmppd", limit, a, equal);
  code.applyConstant("andps", limit, largestSigned);
  const number = code.copy(a);
  code.apply("minpd", number, limit);
  code.apply("cvttpd2dq", target, number);
};

/** As the fraction behind 2^52 an integer has its bits in the lower half. */
const truncateDoubleUnsigned: Recipe = (code, target, a) => {
  const number = code.copy(a);
  const zero = code.zero();
  code.apply("maxpd", number, zero);
  code.applyConstant("minpd", number, largestUnsigned);
  code.apply("roundpd", target, number, towardsZero);
  code.applyConstant("addpd", target, two52);
  const evenLanes = 0x88;
  code.apply("shufps", target, zero, evenLanes);
};

/** Operations on float lanes that take several instructions. */
export const floatRecipes: Readonly<Record<string, Recipe>> = {
  "f32x4.abs": absolute(single),
  "f64x2.abs": absolute(double),
  "f32x4.neg": negate(single),
  "f64x2.neg": negate(double),
  "f32x4.min": minimum(single),
  "f64x2.min": minimum(double),
  "f32x4.max": maximum(single),
  "f64x2.max": maximum(double),
  "f32x4.convert_i32x4_u": convertUnsigned,
  "f64x2.convert_low_i32x4_u": convertLowUnsigned,
  "i32x4.trunc_sat_f32x4_s": truncateSigned,
  "i32x4.trunc_sat_f32x4_u": truncateUnsigned,
  "i32x4.trunc_sat_f64x2_s_zero": truncateDoubleSigned,
  "i32x4.trunc_sat_f64x2_u_zero": truncateDoubleUnsigned,
};
