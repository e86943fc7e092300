import type { Signature } from "../ssa/function.ts";
import { none, type Value } from "../ssa/function.ts";
import { Access, Condition, Operation, Space, ValueType } from "../ssa/operations.ts";
import { invalid } from "../wasm/errors.ts";
import { functionTypeOf } from "../wasm/module.ts";
import type { FunctionLowering, Handler } from "./function-lowering.ts";
import { lowerMachineImport } from "./machine-imports.ts";
import { tableEntry } from "./tables.ts";
import { signatureOfType, valueTypeOf } from "./types.ts";

const firstResult = 0;

function lowerCall(lowering: FunctionLowering): void {
  const { environment, module, reader } = lowering;
  const machineImport = environment.machineImport(reader.index);
  if (machineImport !== undefined) {
    lowerMachineImport(lowering, machineImport);
    return;
  }
  const signature = signatureOfType(functionTypeOf(module, reader.index));
  const low = environment.functionSymbol(reader.index);
  const values = lowering.popMany(signature.parameters.length);
  const type = signature.results[firstResult] ?? ValueType.none;
  pushResults(
    lowering,
    signature,
    lowering.builder.emitWithList(Operation.call, type, values, {
      low,
      aux: signature.results.length,
    }),
  );
}

function pushResults(lowering: FunctionLowering, signature: Signature, call: Value): void {
  signature.results.forEach((type, index) => {
    const { result } = Operation;
    const isFirst = index === firstResult;
    lowering.push(isFirst ? call : lowering.builder.emit(result, type, call, none, none, index));
  });
}

function lowerCallIndirect(lowering: FunctionLowering): void {
  const { builder, environment, module, reader } = lowering;
  const type = module.types[reader.index];
  if (type === undefined) throw invalid(reader.offset, "unknown type");
  const signature = signatureOfType(type);
  const index = lowering.pop();
  const values = lowering.popMany(signature.parameters.length);
  const wanted = environment.signatureId(reader.index);
  const entry = loadCallee(lowering, index, reader.second);
  if (!builder.isReachable) return;
  checkSignature(lowering, entry, wanted);
  const a = builder.operate(Operation.wrap, ValueType.i32, entry);
  const resultType = type.results[firstResult];
  const call = builder.emitWithList(
    Operation.callPointer,
    resultType === undefined ? ValueType.none : valueTypeOf(resultType),
    values,
    { a, aux: signature.results.length },
  );
  pushResults(lowering, signature, call);
}

function loadCallee(lowering: FunctionLowering, index: Value, tableIndex: number): Value {
  const { builder } = lowering;
  const address = tableEntry(lowering, tableIndex, index, "undefinedElement");
  const access = Access.whole64 | (Space.kernel << 4);
  return builder.emit(Operation.load, ValueType.i64, address, none, none, access);
}

/** One comparison on the way to the call; whether the entry is null matters only off it. */
function checkSignature(lowering: FunctionLowering, entry: Value, wanted: number): void {
  const { builder } = lowering;
  const upper = builder.operate(
    Operation.shiftRightUnsigned,
    ValueType.i64,
    entry,
    builder.i64(32n),
  );
  const signature = builder.operate(Operation.wrap, ValueType.i32, upper);
  const differs = builder.compare(Condition.notEqual, signature, builder.i32(wanted));
  const mismatch = lowering.createBlock();
  const match = lowering.createBlock();
  builder.branch(differs, mismatch, match);
  lowering.enterSealed(mismatch);
  const isNull = builder.compare(Condition.equal, entry, builder.i64(0n));
  lowering.trapIf(isNull, "uninitializedElement");
  lowering.trapAlways("indirectCallType");
  lowering.enterSealed(match);
}

/** Calls. */
export const callHandlers = {
  call: lowerCall,
  call_indirect: lowerCallIndirect,
} satisfies Record<string, Handler>;
