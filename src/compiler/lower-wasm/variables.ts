import { none } from "../ssa/function.ts";
import { Operation, ValueType } from "../ssa/operations.ts";
import { invalid } from "../wasm/errors.ts";
import type { FunctionLowering, Handler } from "./function-lowering.ts";
import { valueTypeOf, wholeAccess } from "./types.ts";

function local({ reader, localTypes }: FunctionLowering): number {
  if (reader.index >= localTypes.length) throw invalid(reader.offset, "unknown local");
  return reader.index;
}

function getLocal(lowering: FunctionLowering): void {
  lowering.push(lowering.variables.read(local(lowering), lowering.builder.block));
}

function setLocal(lowering: FunctionLowering): void {
  lowering.variables.write(local(lowering), lowering.builder.block, lowering.pop());
}

function teeLocal(lowering: FunctionLowering): void {
  const value = lowering.pop();
  lowering.variables.write(local(lowering), lowering.builder.block, value);
  lowering.push(value);
}

function globalType({ module, reader }: FunctionLowering) {
  const global = module.globals[reader.index];
  if (global === undefined) throw invalid(reader.offset, "unknown global");
  return valueTypeOf(global.type);
}

function getGlobal(lowering: FunctionLowering): void {
  const { builder, environment, reader } = lowering;
  const type = globalType(lowering);
  const constant = environment.globalConstant(reader.index);
  if (constant !== undefined) {
    lowering.push(builder.constant(type, constant.low, constant.high));
    return;
  }
  const address = environment.globalAddress(reader.index);
  if (address !== undefined) {
    const { symbolAddress } = Operation;
    lowering.push(builder.emit(symbolAddress, type, none, none, none, 0, address));
    return;
  }
  const symbol = environment.globalSymbol(reader.index);
  const access = wholeAccess[type];
  const { loadSymbol } = Operation;
  lowering.push(builder.emit(loadSymbol, type, none, none, none, access, symbol));
}

function setGlobal(lowering: FunctionLowering): void {
  const { builder, environment, reader } = lowering;
  const access = wholeAccess[globalType(lowering)];
  const symbol = environment.globalSymbol(reader.index);
  const value = lowering.pop();
  builder.emit(Operation.storeSymbol, ValueType.none, value, none, none, access, symbol);
}

function select(lowering: FunctionLowering): void {
  const condition = lowering.pop();
  const otherwise = lowering.pop();
  const then = lowering.pop();
  lowering.push(lowering.builder.select(condition, then, otherwise));
}

/** Locals, globals and the operand stack. */
export const variableHandlers = {
  "local.get": getLocal,
  "local.set": setLocal,
  "local.tee": teeLocal,
  "global.get": getGlobal,
  "global.set": setGlobal,
  drop: (lowering: FunctionLowering) => {
    lowering.pop();
  },
  select,
  select_typed: select,
} satisfies Record<string, Handler>;
