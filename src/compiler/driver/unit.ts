import type { ConstantBits } from "../lower-wasm/environment.ts";
import { decode } from "../wasm/decode.ts";
import {
  type ConstantExpression,
  type ExternalKind,
  type FunctionType,
  type Module,
  WasmType,
} from "../wasm/module.ts";
import { LinkError } from "./errors.ts";

/** One of the modules of a program. */
export interface Unit {
  /** "kernel" or "app": the first part of its symbols' names. */
  readonly name: string;
  readonly module: Module;
  /** The kernel's exported functions by index: their symbols bear the export's name. */
  readonly exportNames: ReadonlyMap<number, string>;
}

/** Decodes a module and gives it its place in the program. */
export function createUnit(name: string, bytes: Uint8Array): Unit {
  const module = decode(bytes);
  const exportNames = new Map<number, string>();
  // An app chooses its exports' names: one named `bytes` or `g0` must not stand for a variable.
  const named = name === "kernel" ? module.exports : [];
  for (const entry of named) {
    if (entry.kind === "function" && !exportNames.has(entry.index)) {
      exportNames.set(entry.index, entry.name);
    }
  }
  return { name, module, exportNames };
}

/** The index of an export, or undefined. */
export function exportIndex(unit: Unit, kind: ExternalKind, name: string): number | undefined {
  return unit.module.exports.find((entry) => entry.kind === kind && entry.name === name)?.index;
}

/** Names of the symbols of a unit's parts. */
export const symbolNames = {
  function: (unit: Unit, index: number): string => {
    const exported = unit.exportNames.get(index);
    return exported === undefined ? `${unit.name}.f${index}` : `${unit.name}.${exported}`;
  },
  /** Calls a function, with room on the stack for its tail calls. */
  entry: (unit: Unit, index: number): string => `${unit.name}.f${index}.entry`,
  global: (unit: Unit, index: number): string => `${unit.name}.g${index}`,
  table: (unit: Unit, index: number): string => `${unit.name}.t${index}`,
  tableSize: (unit: Unit, index: number): string => `${unit.name}.t${index}.size`,
  data: (unit: Unit, index: number): string => `${unit.name}.d${index}`,
  dataLength: (unit: Unit, index: number): string => `${unit.name}.d${index}.length`,
  element: (unit: Unit, index: number): string => `${unit.name}.e${index}`,
  elementLength: (unit: Unit, index: number): string => `${unit.name}.e${index}.length`,
} as const;

/** The bits of a constant expression that is a number or null; undefined for a function. */
export function constantBits(
  expression: ConstantExpression,
  globalOf: (index: number) => ConstantBits | undefined,
): ConstantBits | undefined {
  switch (expression.kind) {
    case "constant":
      return { low: expression.low, high: expression.high };
    case "null":
      return { low: 0, high: 0 };
    case "global":
      return globalOf(expression.index);
    default:
      return undefined;
  }
}

/** The offset of an active segment as an unsigned number. */
export function segmentOffset(
  expression: ConstantExpression,
  globalOf: (index: number) => ConstantBits | undefined,
): number {
  const bits = constantBits(expression, globalOf);
  if (bits === undefined) throw new LinkError("a segment's offset is not known when linking");
  return bits.low >>> 0;
}

const letters = new Map<number, string>([
  [WasmType.i32, "i"],
  [WasmType.i64, "l"],
  [WasmType.f32, "f"],
  [WasmType.f64, "d"],
  [WasmType.v128, "v"],
  [WasmType.funcref, "r"],
  [WasmType.externref, "x"],
  [WasmType.exnref, "e"],
]);

/** A text that is equal for equal function types. */
export function typeKey(type: FunctionType): string {
  const list = (types: readonly number[]) => types.map((each) => letters.get(each)).join("");
  return `${list(type.parameters)}:${list(type.results)}`;
}

/** Bytes of a variable, whatever its type. */
export const variableBytes = 8;
