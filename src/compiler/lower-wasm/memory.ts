import { memoryBytesSymbol, memoryPagesSymbol, wellKnownSymbols } from "../object/symbols.ts";
import { none, type Value } from "../ssa/function.ts";
import {
  Access,
  accessBytes,
  Condition,
  Operation,
  Space,
  ValueType,
  type ValueTypeId,
} from "../ssa/operations.ts";
import { type OpcodeName, opcodeNames } from "../wasm/opcodes.ts";
import type { FunctionLowering, Handler } from "./function-lowering.ts";
import { checkAccess } from "./memory-bounds.ts";
import { scalarAccess } from "./scalar-access.ts";

/** Offsets from here on do not fit the signed displacement of a machine's addresses. */
const largestOffset = 2 ** 31 - 1;

/** Loads, stores, size and growth of the memory. */
export const memoryHandlers: Partial<Record<OpcodeName, Handler>> = {
  "memory.size": lowerSize,
  "memory.grow": lowerGrow,
  ...Object.fromEntries(
    opcodeNames.flatMap((name) => {
      const handler = accessHandler(name);
      return handler === undefined ? [] : [[name, handler]];
    }),
  ),
};

function accessHandler(name: OpcodeName): Handler | undefined {
  const found = scalarAccess(name);
  if (found === undefined) return undefined;
  const { access, isLoad, type } = found;
  return isLoad ? loadHandler(type, access) : storeHandler(access);
}

function loadHandler(type: ValueTypeId, access: number): Handler {
  return (lowering) => {
    lowering.push(loadFrom(lowering, lowering.pop(), type, access));
  };
}

function storeHandler(access: number): Handler {
  return (lowering) => {
    const value = lowering.pop();
    storeTo(lowering, lowering.pop(), value, access);
  };
}

/** The space that the current access is in. */
export function accessedSpace({ environment, reader }: FunctionLowering): number {
  return environment.memorySpace + reader.index;
}

/** Loads at an index, which an i32 gives, and the offset of the instruction in the reader. */
export function loadFrom(
  lowering: FunctionLowering,
  index: Value,
  type: ValueTypeId,
  access: number,
): Value {
  const { address, offset } = addressOf(lowering, index, access);
  const aux = access | (accessedSpace(lowering) << 4);
  return lowering.builder.emit(Operation.load, type, address, none, none, aux, offset);
}

/** Stores at an index, as `loadFrom` loads. */
export function storeTo(
  lowering: FunctionLowering,
  index: Value,
  value: Value,
  access: number,
): void {
  const { address, offset } = addressOf(lowering, index, access);
  const aux = access | (accessedSpace(lowering) << 4);
  lowering.builder.emit(Operation.store, ValueType.none, address, value, none, aux, offset);
}

/**
 * The current access's address and a constant offset that fits a displacement. Checked here is what
 * no fault would tell: all of it where there is no reservation, else offsets that reach behind it.
 */
export function addressOf(
  lowering: FunctionLowering,
  index: Value,
  access: number,
): { readonly address: Value; readonly offset: number } {
  const { builder, environment, reader } = lowering;
  const offset = reader.accessOffset;
  const isChecked = environment.checksMemory;
  if (isChecked) checkAccess(lowering, reader.index, index, offset + (accessBytes[access] ?? 0));
  if (offset <= largestOffset) return { address: index, offset };
  if (isChecked) return { address: builder.add(index, builder.i32(offset)), offset: 0 };
  const sum = builder.add(builder.extendUnsigned(index), builder.i64(BigInt(offset)));
  const isBeyond = builder.compare(Condition.greaterUnsigned, sum, builder.i64(0xffff_ffffn));
  lowering.trapIf(isBeyond, "memoryOutOfBounds");
  return { address: builder.operate(Operation.wrap, ValueType.i32, sum), offset: 0 };
}

function lowerSize(lowering: FunctionLowering): void {
  const { environment, reader } = lowering;
  if (environment.memorySpace === Space.kernel) {
    lowering.trapAlways("unreachable");
    return;
  }
  lowering.push(loadPages(lowering, reader.index));
}

/** The size of one of the app's memories in pages, an i32. */
function loadPages({ builder, environment }: FunctionLowering, memory: number): Value {
  const symbol = environment.symbol(memoryPagesSymbol(memory));
  const { loadSymbol } = Operation;
  return builder.emit(loadSymbol, ValueType.i32, none, none, none, Access.unsigned32, symbol);
}

function lowerGrow(lowering: FunctionLowering): void {
  const { builder, environment, reader } = lowering;
  const pages = lowering.pop();
  if (environment.memorySpace === Space.kernel) {
    lowering.trapAlways("unreachable");
    return;
  }
  if (reader.index > 0) {
    lowering.push(growFurther(lowering, reader.index, pages));
    return;
  }
  const low = environment.symbol(wellKnownSymbols.memoryGrow);
  lowering.push(builder.emitWithList(Operation.call, ValueType.i32, [pages], { low, aux: 1 }));
}

/** The kernel maps what a further memory grows by; its size is the compiled code's own. */
function growFurther(lowering: FunctionLowering, memory: number, pages: Value): Value {
  const { builder, environment } = lowering;
  const size = loadPages(lowering, memory);
  const maximum = builder.i32(environment.maximumPages(memory));
  const low = environment.symbol(wellKnownSymbols.furtherMemoryGrow);
  const values = [builder.i32(memory), size, pages, maximum];
  const { call } = Operation;
  const old = builder.emitWithList(call, ValueType.i32, values, { low, aux: 1 });
  const isGrown = builder.compare(Condition.notEqual, old, builder.i32(-1));
  const grown = builder.select(isGrown, builder.add(size, pages), size);
  storeSize(lowering, memory, grown);
  return old;
}

/** Sets the size of a further memory: pages and bytes. */
function storeSize({ builder, environment }: FunctionLowering, memory: number, pages: Value): void {
  const { shiftLeft, storeSymbol } = Operation;
  const wide = builder.extendUnsigned(pages);
  const bytes = builder.operate(shiftLeft, ValueType.i64, wide, builder.i64(16n));
  for (const [name, value, access] of [
    [memoryPagesSymbol(memory), pages, Access.unsigned32],
    [memoryBytesSymbol(memory), bytes, Access.whole64],
  ] as const) {
    const symbol = environment.symbol(name);
    builder.emit(storeSymbol, ValueType.none, value, none, none, access, symbol);
  }
}
