import { signatureOfType } from "../lower-wasm/types.ts";
import {
  areaWords,
  argumentPlaces,
  type Place,
  registerResults,
  resultPlace,
} from "../machine-x64/calling-convention.ts";
import { ValueType, type ValueTypeId } from "../ssa/operations.ts";
import type { FunctionType } from "../wasm/module.ts";

/** What code needs to know of the type of a function or block. */
export interface Shape {
  readonly parameters: readonly ValueTypeId[];
  readonly results: readonly ValueTypeId[];
  /** Where a function finds its parameters. */
  readonly places: readonly Place[];
  /** The registers among those. */
  readonly argumentRegisters: readonly number[];
  /** Words of the stack that a call takes. */
  readonly callWords: number;
  /** Registers in which the parameters of a loop arrive. */
  readonly parameterRegisters: readonly number[];
  /** Registers in which the results of a function or block arrive: the calling convention's. */
  readonly resultRegisters: readonly number[];
}

const known = new WeakMap<FunctionType, Shape | "uncovered">();

/** The shape of a type; undefined for those of vectors and of more results than registers. */
export function shapeOf(type: FunctionType): Shape | undefined {
  let shape = known.get(type);
  if (shape === undefined) {
    shape = newShape(type) ?? "uncovered";
    known.set(type, shape);
  }
  return shape === "uncovered" ? undefined : shape;
}

function newShape(type: FunctionType): Shape | undefined {
  const { parameters, results } = signatureOfType(type);
  const hasVectors = [...parameters, ...results].includes(ValueType.v128);
  if (hasVectors || results.length > registerResults) return undefined;
  const places = argumentPlaces(parameters, results.length);
  return {
    parameters,
    results,
    places,
    argumentRegisters: places.map(({ register }) => register).filter((register) => register >= 0),
    callWords: areaWords(parameters, results.length),
    parameterRegisters: registersOf(parameters),
    resultRegisters: registersOf(results),
  };
}

function registersOf(types: readonly ValueTypeId[]): number[] {
  return types.map((type, position) => resultPlace(position, type).register);
}
