import { evaluateConversion } from "./conversions.ts";
import { evaluateFloat } from "./float-arithmetic.ts";
import { clamp, floatLaneRule, integerLaneRules, type LaneRule } from "./lane-rules.ts";
import { Operation, type OperationName, ValueType, type ValueTypeId } from "./operations.ts";
import { relaxedProducts, relaxedSwizzle, relaxedTruncate } from "./relaxed-lanes.ts";
import {
  laneBits,
  laneOf,
  laneTypes,
  type ShapeName,
  shapeOf,
  shapes,
  vectorNames,
} from "./vector-operations.ts";

/**
 * The result of an operation on vectors by the bits of its operands, zero-extended; undefined for
 * other operations. A NaN that arithmetic makes is the canonical one.
 */
export function evaluateVector(
  operation: number,
  aux: number,
  a: bigint,
  b: bigint,
  c: bigint,
): bigint | undefined {
  switch (operation) {
    case Operation.pair:
      return a | (b << 64n);
    case Operation.splat:
      return joined(new Array<bigint>(128 / widthOf(aux)).fill(a), widthOf(aux));
    case Operation.extractLane:
      return cut(a, widthOf(aux))[laneOf(aux)];
    case Operation.replaceLane:
      return joined(cut(a, widthOf(aux)).with(laneOf(aux), b), widthOf(aux));
    case Operation.shuffle: {
      const lanes = [...cut(a, 8), ...cut(b, 8)];
      return joined(
        cut(c, 8).map((lane) => lanes[Number(lane)] ?? 0n),
        8,
      );
    }
    case Operation.bitSelect:
      return ((a ^ b) & c) ^ b;
    case Operation.vectorTest:
      return test(vectorNames[aux] ?? "", a);
    case Operation.vectorUnary:
    case Operation.vectorBinary:
    case Operation.vectorShift:
      return named(vectorNames[aux] ?? "", a, b, operation === Operation.vectorShift);
    case Operation.vectorTernary:
      return multiplyAdd(vectorNames[aux] ?? "", a, b, c);
    default:
      return undefined;
  }
}

/** The product and the sum are rounded one by one. */
function multiplyAdd(name: string, a: bigint, b: bigint, c: bigint): bigint {
  const [shape = "", kind] = name.split(".");
  const product = named(`${shape}.mul`, a, b, false);
  const isNegated = kind === "relaxed_nmadd";
  return named(`${shape}.${isNegated ? "sub" : "add"}`, c, product, false);
}

function widthOf(aux: number): number {
  return laneBits[shapeOf(aux)] ?? 0;
}

/** The lanes of a vector, the lowest first. */
function cut(bits: bigint, width: number): bigint[] {
  return Array.from({ length: 128 / width }, (_, lane) =>
    BigInt.asUintN(width, bits >> BigInt(lane * width)),
  );
}

function joined(lanes: readonly bigint[], width: number): bigint {
  return lanes.reduceRight(
    (bits, lane) => (bits << BigInt(width)) | BigInt.asUintN(width, lane),
    0n,
  );
}

function signedLanes(bits: bigint, width: number): bigint[] {
  return cut(bits, width).map((lane) => BigInt.asIntN(width, lane));
}

function test(name: string, bits: bigint): bigint {
  const [shape = "", kind] = name.split(".");
  if (kind === "any_true") return bits === 0n ? 0n : 1n;
  const width = laneWidth(shape);
  const lanes = cut(bits, width);
  if (kind === "all_true") return lanes.includes(0n) ? 0n : 1n;
  return joined(
    lanes.map((lane) => lane >> BigInt(width - 1)),
    1,
  );
}

function laneWidth(shape: string): number {
  return shape === "v128" ? 64 : (laneBits[shapes.indexOf(shape as ShapeName)] ?? 0);
}

/** An operation by its name; `b` is the count of a shift. */
function named(name: string, a: bigint, b: bigint, isShift: boolean): bigint {
  const [shape = "", kind = ""] = name.split(".");
  const width = laneWidth(shape);
  const rule = shape.startsWith("f")
    ? floatLaneRule(kind, laneTypes[shapes.indexOf(shape as ShapeName)] ?? ValueType.f32)
    : integerLaneRules[kind];
  if (rule === undefined) return crossing(kind, width, a, b);
  return eachLane(rule, width, cut(a, width), isShift ? undefined : cut(b, width), b);
}

function eachLane(
  rule: LaneRule,
  width: number,
  a: readonly bigint[],
  b: readonly bigint[] | undefined,
  count: bigint,
): bigint {
  return joined(
    a.map((lane, index) => rule(lane, b?.[index] ?? count, width)),
    width,
  );
}

/** Operations whose results are not as wide as their operands, or that exchange lanes. */
function crossing(kind: string, width: number, a: bigint, b: bigint): bigint {
  const isSigned = kind.endsWith("_s") || kind.endsWith("_s_zero");
  const half = (bits: bigint) => {
    const lanes = isSigned ? signedLanes(bits, width / 2) : cut(bits, width / 2);
    return kind.includes("_high")
      ? lanes.slice(lanes.length / 2)
      : lanes.slice(0, lanes.length / 2);
  };
  const neighbours = (lanes: readonly bigint[]) =>
    lanes.flatMap((lane, index) => (index % 2 === 0 ? [lane + (lanes[index + 1] ?? 0n)] : []));
  switch (kind.replace(/_.*/, "")) {
    case "swizzle":
      return joined(
        cut(b, 8).map((lane) => cut(a, 8)[Number(lane)] ?? 0n),
        8,
      );
    case "narrow": {
      const lanes = [...signedLanes(a, width * 2), ...signedLanes(b, width * 2)];
      return joined(
        lanes.map((lane) => clamp(lane, width, isSigned)),
        width,
      );
    }
    case "extend":
      return joined(half(a), width);
    case "extmul": {
      const factors = half(b);
      return joined(
        half(a).map((lane, index) => lane * (factors[index] ?? 0n)),
        width,
      );
    }
    case "extadd":
      return joined(neighbours(isSigned ? signedLanes(a, width / 2) : cut(a, width / 2)), width);
    case "dot": {
      const factors = signedLanes(b, 16);
      const products = signedLanes(a, 16).map((lane, index) => lane * (factors[index] ?? 0n));
      return joined(neighbours(products), width);
    }
    case "relaxed":
      return relaxed(kind, width, a, b);
    default:
      return converted(kind, width, isSigned, a);
  }
}

function relaxed(kind: string, width: number, a: bigint, b: bigint): bigint {
  if (kind === "relaxed_swizzle") {
    const lanes = cut(a, 8);
    return joined(
      cut(b, 8).map((lane) => relaxedSwizzle(lanes, lane)),
      8,
    );
  }
  if (kind.includes("dot")) return joined(relaxedProducts(signedLanes(a, 8), cut(b, 8)), width);
  const isDouble = kind.includes("f64x2");
  const type = isDouble ? ValueType.f64 : ValueType.f32;
  const lanes = cut(a, isDouble ? 64 : 32);
  return joined(
    lanes.map((lane) => relaxedTruncate(type, lane)),
    width,
  );
}

/** Conversions between floats and integers, and between widths of floats; missing lanes are 0. */
function converted(kind: string, width: number, isSigned: boolean, a: bigint): bigint {
  const [, verb = "", fromName = ""] =
    /^(demote|promote|convert|trunc).*?_([fi]\d+x\d)/.exec(kind) ?? [];
  const from = shapes.indexOf(fromName as ShapeName);
  const fromType = laneTypes[from] ?? ValueType.f32;
  const to = resultType(verb, width);
  const lanes = cut(a, laneBits[from] ?? 32).slice(0, 128 / width);
  const name = conversionName(verb, isSigned);
  return joined(
    lanes.map((lane) => {
      const result =
        verb === "demote" || verb === "promote"
          ? evaluateFloat(name, fromType, to, lane, 0n)
          : evaluateConversion(name, fromType, to, lane);
      return typeof result === "bigint" ? result : 0n;
    }),
    width,
  );
}

function resultType(verb: string, width: number): ValueTypeId {
  if (verb === "trunc") return ValueType.i32;
  return width === 32 ? ValueType.f32 : ValueType.f64;
}

function conversionName(verb: string, isSigned: boolean): OperationName {
  if (verb === "demote" || verb === "promote") return verb;
  if (verb === "trunc") return isSigned ? "saturateSigned" : "saturateUnsigned";
  return isSigned ? "convertSigned" : "convertUnsigned";
}
