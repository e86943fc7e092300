import type { Signature } from "../ssa/function.ts";
import { none, type Value } from "../ssa/function.ts";
import { Access, Condition, Operation, Space, ValueType } from "../ssa/operations.ts";
import { invalid } from "../wasm/errors.ts";
import { functionTypeOf } from "../wasm/module.ts";
import { catchAtCall } from "./exceptions.ts";
import type { FunctionLowering, Handler } from "./function-lowering.ts";
import { lowerMachineImport } from "./machine-imports.ts";
import { tableEntry } from "./tables.ts";
import { signatureOfType } from "./types.ts";

const firstResult = 0;

/** Where the halves of a table entry lie. */
const codeOffset = 0;
const signatureOffset = 4;

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
  const aux = signature.results.length;
  const call = lowering.builder.emitWithList(Operation.call, type, values, { low, aux });
  // What the kernel does for an app throws nothing.
  if (module.functions[reader.index]?.import === undefined) catchAtCall(lowering);
  pushResults(lowering, signature, call);
}

function pushResults(lowering: FunctionLowering, signature: Signature, call: Value): void {
  signature.results.forEach((type, index) => {
    const { result } = Operation;
    const isFirst = index === firstResult;
    lowering.push(isFirst ? call : lowering.builder.emit(result, type, call, none, none, index));
  });
}

function lowerCallIndirect(lowering: FunctionLowering): void {
  const target = popIndirectTarget(lowering);
  if (target === undefined) return;
  const { signature, code, values } = target;
  const call = lowering.builder.emitWithList(
    Operation.callPointer,
    signature.results[firstResult] ?? ValueType.none,
    values,
    { a: code, aux: signature.results.length },
  );
  catchAtCall(lowering);
  pushResults(lowering, signature, call);
}

/** What an indirect call calls, with what; undefined where it always traps. */
interface IndirectTarget {
  readonly signature: Signature;
  /** The code's address. */
  readonly code: Value;
  readonly values: Value[];
}

function popIndirectTarget(lowering: FunctionLowering): IndirectTarget | undefined {
  const { builder, environment, module, reader } = lowering;
  const type = module.types[reader.index];
  if (type === undefined) throw invalid(reader.offset, "unknown type");
  const signature = signatureOfType(type);
  const index = lowering.pop();
  const values = lowering.popMany(signature.parameters.length);
  const wanted = environment.signatureId(reader.index);
  const entry = tableEntry(lowering, reader.second, index, "undefinedElement");
  if (!builder.isReachable) return undefined;
  checkSignature(lowering, entry, wanted);
  return { signature, code: loadHalf(lowering, entry, codeOffset), values };
}

function lowerReturnCall(lowering: FunctionLowering): void {
  const { builder, environment, fn, module, reader } = lowering;
  if (environment.machineImport(reader.index) !== undefined) {
    lowerCall(lowering);
    if (builder.isReachable) builder.return(lowering.popMany(fn.signature.results.length));
    return;
  }
  const { parameters } = functionTypeOf(module, reader.index);
  const values = lowering.popMany(parameters.length);
  builder.tailCall(values, { low: environment.functionSymbol(reader.index) });
}

function lowerReturnCallIndirect(lowering: FunctionLowering): void {
  const target = popIndirectTarget(lowering);
  if (target !== undefined) lowering.builder.tailCall(target.values, { a: target.code });
}

/** One half of a table entry: the code's address or the signature's id, both i32. */
function loadHalf(lowering: FunctionLowering, entry: Value, offset: number): Value {
  const access = Access.unsigned32 | (Space.kernel << 4);
  const { load } = Operation;
  return lowering.builder.emit(load, ValueType.i32, entry, none, none, access, offset);
}

/** One comparison on the way to the call; whether the entry is null matters only off it. */
function checkSignature(lowering: FunctionLowering, entry: Value, wanted: number): void {
  const { builder } = lowering;
  const signature = loadHalf(lowering, entry, signatureOffset);
  const differs = builder.compare(Condition.notEqual, signature, builder.i32(wanted));
  const mismatch = lowering.createBlock();
  const match = lowering.createBlock();
  builder.branch(differs, mismatch, match);
  lowering.enterSealed(mismatch);
  const found = loadHalf(lowering, entry, signatureOffset);
  lowering.trapIf(builder.compare(Condition.equal, found, builder.i32(0)), "uninitializedElement");
  lowering.trapAlways("indirectCallType");
  lowering.enterSealed(match);
}

/** Calls. */
export const callHandlers = {
  call: lowerCall,
  call_indirect: lowerCallIndirect,
  return_call: lowerReturnCall,
  return_call_indirect: lowerReturnCallIndirect,
} satisfies Record<string, Handler>;
