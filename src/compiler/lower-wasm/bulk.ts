import { memoryBase } from "../../contracts/machine-interface.ts";
import { wellKnownSymbols } from "../object/symbols.ts";
import { none, type Value } from "../ssa/function.ts";
import { Access, Operation, Space, ValueType } from "../ssa/operations.ts";
import type { SegmentLayout } from "./environment.ts";
import type { FunctionLowering, Handler } from "./function-lowering.ts";
import { checkMemory, checkRange } from "./memory-bounds.ts";
import { copySmall, fillSmall } from "./small-ranges.ts";
import { symbolAddress, tableSize, uncheckedEntry } from "./tables.ts";

/** What helpers need of a function that is being lowered, or made without a body. */
type Emission = Pick<FunctionLowering, "builder" | "environment">;

/** The virtual address of a place in a memory, an i64. */
export function virtualAddress(emission: Emission, space: number, index: Value): Value {
  const { builder } = emission;
  const extended = builder.extendUnsigned(index);
  return space === Space.kernel ? extended : builder.add(extended, baseOfSpace(emission, space));
}

/** Where the memory of a space lies: the app's follow one another, each with a reservation. */
function baseOfSpace({ builder, environment }: Emission, space: number): Value {
  const symbol = space === Space.app ? environment.appBaseSymbol : undefined;
  if (symbol === undefined) return builder.i64(memoryBase(space - Space.app));
  const { symbolAddress: operation } = Operation;
  return builder.extendUnsigned(
    builder.emit(operation, ValueType.i32, none, none, none, 0, symbol),
  );
}

/** Calls the runtime's move over virtual addresses; `length` is an i64. */
export function callMove(
  { builder, environment }: Emission,
  target: Value,
  source: Value,
  length: Value,
): void {
  const low = environment.symbol(wellKnownSymbols.move);
  const values = [target, source, length];
  builder.emitWithList(Operation.call, ValueType.none, values, { low });
}

/** Calls the runtime's fill over virtual addresses; `length` is an i64. */
export function callFill(
  lowering: FunctionLowering,
  target: Value,
  byte: Value,
  length: Value,
): void {
  const low = lowering.environment.symbol(wellKnownSymbols.fill);
  const values = [target, byte, length];
  lowering.builder.emitWithList(Operation.call, ValueType.none, values, { low });
}

function lowerCopy(lowering: FunctionLowering): void {
  const { builder, environment, reader } = lowering;
  const operands = popThree(lowering);
  const [target, source, length] = operands;
  const space = environment.memorySpace;
  const copy = () => copySmall(lowering, operands, space + reader.index, space + reader.second);
  if (!environment.checksMemory && copy()) return;
  checkMemory(lowering, reader.index, target, length);
  checkMemory(lowering, reader.second, source, length);
  if (environment.checksMemory && copy()) return;
  callMove(
    lowering,
    virtualAddress(lowering, space + reader.index, target),
    virtualAddress(lowering, space + reader.second, source),
    builder.extendUnsigned(length),
  );
}

function lowerFill(lowering: FunctionLowering): void {
  const { builder, environment, reader } = lowering;
  const operands = popThree(lowering);
  const [target, byte, length] = operands;
  const space = environment.memorySpace + reader.index;
  const fill = () => fillSmall(lowering, operands, space);
  if (!environment.checksMemory && fill()) return;
  checkMemory(lowering, reader.index, target, length);
  if (environment.checksMemory && fill()) return;
  const address = virtualAddress(lowering, space, target);
  callFill(lowering, address, byte, builder.extendUnsigned(length));
}

function lowerMemoryInit(lowering: FunctionLowering): void {
  const { builder, environment, reader } = lowering;
  const segment = environment.dataSegment(reader.index);
  const [target, source, length] = popThree(lowering);
  checkRange(lowering, source, length, segmentLength(lowering, segment), "memoryOutOfBounds");
  checkMemory(lowering, reader.second, target, length);
  const contents = builder.extendUnsigned(symbolAddress(lowering, segment.contents));
  callMove(
    lowering,
    virtualAddress(lowering, environment.memorySpace + reader.second, target),
    builder.add(contents, builder.extendUnsigned(source)),
    builder.extendUnsigned(length),
  );
}

function lowerDataDrop(lowering: FunctionLowering): void {
  dropSegment(lowering, lowering.environment.dataSegment(lowering.reader.index));
}

function lowerElementDrop(lowering: FunctionLowering): void {
  dropSegment(lowering, lowering.environment.elementSegment(lowering.reader.index));
}

function lowerTableInit(lowering: FunctionLowering): void {
  const { builder, environment, reader } = lowering;
  const segment = environment.elementSegment(reader.index);
  const [target, source, length] = popThree(lowering);
  const trap = "tableOutOfBounds";
  checkRange(lowering, source, length, segmentLength(lowering, segment), trap);
  const to = checkedEntries(lowering, reader.second, target, length);
  const contents = builder.extendUnsigned(symbolAddress(lowering, segment.contents));
  const from = builder.add(contents, entryBytes(lowering, source));
  callMove(lowering, to, from, entryBytes(lowering, length));
}

function lowerTableCopy(lowering: FunctionLowering): void {
  const { reader } = lowering;
  const [target, source, length] = popThree(lowering);
  const to = checkedEntries(lowering, reader.index, target, length);
  const from = checkedEntries(lowering, reader.second, source, length);
  callMove(lowering, to, from, entryBytes(lowering, length));
}

/** The virtual address of a range of entries that is checked to be inside of its table. */
function checkedEntries(
  lowering: FunctionLowering,
  tableIndex: number,
  first: Value,
  count: Value,
): Value {
  const { builder, environment } = lowering;
  const table = environment.table(tableIndex);
  const size = builder.extendUnsigned(tableSize(lowering, table));
  checkRange(lowering, first, count, size, "tableOutOfBounds");
  return builder.extendUnsigned(uncheckedEntry(lowering, table, first));
}

/** Bytes of a number (i32) of entries, an i64. */
function entryBytes(lowering: FunctionLowering, count: Value): Value {
  const { builder } = lowering;
  const { shiftLeft } = Operation;
  const extended = builder.extendUnsigned(count);
  return builder.operate(shiftLeft, ValueType.i64, extended, builder.i64(3n));
}

/** The current length of a segment, an i64. */
function segmentLength(lowering: FunctionLowering, segment: SegmentLayout): Value {
  const { builder } = lowering;
  const variable = segment.lengthVariable;
  if (variable === undefined) return builder.i64(BigInt(segment.length));
  const { loadSymbol } = Operation;
  const access = Access.unsigned32;
  return builder.emit(loadSymbol, ValueType.i64, none, none, none, access, variable);
}

function dropSegment(lowering: FunctionLowering, segment: SegmentLayout): void {
  const { builder } = lowering;
  const variable = segment.lengthVariable;
  if (variable === undefined) return;
  const zero = builder.i32(0);
  const access = Access.unsigned32;
  builder.emit(Operation.storeSymbol, ValueType.none, zero, none, none, access, variable);
}

function popThree(lowering: FunctionLowering): readonly [Value, Value, Value] {
  const third = lowering.pop();
  const second = lowering.pop();
  return [lowering.pop(), second, third];
}

/** Instructions that fill and move ranges of memories and tables. */
export const bulkHandlers = {
  "memory.copy": lowerCopy,
  "memory.fill": lowerFill,
  "memory.init": lowerMemoryInit,
  "data.drop": lowerDataDrop,
  "table.init": lowerTableInit,
  "table.copy": lowerTableCopy,
  "elem.drop": lowerElementDrop,
} satisfies Record<string, Handler>;
