import type { Catch } from "../wasm/instruction-reader.ts";
import { tagTypesOf, WasmType } from "../wasm/module.ts";
import { equal } from "./control.ts";
import type { FunctionValidator, Handler, TypeList } from "./function-validator.ts";

function openTry(validator: FunctionValidator): void {
  const { parameters, results } = validator.reader.blockType;
  validator.popAll(parameters);
  validator.open("try", parameters, results);
}

/** What is caught is pushed when a `catch` begins. */
function beginCatch(validator: FunctionValidator, kind: "catch" | "catch_all", caught: TypeList) {
  const { kind: before, results } = validator.close();
  if (before !== "try" && before !== "catch") throw validator.error(`${kind} without try`);
  validator.open(kind, caught, results);
}

function delegate(validator: FunctionValidator): void {
  const { kind, results } = validator.close();
  if (kind !== "try") throw validator.error("delegate without try");
  validator.frameAt(validator.reader.index);
  validator.pushAll(results);
}

function throwTag(validator: FunctionValidator): void {
  validator.popAll(tagTypesOf(validator.module, validator.reader.index));
  validator.leaveReachable();
}

function rethrow(validator: FunctionValidator): void {
  const { kind } = validator.frameAt(validator.reader.index);
  if (kind !== "catch" && kind !== "catch_all") {
    throw validator.error("invalid rethrow label: it means no catch");
  }
  validator.leaveReachable();
}

function openTryTable(validator: FunctionValidator): void {
  const { blockType, catches } = validator.reader;
  validator.popAll(blockType.parameters);
  for (const each of catches) checkCatch(validator, each);
  validator.open("block", blockType.parameters, blockType.results);
}

function checkCatch(validator: FunctionValidator, { tag, hasReference, label }: Catch): void {
  const caught = tag === undefined ? [] : tagTypesOf(validator.module, tag);
  const given = hasReference ? [...caught, WasmType.exnref] : caught;
  if (equal(given, validator.labelTypes(label))) return;
  throw validator.error("type mismatch: a catch's label takes something else than it gives");
}

/** Exceptions: those of version 3.0 (sections 3.4.1 and 3.4.9), and the older ones of many compilers. */
export const exceptionHandlers = {
  try: openTry,
  catch: (validator) => {
    beginCatch(validator, "catch", tagTypesOf(validator.module, validator.reader.index));
  },
  catch_all: (validator) => beginCatch(validator, "catch_all", []),
  delegate,
  throw: throwTag,
  rethrow,
  throw_ref: (validator) => {
    validator.pop(WasmType.exnref);
    validator.leaveReachable();
  },
  try_table: openTryTable,
} satisfies Record<string, Handler>;
