import type { FormId } from "./encoding.ts";

/** The condition codes of jcc, setcc and cmovcc (Intel SDM volume 1, appendix B). */
export const Condition = {
  o: 0,
  no: 1,
  b: 2,
  ae: 3,
  e: 4,
  ne: 5,
  be: 6,
  a: 7,
  s: 8,
  ns: 9,
  p: 10,
  np: 11,
  l: 12,
  ge: 13,
  le: 14,
  g: 15,
} as const;

/** One of the values of `Condition`. */
export type ConditionCode = (typeof Condition)[keyof typeof Condition];

/** The condition that holds exactly when `condition` does not. */
export function invertCondition(condition: ConditionCode): ConditionCode {
  return (condition ^ 1) as ConditionCode;
}

/**
 * The member of a family of forms that tests `condition`; the family is named by its first member,
 * the one that tests overflow: `conditionForm(Form.jo_rel32, Condition.e)` is `je_rel32`.
 */
export function conditionForm(overflowForm: FormId, condition: ConditionCode): FormId {
  return overflowForm + condition;
}
