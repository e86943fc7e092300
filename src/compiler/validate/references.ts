import { type ReferenceType, WasmType } from "../wasm/module.ts";
import { isReference, typeName } from "../wasm/types.ts";
import { type FunctionValidator, type Handler, unknownType } from "./function-validator.ts";

const { externref, funcref, i32 } = WasmType;

function tableType(validator: FunctionValidator, index: number): ReferenceType {
  const table = validator.module.tables[index];
  if (table === undefined) throw validator.error(`unknown table ${index}`);
  return table.type;
}

function typeOfTable(validator: FunctionValidator): ReferenceType {
  return tableType(validator, validator.reader.index);
}

function testNull(validator: FunctionValidator): void {
  const type = validator.popAny(externref);
  if (type !== unknownType && !isReference(type)) {
    throw validator.error(
      `type mismatch: ref.is_null expects a reference, finds ${typeName(type)}`,
    );
  }
  validator.push(i32);
}

function functionReference(validator: FunctionValidator): void {
  const { module, reader } = validator;
  if (!module.declaredFunctions.has(reader.index)) {
    throw validator.error(`undeclared function reference ${reader.index}`);
  }
  validator.push(funcref);
}

function copyTable(validator: FunctionValidator): void {
  const { index, second } = validator.reader;
  expectEqual(validator, tableType(validator, index), tableType(validator, second));
  validator.popAll([i32, i32, i32]);
}

function initializeTable(validator: FunctionValidator): void {
  const { module, reader } = validator;
  const segment = module.elements[reader.index];
  if (segment !== undefined) {
    expectEqual(validator, tableType(validator, reader.second), segment.type);
  }
  validator.popAll([i32, i32, i32]);
}

function expectEqual(validator: FunctionValidator, target: number, source: number): void {
  if (target === source) return;
  const types = `${typeName(source)} into a table of ${typeName(target)}`;
  throw validator.error(`type mismatch: ${types}`);
}

/** References and tables (sections 3.3.3 and 3.3.6). */
export const referenceHandlers = {
  "ref.null": (validator) => validator.pushAll(validator.reader.types),
  "ref.is_null": testNull,
  "ref.func": functionReference,
  "table.get": (validator) => validator.apply([i32], [typeOfTable(validator)]),
  "table.set": (validator) => validator.apply([i32, typeOfTable(validator)], []),
  "table.grow": (validator) => validator.apply([typeOfTable(validator), i32], [i32]),
  "table.fill": (validator) => validator.apply([i32, typeOfTable(validator), i32], []),
  "table.copy": copyTable,
  "table.init": initializeTable,
} satisfies Record<string, Handler>;
