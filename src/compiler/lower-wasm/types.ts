import type { Signature } from "../ssa/function.ts";
import { Access, ValueType, type ValueTypeId } from "../ssa/operations.ts";
import { type FunctionType, WasmType, type WasmTypeId } from "../wasm/module.ts";

const valueTypes = new Map<WasmTypeId, ValueTypeId>([
  [WasmType.i32, ValueType.i32],
  [WasmType.i64, ValueType.i64],
  [WasmType.f32, ValueType.f32],
  [WasmType.f64, ValueType.f64],
  [WasmType.v128, ValueType.v128],
  [WasmType.funcref, ValueType.i64],
  [WasmType.externref, ValueType.i64],
  [WasmType.exnref, ValueType.i64],
]);

/** The SSA type of a WebAssembly type; references are i64. */
export function valueTypeOf(type: WasmTypeId): ValueTypeId {
  return valueTypes.get(type) ?? ValueType.none;
}

/** The SSA signature of a function type. */
export function signatureOfType(type: FunctionType): Signature {
  return {
    parameters: type.parameters.map(valueTypeOf),
    results: type.results.map(valueTypeOf),
  };
}

/** The access that moves a whole value of a type. */
export const wholeAccess: readonly number[] = [
  0,
  Access.unsigned32,
  Access.whole64,
  Access.float32,
  Access.float64,
  Access.whole128,
];

/** The SSA type with a WebAssembly name: "i32", "funcref" and so on. */
export function valueTypeNamed(name: string): ValueTypeId {
  if (name === "funcref" || name === "externref") return ValueType.i64;
  return ValueType[name as keyof typeof ValueType];
}
