import { wellKnownSymbols } from "../object/symbols.ts";
import { none, type Value } from "../ssa/function.ts";
import { Access, accessBytes, Condition, Operation, ValueType } from "../ssa/operations.ts";
import { type OpcodeName, opcodeNames } from "../wasm/opcodes.ts";
import type { FunctionLowering, Handler } from "./function-lowering.ts";
import { accessedSpace, addressOf } from "./memory.ts";
import { valueTypeNamed, wholeAccess } from "./types.ts";

const narrowAccesses = new Map<string, number>([
  ["8", Access.unsigned8],
  ["16", Access.unsigned16],
  ["32", Access.unsigned32],
]);

const updates = new Map<string, number>([
  ["add", Operation.atomicAdd],
  ["sub", Operation.atomicAdd],
  ["and", Operation.atomicAnd],
  ["or", Operation.atomicOr],
  ["xor", Operation.atomicXor],
  ["xchg", Operation.atomicExchange],
  ["cmpxchg", Operation.atomicCompareExchange],
]);

/** Atomic accesses, waiting and notifying (proposal "threads"); an instance has one thread. */
export const atomicHandlers: Partial<Record<OpcodeName, Handler>> = {
  "atomic.fence": ({ builder }) => {
    builder.emit(Operation.atomicFence, ValueType.none);
  },
  "memory.atomic.notify": lowerNotify,
  "memory.atomic.wait32": (lowering) => lowerWait(lowering, Access.unsigned32),
  "memory.atomic.wait64": (lowering) => lowerWait(lowering, Access.whole64),
  ...Object.fromEntries(
    opcodeNames.flatMap((name) => {
      const handler = accessHandler(name);
      return handler === undefined ? [] : [[name, handler]];
    }),
  ),
};

function accessHandler(name: OpcodeName): Handler | undefined {
  const [, prefix, kind, width = "", update = ""] =
    /^(i32|i64)\.atomic\.(load|store|rmw)(8|16|32)?(?:\.(\w+?))?(?:_u)?$/.exec(name) ?? [];
  if (prefix === undefined) return undefined;
  const type = valueTypeNamed(prefix);
  const access = narrowAccesses.get(width) ?? wholeAccess[type] ?? 0;
  if (kind === "load") {
    return (lowering) => {
      lowering.push(emitAtomic(lowering, Operation.atomicLoad, type, access));
    };
  }
  if (kind === "store") {
    return (lowering) => {
      const value = lowering.pop();
      emitAtomic(lowering, Operation.atomicStore, ValueType.none, access, value);
    };
  }
  const operation = updates.get(update) ?? Operation.atomicAdd;
  return (lowering) => {
    const { builder } = lowering;
    const last = lowering.pop();
    const isCompare = operation === Operation.atomicCompareExchange;
    const { subtract } = Operation;
    const value =
      update === "sub" ? builder.operate(subtract, type, builder.constant(type, 0), last) : last;
    const [b, c] = isCompare ? [lowering.pop(), last] : [value, none];
    lowering.push(emitAtomic(lowering, operation, type, access, b, c));
  };
}

/** Pops the address; traps where it is not a multiple of the access's size. */
function emitAtomic(
  lowering: FunctionLowering,
  operation: number,
  type: (typeof ValueType)[keyof typeof ValueType],
  access: number,
  b: Value = none,
  c: Value = none,
): Value {
  const { builder, reader } = lowering;
  const index = lowering.pop();
  const below = (accessBytes[access] ?? 1) - 1;
  const sum = builder.add(index, builder.i32(reader.accessOffset & below));
  const rest = builder.operate(Operation.and, ValueType.i32, sum, builder.i32(below));
  const isUnaligned = builder.compare(Condition.notEqual, rest, builder.i32(0));
  lowering.trapIf(isUnaligned, "unalignedAtomic");
  const { address, offset } = addressOf(lowering, index, access);
  const aux = access | (accessedSpace(lowering) << 4);
  return builder.emit(operation, type, address, b, c, aux, offset);
}

/** Nobody waits: nobody else is there. */
function lowerNotify(lowering: FunctionLowering): void {
  lowering.pop();
  emitAtomic(lowering, Operation.atomicLoad, ValueType.i32, Access.unsigned32);
  lowering.push(lowering.builder.i32(0));
}

/** Waits until the time is over, since nobody notifies; without an end, nothing would ever go on. */
function lowerWait(lowering: FunctionLowering, access: number): void {
  const { builder, environment, module, reader } = lowering;
  const timeout = lowering.pop();
  const expected = lowering.pop();
  if (module.memories[reader.index]?.isShared !== true) {
    lowering.pop();
    lowering.trapAlways("unsharedWait");
    return;
  }
  const type = builder.typeOf(expected);
  const found = emitAtomic(lowering, Operation.atomicLoad, type, access);
  const isEqual = builder.compare(Condition.equal, found, expected);
  const isEndless = builder.compare(Condition.lessSigned, timeout, builder.i64(0n));
  const isDeadlock = builder.operate(Operation.and, ValueType.i32, isEqual, isEndless);
  lowering.trapIf(isDeadlock, "deadlock");
  if (!builder.isReachable) return;
  const low = environment.symbol(wellKnownSymbols.atomicWait);
  const { call } = Operation;
  lowering.push(builder.emitWithList(call, ValueType.i32, [isEqual, timeout], { low, aux: 1 }));
}
