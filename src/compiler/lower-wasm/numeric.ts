import { none } from "../ssa/function.ts";
import { Condition, Operation, type OperationName, ValueType } from "../ssa/operations.ts";
import { type OpcodeName, opcodeNames, signatureOf } from "../wasm/opcodes.ts";
import type { FunctionLowering, Handler } from "./function-lowering.ts";
import {
  conversions,
  floatConditions,
  floatOperations,
  integerConditions,
  integerOperations,
} from "./numeric.table.ts";
import { valueTypeNamed } from "./types.ts";

const scalarNames = new Set(["i32", "i64", "f32", "f64"]);

/** Constants, arithmetic, comparisons and conversions: one handler for each opcode with a meaning. */
export const numericHandlers: Partial<Record<OpcodeName, Handler>> = {
  "i32.const": constantHandler(ValueType.i32),
  "i64.const": constantHandler(ValueType.i64),
  "f32.const": constantHandler(ValueType.f32),
  "f64.const": constantHandler(ValueType.f64),
  "i32.eqz": testZero,
  "i64.eqz": testZero,
  ...Object.fromEntries(
    opcodeNames.flatMap((name) => {
      const handler = numericHandler(name);
      return handler === undefined ? [] : [[name, handler]];
    }),
  ),
};

function constantHandler(type: 1 | 2 | 3 | 4): Handler {
  const isWide = type === ValueType.i64 || type === ValueType.f64;
  return (lowering) => {
    const { builder, reader } = lowering;
    lowering.push(builder.constant(type, reader.low, isWide ? reader.high : 0));
  };
}

function testZero(lowering: FunctionLowering): void {
  const { builder } = lowering;
  const value = lowering.pop();
  const zero = builder.constant(builder.typeOf(value), 0);
  lowering.push(builder.compare(Condition.equal, value, zero));
}

/** The handler of an instruction without immediates whose name tells all. */
function numericHandler(name: OpcodeName): Handler | undefined {
  const [prefix = "", suffix = ""] = name.split(".");
  if (!scalarNames.has(prefix)) return undefined;
  const isInteger = prefix.startsWith("i");
  const condition = (isInteger ? integerConditions : floatConditions)[suffix];
  const operand = signatureOf(name)?.parameters.length;
  if (condition !== undefined && operand === 2) return compareHandler(Condition[condition]);
  const operation = (isInteger ? integerOperations : floatOperations)[suffix] ?? conversion(suffix);
  return operation === undefined ? undefined : operationHandler(name, operation);
}

function conversion(suffix: string): OperationName | undefined {
  return conversions[suffix.replace(/_[if](32|64)/, "")];
}

function compareHandler(condition: number): Handler {
  return (lowering) => {
    const b = lowering.pop();
    const a = lowering.pop();
    lowering.push(lowering.builder.compare(condition, a, b));
  };
}

function operationHandler(name: OpcodeName, operationName: OperationName): Handler | undefined {
  const signature = signatureOf(name);
  const [result] = signature?.results ?? [];
  if (signature === undefined || result === undefined) return undefined;
  const operation = Operation[operationName];
  const type = valueTypeNamed(result);
  if (signature.parameters.length === 1) {
    return (lowering) => {
      lowering.push(lowering.builder.operate(operation, type, lowering.pop()));
    };
  }
  return (lowering) => {
    const b = lowering.pop();
    const a = lowering.pop();
    lowering.push(lowering.builder.operate(operation, type, a, b, none));
  };
}
