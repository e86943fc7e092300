import type { LoweringEnvironment } from "../lower-wasm/environment.ts";
import { valueTypeOf } from "../lower-wasm/types.ts";
import { Assembler } from "../machine-x64/assembler.ts";
import { CodeWriter } from "../machine-x64/emit/code-writer.ts";
import { stackCheck } from "../machine-x64/emit/frame.ts";
import { functionChunks } from "../machine-x64/function-chunks.ts";
import type { Chunk } from "../object/object.ts";
import type { SymbolId, SymbolTable } from "../object/symbols.ts";
import { withDecodeErrors } from "../wasm/errors.ts";
import { InstructionReader } from "../wasm/instruction-reader.ts";
import { functionTypeOf, type Module } from "../wasm/module.ts";
import { functionName } from "../wasm/names.ts";
import { type FrameNeeds, FunctionBody } from "./function-body.ts";
import { chooseHomes } from "./local-homes.ts";
import { shapeOf } from "./shape.ts";
import { surveyFunction } from "./survey.ts";

/** How to compile a function. */
export interface BaselineOptions {
  /** Words of the stack that each call leaves at least for the tail calls of what it calls. */
  readonly callAreaWords: number;
  /** Whether the code may use x86-64-v3. */
  readonly hasLevel3: boolean;
  /** Whether functions check that the stack has room for them. */
  readonly checksStack: boolean;
  /** Whether chunks tell what a debugger wants to know. */
  readonly hasDebugInfo: boolean;
  /** Whether it is proven at each instruction that no register is lost or has two values. */
  readonly isVerified: boolean;
  /** What the code is written with, if it is to be listed as well. */
  readonly newAssembler?: (() => Assembler) | undefined;
}

/** Words of the operand stack that most functions do with. */
const usualOperands = 8;

/**
 * The chunks of one function of a valid module, its code written while it is read: its code first,
 * then its jump tables. Undefined if something in it is not covered (see the README).
 */
export function compileBaseline(
  module: Module,
  functionIndex: number,
  environment: LoweringEnvironment,
  symbol: SymbolId,
  symbols: SymbolTable,
  options: BaselineOptions,
): [Chunk, ...Chunk[]] | undefined {
  return withDecodeErrors(() => {
    const plan = planFunction(module, functionIndex, environment, options);
    if (plan === undefined) return undefined;
    const check = stackCheck(options.checksStack, (name) => symbols.intern(name));
    const write = (needs: FrameNeeds) => {
      const assembler = options.newAssembler?.() ?? new Assembler();
      if (options.hasLevel3) assembler.useAvx();
      const writer = new CodeWriter(assembler, {
        symbol: (name) => symbols.intern(name),
        tableSymbol: (position) => symbols.intern(`${symbols.nameOf(symbol)}.switch${position}`),
        keepsOrigins: options.hasDebugInfo,
      });
      plan.reader.rewind();
      return new FunctionBody({ ...plan, writer }, needs, check, options.isVerified);
    };
    const outgoing = plan.calls > 0 ? options.callAreaWords : 0;
    let body = write({ outgoing, operands: usualOperands });
    // Offsets in the frame were wrong if that is too small: once more, with room for all.
    if (!body.hasRoom) body = write(body.needs);
    const name = functionName(module, functionIndex);
    return functionChunks({
      symbol,
      name,
      ...body.finish(environment.trackedLocals(functionIndex)),
    });
  });
}

/** What is decided before a function's code is written; undefined if it is not covered. */
function planFunction(
  module: Module,
  functionIndex: number,
  environment: LoweringEnvironment,
  { callAreaWords, hasLevel3 }: BaselineOptions,
) {
  const type = functionTypeOf(module, functionIndex);
  const shape = shapeOf(type);
  const reader = new InstructionReader(module, functionIndex);
  const localTypes = [...type.parameters, ...reader.locals].map(valueTypeOf);
  if (shape === undefined) return undefined;
  const survey = surveyFunction(module, reader, localTypes);
  if (survey === undefined) return undefined;
  const homes = chooseHomes(localTypes, shape, survey, environment.trackedLocals(functionIndex));
  const { calls } = survey;
  return {
    module,
    environment,
    reader,
    shape,
    localTypes,
    homes,
    calls,
    hasLevel3,
    callAreaWords,
  };
}
