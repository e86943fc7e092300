import type { Chunk } from "../object/object.ts";
import type { SymbolId, SymbolTable } from "../object/symbols.ts";
import { allocateRegisters } from "../regalloc/allocate.ts";
import { checkAllocation, copyForCheck } from "../regalloc/checker.ts";
import type { SsaFunction } from "../ssa/function.ts";
import type { Assembler } from "./assembler.ts";
import { registerFile } from "./calling-convention.ts";
import { emitFunction } from "./emit/emit.ts";
import { stackCheck } from "./emit/frame.ts";
import { functionChunks } from "./function-chunks.ts";
import { placeLocals } from "./local-places.ts";
import { selectInstructions } from "./select/select.ts";

/** How to compile a function. */
export interface CompileOptions {
  /** Words of the stack that each call leaves at least for the tail calls of what it calls. */
  readonly callAreaWords: number;
  /** Whether the code may use x86-64-v3. */
  readonly hasLevel3: boolean;
  /** Whether functions check that the stack has room for them. */
  readonly checksStack: boolean;
  /** Whether chunks tell what a debugger wants to know. */
  readonly hasDebugInfo: boolean;
  /** What the code is written with, if it is to be listed as well. */
  readonly newAssembler?: (() => Assembler) | undefined;
  /** Whether the allocation of registers is proven. */
  readonly isVerified: boolean;
}

/** The chunks of one function: its code first, then its jump tables. */
export function compileFunction(
  fn: SsaFunction,
  symbol: SymbolId,
  symbols: SymbolTable,
  options: CompileOptions,
): [Chunk, ...Chunk[]] {
  const { callAreaWords, hasLevel3, checksStack, hasDebugInfo, isVerified, newAssembler } = options;
  const intern = (name: string) => symbols.intern(name);
  const { code, registerOf, systemCalls } = selectInstructions(fn, {
    symbol: intern,
    callAreaWords,
    hasLevel3,
  });
  const original = isVerified ? copyForCheck(code) : undefined;
  const tracked = new Set(fn.localValues.map(({ value }) => registerOf(fn.resolve(value))));
  tracked.delete(-1);
  const allocation = allocateRegisters(code, registerFile, tracked);
  if (original !== undefined) checkAllocation(original, code, allocation, registerFile);
  const emitted = emitFunction(code, allocation, {
    symbol: intern,
    tableSymbol: (position) => intern(`${symbols.nameOf(symbol)}.switch${position}`),
    keepsOrigins: hasDebugInfo,
    stackCheck: stackCheck(checksStack, intern),
    newAssembler,
    hasAvx: hasLevel3,
  });
  return functionChunks({
    symbol,
    name: fn.name,
    systemCalls,
    ...emitted,
    locals: emitted.origins && placeLocals(fn, code, allocation, emitted, registerOf),
  });
}
