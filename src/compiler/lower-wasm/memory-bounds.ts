import type { TrapKind } from "../../contracts/traps.ts";
import { memoryBytesSymbol } from "../object/symbols.ts";
import { isConstant } from "../ssa/bits.ts";
import { none, type Value } from "../ssa/function.ts";
import { Access, Condition, Operation, Space, ValueType } from "../ssa/operations.ts";
import type { FunctionLowering } from "./function-lowering.ts";

/** Traps if `first + count` (i32) is beyond `size` (i64). */
export function checkRange(
  lowering: FunctionLowering,
  first: Value,
  count: Value,
  size: Value,
  trap: TrapKind,
): void {
  const { builder } = lowering;
  const end = builder.add(builder.extendUnsigned(first), builder.extendUnsigned(count));
  lowering.trapIf(builder.compare(Condition.greaterUnsigned, end, size), trap);
}

/** Traps if a range leaves a memory. The kernel's own has no size: what is not mapped faults. */
export function checkMemory(
  lowering: FunctionLowering,
  memory: number,
  first: Value,
  count: Value,
): void {
  if (lowering.environment.memorySpace === Space.kernel) return;
  checkRange(lowering, first, count, memoryBytes(lowering, memory), "memoryOutOfBounds");
}

/** Traps if an access that ends `reach` bytes behind an index (i32) leaves its memory. */
export function checkAccess(
  lowering: FunctionLowering,
  memory: number,
  index: Value,
  reach: number,
): void {
  const { builder, environment } = lowering;
  const { fn } = builder;
  const isKnown = isConstant(fn, index);
  if (isKnown && ((fn.low[index] as number) >>> 0) + reach <= environment.certainBytes(memory)) {
    return;
  }
  const end = builder.add(builder.extendUnsigned(index), builder.i64(BigInt(reach)));
  const size = memoryBytes(lowering, memory);
  lowering.trapIf(builder.compare(Condition.greaterUnsigned, end, size), "memoryOutOfBounds");
}

/** The size of one of the app's memories in bytes, an i64. */
function memoryBytes({ builder, environment }: FunctionLowering, memory: number): Value {
  const symbol = environment.symbol(memoryBytesSymbol(memory));
  const { loadSymbol } = Operation;
  return builder.emit(loadSymbol, ValueType.i64, none, none, none, Access.whole64, symbol);
}
