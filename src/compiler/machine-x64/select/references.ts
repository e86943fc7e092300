import { Role } from "../../machine/machine-function.ts";
import type { Value } from "../../ssa/function.ts";
import { Form } from "../encoding.ts";
import type { Selector } from "./selector.ts";

/** functionReference: the code address in the low half, the signature's id in the high half. */
export function selectFunctionReference(selector: Selector, value: Value): void {
  const { draft } = selector;
  const { low: symbol, high: signature } = selector.immediateOf(value);
  const code = selector.temporary();
  const target = selector.resultRegister(value);
  draft.symbolImmediate(Form.mov_r32_imm32, code, symbol, 0);
  draft.append(Form.mov_r64_imm64, 0, signature);
  draft.operand(target, Role.define);
  draft.registers(Form.or_r64_rm64, target, code);
}

/** Values that need no code of their own: their users, or their call, make them. */
export function selectNothing(): void {}
