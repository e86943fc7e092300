import { constantBits, isConstant } from "../../ssa/bits.ts";
import type { Value } from "../../ssa/function.ts";
import { Operation } from "../../ssa/operations.ts";
import { Condition } from "../conditions.ts";
import { Form } from "../encoding.ts";
import type { Selector } from "./selector.ts";

/** One bit of a value, at a position modulo the value's width. */
interface Bit {
  readonly source: Value;
  readonly position: Value;
}

/** Immediates of `test` have at most so many bits that a sign does not spoil. */
const immediateBits = 31;

/**
 * Tests a value for being 0 that is a single bit of another, which is then neither shifted nor
 * masked. Returns the condition for "it is not 0", or undefined for any other value.
 */
export function selectBitTest(selector: Selector, value: Value): number | undefined {
  const { draft, fn } = selector;
  const masked = selector.singleUse(value, Operation.and);
  if (masked === undefined) return undefined;
  const wide = selector.isWide(masked);
  const bit = bitOf(selector, masked);
  if (bit === undefined) return selectHighBit(selector, masked);
  const source = selector.lowRegisterOf(bit.source);
  if (!isConstant(fn, bit.position)) {
    const position = selector.lowRegisterOf(bit.position);
    draft.registers(wide ? Form.bt_rm64_r64 : Form.bt_rm32_r32, source, position);
    return Condition.b;
  }
  const position = (fn.low[bit.position] as number) & (wide ? 63 : 31);
  if (wide && position >= immediateBits) {
    draft.registers(Form.bt_rm64_imm8, source, -1, position);
    return Condition.b;
  }
  draft.registers(wide ? Form.test_rm64_imm32 : Form.test_rm32_imm32, source, -1, 1 << position);
  return Condition.ne;
}

/** The bit that is left of `(source >> position) & 1` or `source & (1 << position)`. */
function bitOf(selector: Selector, masked: Value): Bit | undefined {
  const { fn } = selector;
  const first = fn.resolve(fn.a[masked] as Value);
  const second = fn.resolve(fn.b[masked] as Value);
  if (isOne(selector, second)) {
    for (const operation of [Operation.shiftRightUnsigned, Operation.shiftRightSigned]) {
      const shifted = selector.singleUse(first, operation);
      if (shifted !== undefined) return partsOf(selector, fn.a[shifted] as Value, shifted);
    }
  }
  for (const [source, mask] of [[first, second] as const, [second, first] as const]) {
    const shifted = selector.singleUse(mask, Operation.shiftLeft);
    if (shifted !== undefined && isOne(selector, fn.a[shifted] as Value)) {
      return partsOf(selector, source, shifted);
    }
  }
  return undefined;
}

function partsOf({ fn }: Selector, source: Value, shifted: Value): Bit {
  return { source: fn.resolve(source), position: fn.resolve(fn.b[shifted] as Value) };
}

/** A bit of an i64 that no immediate of a `test` reaches. */
function selectHighBit(selector: Selector, masked: Value): number | undefined {
  const { draft, fn } = selector;
  const mask = fn.resolve(fn.b[masked] as Value);
  if (!selector.isWide(masked) || !isConstant(fn, mask)) return undefined;
  const bits = constantBits(fn, mask);
  if (bits >> BigInt(immediateBits) === 0n || (bits & (bits - 1n)) !== 0n) return undefined;
  const source = selector.registerOf(fn.a[masked] as Value);
  draft.registers(Form.bt_rm64_imm8, source, -1, bits.toString(2).length - 1);
  return Condition.b;
}

function isOne({ fn }: Selector, operand: Value): boolean {
  const value = fn.resolve(operand);
  return isConstant(fn, value) && constantBits(fn, value) === 1n;
}
