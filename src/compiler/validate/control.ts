import { type FunctionType, WasmType } from "../wasm/module.ts";
import { typeName } from "../wasm/types.ts";
import type { FunctionValidator, Handler, TypeList } from "./function-validator.ts";

function open(validator: FunctionValidator, kind: "block" | "loop" | "if"): void {
  const { parameters, results } = validator.reader.blockType;
  if (kind === "if") validator.pop(WasmType.i32);
  validator.popAll(parameters);
  validator.open(kind, parameters, results);
}

function otherwise(validator: FunctionValidator): void {
  const { kind, parameters, results } = validator.close();
  if (kind !== "if") throw validator.error("else without if");
  validator.open("else", parameters, results);
}

function end(validator: FunctionValidator): void {
  const { kind, parameters, results } = validator.close();
  if (kind === "if" && !equal(parameters, results)) {
    throw validator.error("type mismatch: an if without else must give what it takes");
  }
  validator.pushAll(results);
}

/** Whether two lists hold the same types. */
export function equal(a: TypeList, b: TypeList): boolean {
  return a === b || (a.length === b.length && a.every((type, index) => type === b[index]));
}

function branch(validator: FunctionValidator): void {
  validator.popAll(validator.labelTypes(validator.reader.index));
  validator.leaveReachable();
}

function branchIf(validator: FunctionValidator): void {
  const types = validator.labelTypes(validator.reader.index);
  validator.pop(WasmType.i32);
  validator.apply(types, types);
}

function branchTable(validator: FunctionValidator): void {
  const { labels } = validator.reader;
  validator.pop(WasmType.i32);
  const { length } = validator.labelTypes(labels.at(-1) ?? 0);
  const checked = new Set<TypeList>();
  for (const label of labels) {
    const types = validator.labelTypes(label);
    if (checked.has(types)) continue;
    checked.add(types);
    if (types.length !== length) {
      throw validator.error(
        "type mismatch: the labels of br_table take different numbers of values",
      );
    }
    validator.expectTop(types);
  }
  validator.leaveReachable();
}

function functionReturn(validator: FunctionValidator): void {
  validator.popAll(validator.results);
  validator.leaveReachable();
}

/** The type of the function that the current instruction calls. */
function calledType(validator: FunctionValidator): FunctionType {
  const { module, reader } = validator;
  const type = module.types[module.functions[reader.index]?.typeIndex ?? -1];
  if (type === undefined) throw validator.error("unknown type");
  return type;
}

/** The same of an indirect call, whose index it pops. */
function indirectlyCalledType(validator: FunctionValidator): FunctionType {
  const { module, reader } = validator;
  const table = module.tables[reader.second];
  if (table?.type !== WasmType.funcref) {
    throw validator.error(
      `type mismatch: a table of ${typeName(table?.type ?? 0)} is not callable`,
    );
  }
  const type = module.types[reader.index];
  if (type === undefined) throw validator.error(`unknown type ${reader.index}`);
  validator.pop(WasmType.i32);
  return type;
}

function call(validator: FunctionValidator, { parameters, results }: FunctionType): void {
  validator.apply(parameters, results);
}

/** A call in place of a return: its results are the function's. */
function returnCall(validator: FunctionValidator, { parameters, results }: FunctionType): void {
  if (!equal(results, validator.results)) {
    throw validator.error("type mismatch: a tail call must give what its function gives");
  }
  validator.popAll(parameters);
  validator.leaveReachable();
}

/** Blocks, branches and calls (sections 3.3.8 and 3.3.9). */
export const controlHandlers = {
  unreachable: (validator) => validator.leaveReachable(),
  nop: () => undefined,
  block: (validator) => open(validator, "block"),
  loop: (validator) => open(validator, "loop"),
  if: (validator) => open(validator, "if"),
  else: otherwise,
  end,
  br: branch,
  br_if: branchIf,
  br_table: branchTable,
  return: functionReturn,
  call: (validator) => call(validator, calledType(validator)),
  call_indirect: (validator) => call(validator, indirectlyCalledType(validator)),
  return_call: (validator) => returnCall(validator, calledType(validator)),
  return_call_indirect: (validator) => returnCall(validator, indirectlyCalledType(validator)),
} satisfies Record<string, Handler>;
