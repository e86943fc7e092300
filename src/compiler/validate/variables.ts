import { WasmType } from "../wasm/module.ts";
import { isReference } from "../wasm/types.ts";
import { type FunctionValidator, type Handler, unknownType } from "./function-validator.ts";

function localType({ locals, reader }: FunctionValidator): number {
  return locals[reader.index] ?? unknownType;
}

function globalType({ module, reader }: FunctionValidator): number {
  return module.globals[reader.index]?.type ?? unknownType;
}

function setGlobal(validator: FunctionValidator): void {
  const { module, reader } = validator;
  if (module.globals[reader.index]?.isMutable !== true) {
    throw validator.error(`global ${reader.index} is immutable`);
  }
  validator.pop(globalType(validator));
}

function select(validator: FunctionValidator): void {
  validator.pop(WasmType.i32);
  const second = validator.popAny();
  const first = validator.popAny();
  const type = second === unknownType ? first : second;
  if (isReference(first) || isReference(second)) {
    throw validator.error("type mismatch: select of references must name their type");
  }
  if (first !== type && first !== unknownType) {
    throw validator.error("type mismatch: select takes two values of one type");
  }
  validator.push(type);
}

function selectTyped(validator: FunctionValidator): void {
  const { types } = validator.reader;
  const [type] = types;
  if (type === undefined || types.length !== 1) {
    throw validator.error("invalid result arity: select names one type");
  }
  validator.apply([type, type, WasmType.i32], types);
}

/** Locals, globals and the operand stack (sections 3.3.4 and 3.3.5). */
export const variableHandlers = {
  drop: (validator) => {
    validator.popAny();
  },
  select,
  select_typed: selectTyped,
  "local.get": (validator) => validator.push(localType(validator)),
  "local.set": (validator) => validator.pop(localType(validator)),
  "local.tee": (validator) => {
    const type = localType(validator);
    validator.pop(type);
    validator.push(type);
  },
  "global.get": (validator) => validator.push(globalType(validator)),
  "global.set": setGlobal,
} satisfies Record<string, Handler>;
