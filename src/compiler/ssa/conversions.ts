import { bitsOfFloat, bitWidth, floatOfBits } from "./bits.ts";
import type { Outcome } from "./integer-arithmetic.ts";
import { type OperationName, ValueType, type ValueTypeId } from "./operations.ts";

type Rule = (bits: bigint, from: ValueTypeId, to: ValueTypeId) => Outcome;

const rules: Partial<Record<OperationName, Rule>> = {
  extendSigned: (bits) => BigInt.asIntN(32, bits),
  extendUnsigned: (bits) => bits,
  wrap: (bits) => bits,
  reinterpret: (bits) => bits,
  truncateSigned: (bits, from, to) => truncate(floatOfBits(from, bits), bitWidth(to), true),
  truncateUnsigned: (bits, from, to) => truncate(floatOfBits(from, bits), bitWidth(to), false),
  saturateSigned: (bits, from, to) => saturate(floatOfBits(from, bits), bitWidth(to), true),
  saturateUnsigned: (bits, from, to) => saturate(floatOfBits(from, bits), bitWidth(to), false),
  convertSigned: (bits, from, to) => convert(BigInt.asIntN(bitWidth(from), bits), to),
  convertUnsigned: (bits, _, to) => convert(bits, to),
};

/** The result of a conversion on zero-extended bits, or undefined for other operations. */
export function evaluateConversion(
  operation: OperationName,
  from: ValueTypeId,
  to: ValueTypeId,
  bits: bigint,
): Outcome | undefined {
  const outcome = rules[operation]?.(bits, from, to);
  return typeof outcome === "bigint" ? BigInt.asUintN(bitWidth(to), outcome) : outcome;
}

function range(width: number, isSigned: boolean): { lowest: bigint; highest: bigint } {
  const bits = BigInt(width);
  if (!isSigned) return { lowest: 0n, highest: (1n << bits) - 1n };
  return { lowest: -(1n << (bits - 1n)), highest: (1n << (bits - 1n)) - 1n };
}

function truncate(value: number, width: number, isSigned: boolean): Outcome {
  if (Number.isNaN(value)) return "invalidConversion";
  const { lowest, highest } = range(width, isSigned);
  if (!Number.isFinite(value)) return "integerOverflow";
  const integer = BigInt(Math.trunc(value));
  return integer < lowest || integer > highest ? "integerOverflow" : integer;
}

function saturate(value: number, width: number, isSigned: boolean): bigint {
  if (Number.isNaN(value)) return 0n;
  const { lowest, highest } = range(width, isSigned);
  if (value === Number.POSITIVE_INFINITY) return highest;
  if (value === Number.NEGATIVE_INFINITY) return lowest;
  const integer = BigInt(Math.trunc(value));
  if (integer < lowest) return lowest;
  return integer > highest ? highest : integer;
}

function convert(integer: bigint, to: ValueTypeId): bigint {
  if (to === ValueType.f64) return bitsOfFloat(to, Number(integer));
  return bitsOfFloat(to, Number(roundToOdd(integer)));
}

/**
 * Rounding first to f64 and then to f32 would round twice. Cutting to 53 bits with the lost bits
 * gathered in the last one ("round to odd") makes the second rounding right.
 */
function roundToOdd(integer: bigint): bigint {
  const magnitude = integer < 0n ? -integer : integer;
  const excess = BigInt(Math.max(0, magnitude.toString(2).length - 53));
  const kept = magnitude >> excess;
  const isExact = kept << excess === magnitude;
  const rounded = (isExact ? kept : kept | 1n) << excess;
  return integer < 0n ? -rounded : rounded;
}
