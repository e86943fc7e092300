import { wellKnownSymbols } from "../object/symbols.ts";
import { none, type Value } from "../ssa/function.ts";
import {
  Access,
  Condition,
  Operation,
  Space,
  ValueType,
  type ValueTypeId,
} from "../ssa/operations.ts";
import { type OpcodeName, opcodeNames, signatureOf } from "../wasm/opcodes.ts";
import type { FunctionLowering, Handler } from "./function-lowering.ts";
import { valueTypeNamed, wholeAccess } from "./types.ts";

/** Offsets from here on do not fit the signed displacement of a machine's addresses. */
const largestOffset = 2 ** 31 - 1;

/** The access by what stands behind `load` or `store`; nothing: the whole value. */
const narrowAccesses = new Map<string, number>([
  ["8", Access.unsigned8],
  ["8_s", Access.signed8],
  ["8_u", Access.unsigned8],
  ["16", Access.unsigned16],
  ["16_s", Access.signed16],
  ["16_u", Access.unsigned16],
  ["32", Access.unsigned32],
  ["32_s", Access.signed32],
  ["32_u", Access.unsigned32],
]);

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
  const [, prefix, kind, suffix = ""] = /^(\w+)\.(load|store)(.*)$/.exec(name) ?? [];
  if (prefix === undefined || signatureOf(name) === undefined) return undefined;
  const type = valueTypeNamed(prefix);
  const access = narrowAccesses.get(suffix) ?? wholeAccess[type];
  return kind === "load" ? loadHandler(type, access) : storeHandler(access);
}

function loadHandler(type: ValueTypeId, access = 0): Handler {
  return (lowering) => {
    const place = addressOf(lowering, lowering.pop());
    const aux = access | (lowering.environment.memorySpace << 4);
    const { builder } = lowering;
    const { load } = Operation;
    lowering.push(builder.emit(load, type, place.address, none, none, aux, place.offset));
  };
}

function storeHandler(access = 0): Handler {
  return (lowering) => {
    const value = lowering.pop();
    const place = addressOf(lowering, lowering.pop());
    const aux = access | (lowering.environment.memorySpace << 4);
    const { store } = Operation;
    lowering.builder.emit(store, ValueType.none, place.address, value, none, aux, place.offset);
  };
}

/** An address and a constant offset that fits a displacement. */
function addressOf(
  lowering: FunctionLowering,
  index: Value,
): { readonly address: Value; readonly offset: number } {
  const offset = lowering.reader.accessOffset;
  if (offset <= largestOffset) return { address: index, offset };
  const { builder } = lowering;
  const sum = builder.add(builder.extendUnsigned(index), builder.i64(BigInt(offset)));
  const isBeyond = builder.compare(Condition.greaterUnsigned, sum, builder.i64(0xffff_ffffn));
  lowering.trapIf(isBeyond, "memoryOutOfBounds");
  return { address: builder.operate(Operation.wrap, ValueType.i32, sum), offset: 0 };
}

function lowerSize(lowering: FunctionLowering): void {
  const { builder, environment } = lowering;
  if (environment.memorySpace === Space.kernel) {
    lowering.trapAlways("unreachable");
    return;
  }
  const symbol = environment.symbol(wellKnownSymbols.appPages);
  const { loadSymbol } = Operation;
  const access = Access.unsigned32;
  lowering.push(builder.emit(loadSymbol, ValueType.i32, none, none, none, access, symbol));
}

function lowerGrow(lowering: FunctionLowering): void {
  const { builder, environment } = lowering;
  const pages = lowering.pop();
  if (environment.memorySpace === Space.kernel) {
    lowering.trapAlways("unreachable");
    return;
  }
  const low = environment.symbol(wellKnownSymbols.memoryGrow);
  lowering.push(builder.emitWithList(Operation.call, ValueType.i32, [pages], { low, aux: 1 }));
}
