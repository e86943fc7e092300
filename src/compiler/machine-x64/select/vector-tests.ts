import type { Value } from "../../ssa/function.ts";
import { Operation } from "../../ssa/operations.ts";
import { vectorNames } from "../../ssa/vector-operations.ts";
import { Condition, conditionForm } from "../conditions.ts";
import { Form } from "../encoding.ts";
import type { Selector } from "./selector.ts";
import { type Packed, VectorCode } from "./vector-code.ts";

/** Comparisons with zero: no lane may be equal. */
const zeroTests: Readonly<Record<string, Packed>> = {
  "i8x16.all_true": "pcmpeqb",
  "i16x8.all_true": "pcmpeqw",
  "i32x4.all_true": "pcmpeqd",
  "i64x2.all_true": "pcmpeqq",
};

/** vectorTest whose value is wanted in a register. */
export function selectVectorTest(selector: Selector, value: Value): void {
  const { draft } = selector;
  const target = selector.resultRegister(value);
  const condition = testFlags(selector, value);
  if (condition === undefined) {
    selectBitmask(selector, value, target);
    return;
  }
  const truth = selector.temporary();
  draft.registers(conditionForm(Form.seto_rm8, condition), truth);
  draft.registers(Form.movzx_r32_rm8, target, truth);
}

/**
 * Sets the flags by any_true or all_true, and gives the condition for "true"; undefined for other
 * values, and for those that are wanted in a register anyway.
 */
export function selectVectorFlags(selector: Selector, value: Value): number | undefined {
  if (selector.operationOf(value) !== Operation.vectorTest) return undefined;
  return selector.hasRegister(value) ? undefined : testFlags(selector, value);
}

function testFlags(selector: Selector, value: Value): (typeof Condition)["e" | "ne"] | undefined {
  const { draft, fn } = selector;
  const name = nameOf(selector, value);
  const zeroTest = zeroTests[name];
  if (zeroTest === undefined && name !== "v128.any_true") return undefined;
  const operand = selector.registerOf(fn.a[value] as Value);
  if (zeroTest === undefined) {
    draft.registers(Form.ptest_x_xm128, operand, operand);
    return Condition.ne;
  }
  const code = new VectorCode(selector);
  const zeroes = code.zero();
  code.apply(zeroTest, zeroes, operand);
  draft.registers(Form.ptest_x_xm128, zeroes, zeroes);
  return Condition.e;
}

/** The sign bit of each lane. */
function selectBitmask(selector: Selector, value: Value, target: number): void {
  const { draft, fn } = selector;
  const operand = selector.registerOf(fn.a[value] as Value);
  switch (nameOf(selector, value)) {
    case "i8x16.bitmask":
      draft.registers(Form.pmovmskb_r32_x, target, operand);
      break;
    case "i16x8.bitmask": {
      const code = new VectorCode(selector);
      const bytes = code.copy(operand);
      code.apply("packsswb", bytes, code.zero());
      draft.registers(Form.pmovmskb_r32_x, target, bytes);
      break;
    }
    case "i32x4.bitmask":
      draft.registers(Form.movmskps_r32_x, target, operand);
      break;
    default:
      draft.registers(Form.movmskpd_r32_x, target, operand);
  }
}

function nameOf({ fn }: Selector, value: Value): string {
  return vectorNames[fn.aux[value] as number] ?? "";
}
