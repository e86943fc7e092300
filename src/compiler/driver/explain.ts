import { ListingAssembler } from "../machine-x64/listing-assembler.ts";
import { originAt } from "../object/object.ts";
import { type PrintedLine, printLines } from "../ssa/print.ts";
import { validateFunction } from "../validate/validate.ts";
import { functionText, type InstructionLine, signatureText } from "../wasm/function-text.ts";
import type { Module } from "../wasm/module.ts";
import { functionName, namesOf } from "../wasm/names.ts";
import type { ProgramSettings } from "./environment.ts";
import { findFunction } from "./find-function.ts";
import { compileUnitFunction } from "./function-compiler.ts";
import { type SourcePlace, SourcePlaces } from "./source-places.ts";
import { symbolNames } from "./unit.ts";
import { unlinkedApp, unlinkedSettings } from "./unlinked-app.ts";

/** A function's SSA form as lowered, or behind a pass. */
export interface SsaStage {
  /** "lowered", or the pass's name; passes that run twice appear twice. */
  readonly name: string;
  /** Whether it differs from the stage before. */
  readonly isChanged: boolean;
  readonly lines: readonly PrintedLine[];
}

/** A WebAssembly instruction as text, and where it comes from. */
export interface WasmLine extends InstructionLine {
  /** As far as the module tells. */
  readonly source?: SourcePlace;
}

/** A machine instruction as text. */
export interface CodeLine {
  /** From the start of the function's code, in bytes. */
  readonly offset: number;
  readonly text: string;
  /** The offset in the module of the WebAssembly instruction that it comes from, or 0. */
  readonly origin: number;
}

/** What the compiler makes of one function, step by step. */
export interface Explanation {
  readonly index: number;
  readonly name: string;
  readonly type: string;
  /** Bytes of its body. */
  readonly wasmBytes: number;
  readonly wasm: readonly WasmLine[];
  readonly stages: readonly SsaStage[];
  readonly codeBytes: number;
  /** Bytes between the stack pointer and the return address. */
  readonly frameBytes: number;
  readonly code: readonly CodeLine[];
}

/** A function in a list. */
export type FunctionSize = Pick<Explanation, "index" | "name" | "type" | "wasmBytes">;

/** The functions of a module that have a body, in their order. Throws what the decoder throws. */
export function listFunctions(bytes: Uint8Array): FunctionSize[] {
  const { module } = unlinkedApp(bytes).environment.unit;
  return module.functions.flatMap(({ body }, index) =>
    body === undefined ? [] : [outlineOf(module, index)],
  );
}

/**
 * Compiles one function of a module and tells how. It is named by its name, its export's or its
 * index; throws `function-missing` for one that is not there, and what the decoder throws.
 */
export function explainFunction(
  bytes: Uint8Array,
  name: string,
  settings: ProgramSettings = unlinkedSettings,
): Explanation {
  const { environment, symbols } = unlinkedApp(bytes, { ...settings, hasDebugInfo: true });
  const { unit } = environment;
  const index = findFunction(unit.module, name);
  validateFunction(unit.module, index);
  const { functions } = namesOf(unit.module);
  const symbolName = (symbol: number) => {
    const called = functions.get(environment.ownFunction(symbol) ?? -1);
    return called === undefined ? symbols.nameOf(symbol) : `${unit.name}.${called}`;
  };
  const places = new SourcePlaces(unit.module);
  const stages: SsaStage[] = [];
  let assembler = new ListingAssembler(symbolName);
  const symbol = symbols.intern(symbolNames.function(unit, index));
  const [body] = compileUnitFunction(environment, index, symbol, symbols, {
    onStage: (stage, fn) => addStage(stages, stage, printLines(fn, symbolName)),
    newAssembler: () => {
      assembler = new ListingAssembler(symbolName);
      return assembler;
    },
  });
  return {
    ...outlineOf(unit.module, index),
    wasm: functionText(unit.module, index).map((line) => withSource(line, places)),
    stages,
    codeBytes: body.size,
    frameBytes: body.frameBytes ?? 0,
    code: assembler.list().map((line) => ({ ...line, origin: originAt(body, line.offset) })),
  };
}

function withSource(line: InstructionLine, places: SourcePlaces): WasmLine {
  const source = places.find(line.offset);
  return source === undefined ? line : { ...line, source };
}

function outlineOf(module: Module, index: number): FunctionSize {
  const body = module.functions[index]?.body;
  return {
    index,
    name: functionName(module, index),
    type: signatureText(module, index),
    wasmBytes: body === undefined ? 0 : body.end - body.start,
  };
}

function addStage(stages: SsaStage[], name: string, lines: readonly PrintedLine[]): void {
  const before = stages.at(-1)?.lines ?? [];
  const isChanged =
    lines.length !== before.length || lines.some(({ text }, at) => text !== before[at]?.text);
  stages.push({ name, isChanged, lines });
}
