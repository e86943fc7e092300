import { bitWidth } from "./bits.ts";
import { evaluateConversion } from "./conversions.ts";
import { compareFloats, evaluateFloat } from "./float-arithmetic.ts";
import {
  compareIntegers,
  conditionNames,
  evaluateInteger,
  type Outcome,
} from "./integer-arithmetic.ts";
import { Operation, operationNames, type ValueTypeId } from "./operations.ts";

/**
 * The result of an operation on one or two operands whose bits are known, zero-extended; the trap
 * it ends in; or undefined where the operation is not arithmetic.
 */
export function evaluate(
  operation: number,
  aux: number,
  operandType: ValueTypeId,
  resultType: ValueTypeId,
  a: bigint,
  b: bigint,
): Outcome | undefined {
  const name = operationNames[operation];
  if (name === undefined) return undefined;
  if (operation === Operation.compare) return evaluateCompare(aux, operandType, a, b);
  return (
    evaluateInteger(name, bitWidth(operandType), a, b) ??
    evaluateFloat(name, operandType, resultType, a, b) ??
    evaluateConversion(name, operandType, resultType, a)
  );
}

function evaluateCompare(
  condition: number,
  type: ValueTypeId,
  a: bigint,
  b: bigint,
): bigint | undefined {
  const name = conditionNames[condition];
  if (name === undefined) return undefined;
  const holds = compareIntegers(name, bitWidth(type), a, b) ?? compareFloats(name, type, a, b);
  return holds === true ? 1n : 0n;
}
