import { opcodeRows } from "../../../src/compiler/wasm/opcodes.table.ts";
import { type NumberType, numberTypes, type OpcodeName } from "./code-writer.ts";

/** An instruction that only computes. */
export interface Operator {
  readonly name: OpcodeName;
  readonly operands: readonly NumberType[];
}

const rows = Object.entries(opcodeRows) as [OpcodeName, (typeof opcodeRows)[OpcodeName]][];

function withResult(result: NumberType): Operator[] {
  return rows.flatMap(([name, { immediate, signature }]) => {
    const [left = "", right = ""] = signature.split("->").map((side) => side.trim());
    const operands = left.split(" ").filter((type) => type !== "");
    const isNumeric = operands.every((type) => numberTypes.includes(type as NumberType));
    if (immediate !== "none" || right !== result || operands.length === 0 || !isNumeric) return [];
    return [{ name, operands: operands as NumberType[] }];
  });
}

/** Operators by the type of their result. */
export const operatorsOf: Readonly<Record<NumberType, readonly Operator[]>> = {
  i32: withResult("i32"),
  i64: withResult("i64"),
  f32: withResult("f32"),
  f64: withResult("f64"),
};

const loads = rows.filter(([name]) => name.includes(".load")).map(([name]) => name);
const stores = rows.filter(([name]) => name.includes(".store")).map(([name]) => name);

/** Loads by the type of their result. */
export const loadsOf = byType(loads);

/** Stores by the type of what they store. */
export const storesOf = byType(stores);

function byType(names: readonly OpcodeName[]): Readonly<Record<NumberType, readonly OpcodeName[]>> {
  const of = (type: NumberType) => names.filter((name) => name.startsWith(type));
  return { i32: of("i32"), i64: of("i64"), f32: of("f32"), f64: of("f64") };
}
