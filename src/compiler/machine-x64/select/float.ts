import { Role } from "../../machine/machine-function.ts";
import type { Value } from "../../ssa/function.ts";
import { Operation } from "../../ssa/operations.ts";
import { Form, type FormId } from "../encoding.ts";
import { symbolAddress } from "../instruction-shape.ts";
import { Pseudo } from "../pseudo-instructions.ts";
import { copyFloat } from "./compare.ts";
import { orderOperands } from "./integer.ts";
import type { Selector } from "./selector.ts";

/** Forms of one operation: for f32, for f64. */
type WidthPair = readonly [FormId, FormId];

const binaryForms = new Map<number, WidthPair>([
  [Operation.floatAdd, [Form.addss_x_xm32, Form.addsd_x_xm64]],
  [Operation.floatSubtract, [Form.subss_x_xm32, Form.subsd_x_xm64]],
  [Operation.floatMultiply, [Form.mulss_x_xm32, Form.mulsd_x_xm64]],
  [Operation.floatDivide, [Form.divss_x_xm32, Form.divsd_x_xm64]],
]);

function pick(pair: WidthPair, wide: boolean): FormId {
  return wide ? pair[1] : pair[0];
}

/** floatAdd, floatSubtract, floatMultiply, floatDivide. */
export function selectFloatBinary(selector: Selector, value: Value): void {
  const pair = binaryForms.get(selector.operationOf(value)) as WidthPair;
  const form = pick(pair, selector.isWide(value));
  const [a, b] = orderOperands(selector, value);
  const target = selector.resultRegister(value);
  const address = selector.foldLoad(b);
  const second = address === undefined ? selector.registerOf(b) : -1;
  copyFloat(selector, target, a);
  if (address !== undefined) selector.draft.memory(form, target, address);
  else selector.draft.registers(form, target, second);
}

/** floatMinimum, floatMaximum: SSE's differ from WebAssembly's for NaN and zeroes. */
export function selectMinimumMaximum(selector: Selector, value: Value): void {
  const { fn, draft } = selector;
  const minimum = selector.operationOf(value) === Operation.floatMinimum;
  const second = selector.registerOf(fn.b[value] as number);
  const target = selector.resultRegister(value);
  copyFloat(selector, target, fn.a[value] as number);
  draft.append(minimum ? Pseudo.floatMinimum : Pseudo.floatMaximum, selector.isWide(value) ? 1 : 0);
  draft.operand(target, Role.useDefine);
  draft.operand(second, Role.use);
}

/** squareRoot. */
export function selectSquareRoot(selector: Selector, value: Value): void {
  const form = selector.isWide(value) ? Form.sqrtsd_x_xm64 : Form.sqrtss_x_xm32;
  const operand = selector.registerOf(selector.fn.a[value] as number);
  selector.draft.registers(form, selector.resultRegister(value), operand);
}

/** Rounding modes of roundss and roundsd, inexact exceptions suppressed. */
const roundingModes = new Map<number, number>([
  [Operation.nearest, 8],
  [Operation.floor, 9],
  [Operation.ceiling, 10],
  [Operation.truncateFloat, 11],
]);

/** nearest, floor, ceiling, truncateFloat. */
export function selectRounding(selector: Selector, value: Value): void {
  const form = selector.isWide(value) ? Form.roundsd_x_xm64_imm8 : Form.roundss_x_xm32_imm8;
  const mode = roundingModes.get(selector.operationOf(value)) as number;
  const operand = selector.registerOf(selector.fn.a[value] as number);
  selector.draft.registers(form, selector.resultRegister(value), operand, mode);
}

const signBit = -0x8000_0000;

/** A mask constant in memory, repeated to 16 bytes as packed instructions want it. */
function maskAddress(selector: Selector, wide: boolean, sign: boolean) {
  const name = `mask.${wide ? "double" : "single"}.${sign ? "sign" : "magnitude"}`;
  return symbolAddress(selector.environment.symbol(name));
}

/** absolute and negate: a mask clears or flips the sign. */
export function selectSign(selector: Selector, value: Value): void {
  const negate = selector.operationOf(value) === Operation.negate;
  const target = selector.resultRegister(value);
  copyFloat(selector, target, selector.fn.a[value] as number);
  const form = negate ? Form.xorps_x_xm128 : Form.andps_x_xm128;
  selector.draft.memory(form, target, maskAddress(selector, selector.isWide(value), negate));
}

/** copySign: the magnitude of a with the sign of b. */
export function selectCopySign(selector: Selector, value: Value): void {
  const { fn, draft } = selector;
  const wide = selector.isWide(value);
  const sign = selector.temporaryLike(value);
  const target = selector.resultRegister(value);
  copyFloat(selector, sign, fn.b[value] as number);
  draft.memory(Form.andps_x_xm128, sign, maskAddress(selector, wide, true));
  copyFloat(selector, target, fn.a[value] as number);
  draft.memory(Form.andps_x_xm128, target, maskAddress(selector, wide, false));
  draft.registers(Form.orps_x_xm128, target, sign);
}

/** The bytes of the mask constants by name, 16 bytes each. */
export function maskBytes(name: string): Uint8Array | undefined {
  const [prefix, width, part] = name.split(".");
  if (prefix !== "mask") return undefined;
  const words = part === "sign" ? [signBit, 0] : [~signBit, -1];
  const [high = 0, low = 0] = words;
  return new Uint8Array(
    Int32Array.from(width === "double" ? [low, high, low, high] : [high, high, high, high]).buffer,
  );
}
