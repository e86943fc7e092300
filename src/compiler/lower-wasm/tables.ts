import type { TrapKind } from "../../contracts/traps.ts";
import { none, type Value } from "../ssa/function.ts";
import { Access, Condition, Operation, Space, ValueType } from "../ssa/operations.ts";
import { functionTypeOf } from "../wasm/module.ts";
import type { TableLayout } from "./environment.ts";
import type { FunctionLowering, Handler } from "./function-lowering.ts";

/** Bytes of a table's entry, as a power of two. */
const entryShift = 3;
const entryAccess = Access.whole64 | (Space.kernel << 4);

/** The current number of entries, an i32. */
export function tableSize(lowering: FunctionLowering, table: TableLayout): Value {
  const { builder } = lowering;
  const variable = table.sizeVariable;
  if (variable === undefined) return builder.i32(table.initial);
  const { loadSymbol } = Operation;
  return builder.emit(loadSymbol, ValueType.i32, none, none, none, Access.unsigned32, variable);
}

/** The address of an entry, an i32; an index beyond the table's end traps. */
export function tableEntry(
  lowering: FunctionLowering,
  tableIndex: number,
  index: Value,
  trap: TrapKind,
): Value {
  const { builder, environment } = lowering;
  const table = environment.table(tableIndex);
  const size = tableSize(lowering, table);
  lowering.trapIf(builder.compare(Condition.greaterEqualUnsigned, index, size), trap);
  return uncheckedEntry(lowering, table, index);
}

/** The address of an entry that is known to exist, an i32. */
export function uncheckedEntry(
  lowering: FunctionLowering,
  table: TableLayout,
  index: Value,
): Value {
  const { builder } = lowering;
  const base = symbolAddress(lowering, table.entries);
  const { shiftLeft } = Operation;
  const shift = builder.i32(entryShift);
  return builder.add(base, builder.operate(shiftLeft, ValueType.i32, index, shift));
}

/** The address of a symbol, an i32. */
export function symbolAddress(lowering: FunctionLowering, symbol: number): Value {
  const { symbolAddress: operation } = Operation;
  return lowering.builder.emit(operation, ValueType.i32, none, none, none, 0, symbol);
}

function lowerGet(lowering: FunctionLowering): void {
  const { builder, reader } = lowering;
  const address = tableEntry(lowering, reader.index, lowering.pop(), "tableOutOfBounds");
  const { load } = Operation;
  lowering.push(builder.emit(load, ValueType.i64, address, none, none, entryAccess));
}

function lowerSet(lowering: FunctionLowering): void {
  const { builder, reader } = lowering;
  const value = lowering.pop();
  const address = tableEntry(lowering, reader.index, lowering.pop(), "tableOutOfBounds");
  builder.emit(Operation.store, ValueType.none, address, value, none, entryAccess);
}

function lowerSize(lowering: FunctionLowering): void {
  const table = lowering.environment.table(lowering.reader.index);
  lowering.push(tableSize(lowering, table));
}

function lowerFill(lowering: FunctionLowering): void {
  const { builder, environment, reader } = lowering;
  const table = environment.table(reader.index);
  const count = lowering.pop();
  const value = lowering.pop();
  const first = lowering.pop();
  const end = builder.add(builder.extendUnsigned(first), builder.extendUnsigned(count));
  const size = builder.extendUnsigned(tableSize(lowering, table));
  lowering.trapIf(builder.compare(Condition.greaterUnsigned, end, size), "tableOutOfBounds");
  fillEntries(lowering, table, first, count, value);
}

/** `table.grow`: fails with -1 where there is no room. */
function lowerGrow(lowering: FunctionLowering): void {
  const { builder, environment, reader } = lowering;
  const table = environment.table(reader.index);
  const count = lowering.pop();
  const value = lowering.pop();
  const size = tableSize(lowering, table);
  const wanted = builder.add(builder.extendUnsigned(size), builder.extendUnsigned(count));
  const capacity = builder.i64(BigInt(table.capacity));
  const fits = builder.compare(Condition.lessEqualUnsigned, wanted, capacity);
  const result = builder.select(fits, size, builder.i32(-1));
  if (table.sizeVariable !== undefined) {
    const added = builder.select(fits, count, builder.i32(0));
    fillEntries(lowering, table, size, added, value);
    const grown = builder.add(size, added);
    const access = Access.unsigned32;
    const { storeSymbol } = Operation;
    builder.emit(storeSymbol, ValueType.none, grown, none, none, access, table.sizeVariable);
  }
  lowering.push(result);
}

/** Stores a value into `count` entries from `first` on, in a loop. */
function fillEntries(
  lowering: FunctionLowering,
  table: TableLayout,
  first: Value,
  count: Value,
  value: Value,
): void {
  const { builder, fn } = lowering;
  if (!builder.isReachable) return;
  const end = builder.add(first, count);
  const header = lowering.createBlock([ValueType.i32]);
  const body = lowering.createBlock();
  const done = lowering.createBlock();
  builder.jump(header, [first]);
  builder.continueAt(header);
  const index = fn.parametersOf(header)[0] ?? none;
  const isDone = builder.compare(Condition.equal, index, end);
  builder.branch(isDone, done, body);
  lowering.enterSealed(body);
  const address = uncheckedEntry(lowering, table, index);
  builder.emit(Operation.store, ValueType.none, address, value, none, entryAccess);
  builder.jump(header, [builder.add(index, builder.i32(1))]);
  lowering.variables.seal(header);
  lowering.enterSealed(done);
}

function lowerNull(lowering: FunctionLowering): void {
  lowering.push(lowering.builder.i64(0n));
}

function lowerIsNull(lowering: FunctionLowering): void {
  const { builder } = lowering;
  lowering.push(builder.compare(Condition.equal, lowering.pop(), builder.i64(0n)));
}

function lowerFunctionReference(lowering: FunctionLowering): void {
  const { builder, environment, module, reader } = lowering;
  functionTypeOf(module, reader.index); // throws for an unknown function
  const typeIndex = module.functions[reader.index]?.typeIndex ?? 0;
  const symbol = environment.functionSymbol(reader.index);
  const id = environment.signatureId(typeIndex);
  const { functionReference } = Operation;
  lowering.push(builder.emit(functionReference, ValueType.i64, none, none, none, 0, symbol, id));
}

/** Tables and references to functions; what moves many entries stands in bulk.ts. */
export const tableHandlers = {
  "table.get": lowerGet,
  "table.set": lowerSet,
  "table.size": lowerSize,
  "table.fill": lowerFill,
  "table.grow": lowerGrow,
  "ref.null": lowerNull,
  "ref.is_null": lowerIsNull,
  "ref.func": lowerFunctionReference,
} satisfies Record<string, Handler>;
