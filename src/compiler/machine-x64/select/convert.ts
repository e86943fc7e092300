import { Role } from "../../machine/machine-function.ts";
import type { Value } from "../../ssa/function.ts";
import { Operation, ValueType } from "../../ssa/operations.ts";
import { Form, type FormId } from "../encoding.ts";
import { Pseudo, Truncation } from "../pseudo-instructions.ts";
import { selectUnary } from "./integer.ts";
import type { Selector } from "./selector.ts";

/** signExtend8, signExtend16, signExtend32, extendSigned: one movsx. */
export function selectSignExtension(selector: Selector, value: Value): void {
  const wide = selector.isWide(value);
  const operation = selector.operationOf(value);
  if (operation === Operation.signExtend8) {
    selectUnary(selector, value, wide ? Form.movsx_r64_rm8 : Form.movsx_r32_rm8);
  } else if (operation === Operation.signExtend16) {
    selectUnary(selector, value, wide ? Form.movsx_r64_rm16 : Form.movsx_r32_rm16);
  } else {
    selectUnary(selector, value, Form.movsxd_r64_rm32);
  }
}

/** wrap: clears the upper half. */
export function selectWrap(selector: Selector, value: Value): void {
  selectUnary(selector, value, Form.mov_r32_rm32);
}

/** reinterpret: the bits move between the register files. */
export function selectReinterpret(selector: Selector, value: Value): void {
  const wide = selector.isWide(value);
  const toFloat = selector.classOf(value) === 1;
  const operand = selector.registerOf(selector.fn.a[value] as number);
  const target = selector.resultRegister(value);
  // As registers only: a define must not go to a slot half written.
  const form = toFloat
    ? pick(wide, Form.movd_x_rm32, Form.movq_x_rm64)
    : pick(wide, Form.movd_rm32_x, Form.movq_rm64_x);
  selector.draft.registers(form, target, operand);
}

function pick(wide: boolean, narrowForm: FormId, wideForm: FormId): FormId {
  return wide ? wideForm : narrowForm;
}

/** promote and demote. */
export function selectFloatWidth(selector: Selector, value: Value): void {
  const form = selector.isWide(value) ? Form.cvtss2sd_x_xm32 : Form.cvtsd2ss_x_xm64;
  selectMerging(selector, value, form, selector.registerOf(selector.fn.a[value] as number));
}

/** convertSigned and convertUnsigned: integers to floats. */
export function selectToFloat(selector: Selector, value: Value): void {
  const { fn, draft } = selector;
  const operand = fn.resolve(fn.a[value] as number);
  const wideSource = fn.type[operand] === ValueType.i64;
  const wide = selector.isWide(value);
  const register = selector.registerOf(operand);
  const signed = selector.operationOf(value) === Operation.convertSigned;
  if (!signed && wideSource) {
    draft.append(Pseudo.convertUnsigned64, wide ? 1 : 0);
    draft.operand(selector.resultRegister(value), Role.define);
    draft.operand(register, Role.use);
    return;
  }
  // An unsigned 32-bit value is a positive 64-bit one.
  const form64 = pick(wide, Form.cvtsi2ss_x_rm64, Form.cvtsi2sd_x_rm64);
  const form32 = pick(wide, Form.cvtsi2ss_x_rm32, Form.cvtsi2sd_x_rm32);
  selectMerging(selector, value, signed && !wideSource ? form32 : form64, register);
}

/** An instruction that keeps the target's upper lanes: cleared first, they delay nothing. */
function selectMerging(selector: Selector, value: Value, form: FormId, operand: number): void {
  selector.draft.registers(form, selector.resultRegister(value), operand);
}

/** truncateSigned, truncateUnsigned, saturateSigned, saturateUnsigned: floats to integers. */
export function selectTruncation(selector: Selector, value: Value): void {
  const { fn, draft } = selector;
  const operation = selector.operationOf(value);
  const operand = fn.resolve(fn.a[value] as number);
  let bits = selector.isWide(value) ? Truncation.wide : 0;
  if (selector.isWide(operand)) bits |= Truncation.fromDouble;
  if (operation === Operation.truncateSigned || operation === Operation.saturateSigned) {
    bits |= Truncation.signed;
  }
  if (operation === Operation.saturateSigned || operation === Operation.saturateUnsigned) {
    bits |= Truncation.saturating;
  }
  const source = selector.registerOf(operand);
  draft.append(Pseudo.truncate, bits);
  draft.operand(selector.resultRegister(value), Role.define);
  draft.operand(source, Role.use);
}
