/** What relaxed vector instructions leave open, settled as x86-64's instructions have it. */
import { floatOfBits } from "./bits.ts";
import { clamp } from "./lane-rules.ts";
import type { ValueTypeId } from "./operations.ts";

/** What swizzle makes of one number of a lane: of those from 128 on 0, of others the lower bits count. */
export function relaxedSwizzle(lanes: readonly bigint[], lane: bigint): bigint {
  return lane >= 0x80n ? 0n : (lanes[Number(lane & 15n)] ?? 0n);
}

/** A float in 32 signed bits; the smallest integer for what does not fit. */
export function relaxedTruncate(type: ValueTypeId, bits: bigint): bigint {
  const whole = Math.trunc(floatOfBits(type, bits));
  const fits = whole >= -(2 ** 31) && whole < 2 ** 31;
  return fits ? BigInt(whole) : -(1n << 31n);
}

/** Sums of two products of signed bytes and unsigned ones, cut to the range of 16 bits. */
export function relaxedProducts(signed: readonly bigint[], unsigned: readonly bigint[]): bigint[] {
  const products = signed.map((factor, index) => factor * (unsigned[index] ?? 0n));
  return products.flatMap((product, index) =>
    index % 2 === 0 ? [clamp(product + (products[index + 1] ?? 0n), 16, true)] : [],
  );
}
