import { opcodeRows } from "../../../src/compiler/wasm/opcodes.table.ts";
import { relaxedOpcodeRows } from "../../../src/compiler/wasm/relaxed-opcodes.table.ts";
import { type NumberType, numberTypes, type OpcodeName } from "./code-writer.ts";

/** An instruction that only computes. */
export interface Operator {
  readonly name: OpcodeName;
  readonly operands: readonly NumberType[];
  /** How many immediates follow, bytes below `immediateLimit`. */
  readonly immediates: number;
  readonly immediateLimit: number;
}

const rows = Object.entries(opcodeRows) as [OpcodeName, (typeof opcodeRows)[OpcodeName]][];

/** Numbers of immediates by their kind, where they are numbers of lanes. */
const immediateCounts: Readonly<Record<string, number | undefined>> = {
  none: 0,
  lane: 1,
  lanes: 16,
};

/** Relaxed instructions may compute one thing here and another in V8. */
const definite = rows.filter(([name]) => !(name in relaxedOpcodeRows));

function withResult(result: NumberType): Operator[] {
  return definite.flatMap(([name, { immediate, signature }]) => {
    const [left = "", right = ""] = signature.split("->").map((side) => side.trim());
    const operands = left.split(" ").filter((type) => type !== "");
    const isNumeric = operands.every((type) => numberTypes.includes(type as NumberType));
    const immediates = immediateCounts[immediate];
    const isOperator = immediates !== undefined && right === result && operands.length > 0;
    if (!isOperator || !isNumeric) return [];
    const lanes = Number(/x(\d+)\./.exec(name)?.[1] ?? 0);
    const immediateLimit = immediates > 1 ? 2 * lanes : lanes;
    return [{ name, operands: operands as NumberType[], immediates, immediateLimit }];
  });
}

/** Operators by the type of their result. */
export const operatorsOf: Readonly<Record<NumberType, readonly Operator[]>> = {
  i32: withResult("i32"),
  i64: withResult("i64"),
  f32: withResult("f32"),
  f64: withResult("f64"),
  v128: withResult("v128"),
};

const accesses = rows
  .filter(([name, { immediate }]) => immediate === "access" && !name.includes("atomic"))
  .map(([name]) => name);
const loads = accesses.filter((name) => name.includes(".load"));
const stores = accesses.filter((name) => name.includes(".store"));

/** Loads by the type of their result. */
export const loadsOf = byType(loads);

/** Stores by the type of what they store. */
export const storesOf = byType(stores);

function byType(names: readonly OpcodeName[]): Readonly<Record<NumberType, readonly OpcodeName[]>> {
  const of = (type: NumberType) => names.filter((name) => name.startsWith(type));
  return { i32: of("i32"), i64: of("i64"), f32: of("f32"), f64: of("f64"), v128: of("v128") };
}
