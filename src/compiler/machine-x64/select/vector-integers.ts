import type { Packed, Recipe, Widening } from "./vector-code.ts";
import {
  everyByte,
  everyLane16,
  everyLane32,
  type VectorBits,
  vectorOfBytes,
} from "./vector-constants.ts";

/** In pshufd: the upper half in both halves; each lane of the lower, of the upper half twice. */
const upperHalf = 0xee;
const lowerTwice = 0x50;
const upperTwice = 0xfa;
/** In pshufd: odd lanes in place of even ones. */
const oddLanes = 0xf5;

function negate(subtract: Packed): Recipe {
  return (code, target, a) => {
    code.copy(code.zero(), target);
    code.apply(subtract, target, a);
  };
}

/** a <= b where the smaller of them is a, a >= b where the larger is. */
function unsignedCompare(pick: Packed, equal: Packed, isInverted: boolean): Recipe {
  return (code, target, a, b) => {
    code.copy(b, target);
    code.apply(pick, target, a);
    code.apply(equal, target, a);
    if (isInverted) code.invert(target);
  };
}

function extendHigh(extend: Widening): Recipe {
  return (code, target, a) => {
    code.extend(extend, target, code.made("pshufd", a, upperHalf));
  };
}

/** Bytes are made 16 bits wide, then multiplied. */
function multiplyBytes(extend: "pmovsxbw" | "pmovzxbw", isHigh: boolean): Recipe {
  return (code, target, a, b) => {
    const [first, second] = isHigh
      ? [code.made("pshufd", a, upperHalf), code.made("pshufd", b, upperHalf)]
      : [a, b];
    const factor = code.fresh();
    code.extend(extend, factor, second);
    code.extend(extend, target, first);
    code.apply("pmullw", target, factor);
  };
}

/** Lower and upper halves of the products of 16-bit lanes, put together. */
function multiplyWords(upper: "pmulhw" | "pmulhuw", interleave: "punpcklwd" | "punpckhwd"): Recipe {
  return (code, target, a, b) => {
    const high = code.copy(a);
    code.apply(upper, high, b);
    code.copy(a, target);
    code.apply("pmullw", target, b);
    code.apply(interleave, target, high);
  };
}

/** pmuldq and pmuludq multiply the even lanes of 32 bits. */
function multiplyDoubles(multiply: "pmuldq" | "pmuludq", lanes: number): Recipe {
  return (code, target, a, b) => {
    code.apply("pshufd", target, a, lanes);
    code.apply(multiply, target, code.made("pshufd", b, lanes));
  };
}

/** The products of the lower halves, and of each lower with the other upper one, shifted. */
const multiply64: Recipe = (code, target, a, b) => {
  const mixed = code.copy(a);
  code.shift("psrlq", mixed, 32);
  code.apply("pmuludq", mixed, b);
  const other = code.copy(b);
  code.shift("psrlq", other, 32);
  code.apply("pmuludq", other, a);
  code.apply("paddq", mixed, other);
  code.shift("psllq", mixed, 32);
  code.copy(a, target);
  code.apply("pmuludq", target, b);
  code.apply("paddq", target, mixed);
};

const absolute64: Recipe = (code, target, a) => {
  const sign = code.made("pshufd", a, oddLanes);
  code.shift("psrad", sign, 31);
  code.copy(a, target);
  code.apply("pxor", target, sign);
  code.apply("psubq", target, sign);
};

/** How many bits each number of four bits has. */
const nibbleCounts: VectorBits = vectorOfBytes([0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4]);

const populationCount: Recipe = (code, target, a) => {
  const low = code.copy(a);
  code.applyConstant("pand", low, everyByte(0x0f));
  const high = code.copy(a);
  code.shift("psrlw", high, 4);
  code.applyConstant("pand", high, everyByte(0x0f));
  const table = code.constant(nibbleCounts);
  code.copy(table, target);
  code.apply("pshufb", target, low);
  code.apply("pshufb", table, high);
  code.apply("paddb", target, table);
};

/** Indices from 16 on become 128 and more, for which pshufb gives 0. */
const swizzle: Recipe = (code, target, a, b) => {
  const mask = code.copy(b);
  code.applyConstant("paddusb", mask, everyByte(0x70));
  code.copy(a, target);
  code.apply("pshufb", target, mask);
};

/** Only -1 times -1 overflows, to -1. */
const multiplyFractions: Recipe = (code, target, a, b) => {
  code.copy(a, target);
  code.apply("pmulhrsw", target, b);
  const overflow = code.copy(target);
  code.applyConstant("pcmpeqw", overflow, everyLane16(0x8000));
  code.apply("pxor", target, overflow);
};

/** pmaddubsw multiplies unsigned bytes with signed ones. */
const addSignedBytes: Recipe = (code, target, a) => {
  code.copy(code.constant(everyByte(1)), target);
  code.apply("pmaddubsw", target, a);
};

const addUnsignedBytes: Recipe = (code, target, a) => {
  code.copy(a, target);
  code.applyConstant("pmaddubsw", target, everyByte(1));
};

const addSignedWords: Recipe = (code, target, a) => {
  code.copy(a, target);
  code.applyConstant("pmaddwd", target, everyLane16(1));
};

/** Made signed by taking 2^15 off each, which is then given back. */
const addUnsignedWords: Recipe = (code, target, a) => {
  code.copy(a, target);
  code.applyConstant("pxor", target, everyLane16(0x8000));
  code.applyConstant("pmaddwd", target, everyLane16(1));
  code.applyConstant("paddd", target, everyLane32(0x1_0000));
};

/** Operations on integer lanes that take several instructions. */
export const integerRecipes: Readonly<Record<string, Recipe>> = {
  "v128.not": (code, target, a) => {
    code.copy(a, target);
    code.invert(target);
  },
  "i8x16.neg": negate("psubb"),
  "i16x8.neg": negate("psubw"),
  "i32x4.neg": negate("psubd"),
  "i64x2.neg": negate("psubq"),
  "i64x2.abs": absolute64,
  "i8x16.popcnt": populationCount,
  "i8x16.swizzle": swizzle,
  "i8x16.le_u": unsignedCompare("pminub", "pcmpeqb", false),
  "i16x8.le_u": unsignedCompare("pminuw", "pcmpeqw", false),
  "i32x4.le_u": unsignedCompare("pminud", "pcmpeqd", false),
  "i8x16.ge_u": unsignedCompare("pmaxub", "pcmpeqb", false),
  "i16x8.ge_u": unsignedCompare("pmaxuw", "pcmpeqw", false),
  "i32x4.ge_u": unsignedCompare("pmaxud", "pcmpeqd", false),
  "i8x16.gt_u": unsignedCompare("pminub", "pcmpeqb", true),
  "i16x8.gt_u": unsignedCompare("pminuw", "pcmpeqw", true),
  "i32x4.gt_u": unsignedCompare("pminud", "pcmpeqd", true),
  "i8x16.lt_u": unsignedCompare("pmaxub", "pcmpeqb", true),
  "i16x8.lt_u": unsignedCompare("pmaxuw", "pcmpeqw", true),
  "i32x4.lt_u": unsignedCompare("pmaxud", "pcmpeqd", true),
  "i64x2.mul": multiply64,
  "i16x8.q15mulr_sat_s": multiplyFractions,
  "i16x8.extadd_pairwise_i8x16_s": addSignedBytes,
  "i16x8.extadd_pairwise_i8x16_u": addUnsignedBytes,
  "i32x4.extadd_pairwise_i16x8_s": addSignedWords,
  "i32x4.extadd_pairwise_i16x8_u": addUnsignedWords,
  "i16x8.extend_high_i8x16_s": extendHigh("pmovsxbw"),
  "i32x4.extend_high_i16x8_s": extendHigh("pmovsxwd"),
  "i64x2.extend_high_i32x4_s": extendHigh("pmovsxdq"),
  "i16x8.extend_high_i8x16_u": extendHigh("pmovzxbw"),
  "i32x4.extend_high_i16x8_u": extendHigh("pmovzxwd"),
  "i64x2.extend_high_i32x4_u": extendHigh("pmovzxdq"),
  "i16x8.extmul_low_i8x16_s": multiplyBytes("pmovsxbw", false),
  "i16x8.extmul_high_i8x16_s": multiplyBytes("pmovsxbw", true),
  "i16x8.extmul_low_i8x16_u": multiplyBytes("pmovzxbw", false),
  "i16x8.extmul_high_i8x16_u": multiplyBytes("pmovzxbw", true),
  "i32x4.extmul_low_i16x8_s": multiplyWords("pmulhw", "punpcklwd"),
  "i32x4.extmul_high_i16x8_s": multiplyWords("pmulhw", "punpckhwd"),
  "i32x4.extmul_low_i16x8_u": multiplyWords("pmulhuw", "punpcklwd"),
  "i32x4.extmul_high_i16x8_u": multiplyWords("pmulhuw", "punpckhwd"),
  "i64x2.extmul_low_i32x4_s": multiplyDoubles("pmuldq", lowerTwice),
  "i64x2.extmul_high_i32x4_s": multiplyDoubles("pmuldq", upperTwice),
  "i64x2.extmul_low_i32x4_u": multiplyDoubles("pmuludq", lowerTwice),
  "i64x2.extmul_high_i32x4_u": multiplyDoubles("pmuludq", upperTwice),
};
