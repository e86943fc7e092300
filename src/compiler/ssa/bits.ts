/** Constants as the bits of a 64-bit integer, and the floats among them as numbers. */
import type { SsaFunction, Value } from "./function.ts";
import { Operation, ValueType, type ValueTypeId } from "./operations.ts";

const view = new DataView(new ArrayBuffer(8));

/** Bits in a value of a type. */
export function bitWidth(type: ValueTypeId): 32 | 64 | 128 {
  if (type === ValueType.v128) return 128;
  return type === ValueType.i64 || type === ValueType.f64 ? 64 : 32;
}

/** Whether a type is f32 or f64. */
export function isFloat(type: ValueTypeId): boolean {
  return type === ValueType.f32 || type === ValueType.f64;
}

/** The number with the bits of an f32 or f64; the payload of a NaN is lost. */
export function floatOfBits(type: ValueTypeId, bits: bigint): number {
  if (type === ValueType.f32) {
    view.setUint32(0, Number(bits));
    return view.getFloat32(0);
  }
  view.setBigUint64(0, bits);
  return view.getFloat64(0);
}

/** The bits of a number as f32 (rounded) or f64; NaN becomes the canonical one. */
export function bitsOfFloat(type: ValueTypeId, value: number): bigint {
  if (Number.isNaN(value)) return type === ValueType.f32 ? 0x7fc00000n : 0x7ff8000000000000n;
  if (type === ValueType.f32) {
    view.setFloat32(0, value);
    return BigInt(view.getUint32(0));
  }
  view.setFloat64(0, value);
  return view.getBigUint64(0);
}

/** Whether bits are a NaN of a type. */
export function isNaNBits(type: ValueTypeId, bits: bigint): boolean {
  return isFloat(type) && Number.isNaN(floatOfBits(type, bits));
}

/** Whether a value is a constant. */
export function isConstant(fn: SsaFunction, value: Value): boolean {
  return fn.operation[value] === Operation.constant;
}

/** The bits of a constant, zero-extended. */
export function constantBits(fn: SsaFunction, value: Value): bigint {
  const low = BigInt((fn.low[value] as number) >>> 0);
  if (bitWidth(typeOf(fn, value)) === 32) return low;
  return low | (BigInt((fn.high[value] as number) >>> 0) << 32n);
}

/** The type of a value. */
export function typeOf(fn: SsaFunction, value: Value): ValueTypeId {
  return fn.type[value] as ValueTypeId;
}
