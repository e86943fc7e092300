import { type MachineImportName, machineImports } from "../../contracts/machine-interface.ts";
import { wellKnownSymbols } from "../object/symbols.ts";
import { none } from "../ssa/function.ts";
import { intrinsicNumber } from "../ssa/intrinsics.ts";
import { Access, Operation, Space, ValueType, type ValueTypeId } from "../ssa/operations.ts";
import { callFill, callMove, virtualAddress } from "./bulk.ts";
import type { FunctionLowering, Handler } from "./function-lowering.ts";

/** Lowers a call of the machine interface; its arguments are on the operand stack. */
export function lowerMachineImport(lowering: FunctionLowering, name: MachineImportName): void {
  const handler = appHandlers.get(name);
  if (handler !== undefined) {
    handler(lowering);
    return;
  }
  const { parameters, results } = machineImports[name];
  const values = lowering.popMany(parameters.length);
  const [result] = results;
  const type = result === undefined ? ValueType.none : ValueType[result];
  const aux = intrinsicNumber(name);
  const value = lowering.builder.emitWithList(Operation.intrinsic, type, values, { aux });
  if (type !== ValueType.none) lowering.push(value);
}

/** What is not an instruction of its own: the kernel's access to the app. */
const appHandlers: ReadonlyMap<MachineImportName, Handler> = new Map<MachineImportName, Handler>([
  ["app.load8", loadHandler(ValueType.i32, Access.unsigned8)],
  ["app.load16", loadHandler(ValueType.i32, Access.unsigned16)],
  ["app.load32", loadHandler(ValueType.i32, Access.unsigned32)],
  ["app.load64", loadHandler(ValueType.i64, Access.whole64)],
  ["app.store8", storeHandler(Access.unsigned8)],
  ["app.store16", storeHandler(Access.unsigned16)],
  ["app.store32", storeHandler(Access.unsigned32)],
  ["app.store64", storeHandler(Access.whole64)],
  ["app.size", lowerSize],
  ["app.setSize", lowerSetSize],
  ["app.maximum", lowerMaximum],
  ["app.copyIn", lowerCopyIn],
  ["app.copyOut", lowerCopyOut],
  ["app.fill", lowerFill],
  ["app.start", (lowering) => callIfPresent(lowering, lowering.environment.appStart)],
  ["app.initialize", (lowering) => callIfPresent(lowering, lowering.environment.appInitialize)],
]);

function loadHandler(type: ValueTypeId, access: number): Handler {
  const aux = access | (Space.app << 4);
  return (lowering) => {
    const address = lowering.pop();
    const { load } = Operation;
    lowering.push(lowering.builder.emit(load, type, address, none, none, aux));
  };
}

function storeHandler(access: number): Handler {
  const aux = access | (Space.app << 4);
  return (lowering) => {
    const value = lowering.pop();
    const address = lowering.pop();
    lowering.builder.emit(Operation.store, ValueType.none, address, value, none, aux);
  };
}

function lowerSize(lowering: FunctionLowering): void {
  const symbol = lowering.environment.symbol(wellKnownSymbols.appPages);
  const access = Access.unsigned32;
  const { loadSymbol } = Operation;
  lowering.push(lowering.builder.emit(loadSymbol, ValueType.i32, none, none, none, access, symbol));
}

function lowerSetSize(lowering: FunctionLowering): void {
  const { builder, environment } = lowering;
  const { shiftLeft, storeSymbol } = Operation;
  const pages = lowering.pop();
  const appPages = environment.symbol(wellKnownSymbols.appPages);
  const appBytes = environment.symbol(wellKnownSymbols.appBytes);
  const wide = builder.extendUnsigned(pages);
  const bytes = builder.operate(shiftLeft, ValueType.i64, wide, builder.i64(16n));
  builder.emit(storeSymbol, ValueType.none, pages, none, none, Access.unsigned32, appPages);
  builder.emit(storeSymbol, ValueType.none, bytes, none, none, Access.whole64, appBytes);
}

function lowerMaximum(lowering: FunctionLowering): void {
  lowering.push(lowering.builder.i32(lowering.environment.appMaximumPages));
}

function lowerCopyIn(lowering: FunctionLowering): void {
  const length = lowering.builder.extendUnsigned(lowering.pop());
  const source = virtualAddress(lowering, Space.app, lowering.pop());
  const target = virtualAddress(lowering, Space.kernel, lowering.pop());
  callMove(lowering, target, source, length);
}

function lowerCopyOut(lowering: FunctionLowering): void {
  const length = lowering.builder.extendUnsigned(lowering.pop());
  const source = virtualAddress(lowering, Space.kernel, lowering.pop());
  const target = virtualAddress(lowering, Space.app, lowering.pop());
  callMove(lowering, target, source, length);
}

function lowerFill(lowering: FunctionLowering): void {
  const length = lowering.builder.extendUnsigned(lowering.pop());
  const byte = lowering.pop();
  callFill(lowering, virtualAddress(lowering, Space.app, lowering.pop()), byte, length);
}

function callIfPresent(lowering: FunctionLowering, symbol: number | undefined): void {
  if (symbol === undefined) return;
  lowering.builder.emitWithList(Operation.call, ValueType.none, [], { low: symbol });
}
