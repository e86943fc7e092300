/** Makes engine modules: with the library evaluated, and with a program in it. */
import { ByteWriter } from "../../compiler/bytes/writer.ts";
import {
  bundleName,
  type EngineFunctionName,
  engineFunctions,
  engineGlobal,
  engineProperties,
} from "../../contracts/engine-interface.ts";
import { engineSection } from "../../contracts/machine-interface.ts";
import { preinitialize, usualInitializers } from "../preinitialize/preinitialize.ts";
import { joinSections, splitSections, withCustomSection } from "../preinitialize/sections.ts";
import { BuildHost, hostFunctionKey, NotYetKnown } from "./build-host.ts";
import type { Bundle } from "./bundle.ts";
import { type Box, QuickJs } from "./quickjs.ts";

const functionNames = Object.keys(engineFunctions) as EngineFunctionName[];

/** A program in an engine module. */
export interface EvaluatedProgram {
  readonly module: Uint8Array;
  /** How long the evaluation took here, in milliseconds. */
  readonly durationMs: number;
}

/** A top-level await that nothing can settle any more. */
export class NeverSettles extends Error {
  constructor() {
    super("a top-level await never settles");
    this.name = "NeverSettles";
  }
}

/** The engine with its functions and the library: what every program begins with. */
export function makeBase(engine: Uint8Array, library: Bundle): Uint8Array {
  const bytecode = withEngine(engine, (quickJs) => {
    quickJs.initialize();
    return quickJs.compile(library.code, "tsuki:library");
  }).result;
  const { module } = withEngine(engine, (quickJs, host) => {
    quickJs.initialize();
    defineFunctions(quickJs);
    settle(quickJs, host, quickJs.evaluate(bytecode));
    quickJs.tidy();
  });
  return joinSections(withCustomSection(splitSections(module), engineSection, new Uint8Array(0)));
}

/** A program's bytecode. Throws a ProgramError. */
export function compileProgram(base: Uint8Array, code: string): Uint8Array {
  return withEngine(base, (quickJs) => quickJs.compile(code, bundleName)).result;
}

/**
 * Evaluates a program into the base. Throws a ProgramError for what the program throws, a
 * NotYetKnown for what only an instance can know, or NeverSettles.
 */
export function evaluateProgram(
  base: Uint8Array,
  bytecode: Uint8Array,
  lines: Uint8Array,
): EvaluatedProgram {
  const started = performance.now();
  const { module, result } = withEngine(base, (quickJs, host) => {
    const random = quickJs.randomState();
    quickJs.watchInterrupts(true);
    host.isProgram = true;
    const exports = settle(quickJs, host, quickJs.evaluate(bytecode));
    host.isProgram = false;
    quickJs.watchInterrupts(false);
    if (quickJs.randomState() !== random) throw new NotYetKnown("random numbers", "");
    setHidden(quickJs, engineProperties.exports, exports);
    setHidden(quickJs, engineProperties.lines, quickJs.newArrayBuffer(lines));
    keepOutput(quickJs, host);
    quickJs.tidy();
    return performance.now() - started;
  });
  return { module, durationMs: result };
}

/** Names the stack at which a program first calls Math.random. */
export function findRandomCall(base: Uint8Array, bytecode: Uint8Array): string {
  try {
    withEngine(base, (quickJs, host) => {
      const global = quickJs.global();
      const math = quickJs.property(global, "Math");
      const key = hostFunctionKey(functionNames.length);
      quickJs.setProperty(math, "random", quickJs.newHostFunction(key, "random"));
      host.isProgram = true;
      settle(quickJs, host, quickJs.evaluate(bytecode));
    });
  } catch (error) {
    if (error instanceof NotYetKnown) return error.frames;
  }
  return "";
}

/** Puts a program into the base that is evaluated when an instance starts. */
export function embedProgram(
  base: Uint8Array,
  bytecode: Uint8Array,
  lines: Uint8Array,
): Uint8Array {
  return withEngine(base, (quickJs) => {
    setHidden(quickJs, engineProperties.program, quickJs.newArrayBuffer(bytecode));
    setHidden(quickJs, engineProperties.lines, quickJs.newArrayBuffer(lines));
    quickJs.tidy();
  }).module;
}

/** Runs something on an instance of an engine module; the module as it is afterwards. */
function withEngine<Result>(
  module: Uint8Array,
  run: (quickJs: QuickJs, host: BuildHost) => Result,
): { readonly module: Uint8Array; readonly result: Result } {
  let quickJs: QuickJs | undefined;
  const host = new BuildHost(() => {
    if (quickJs === undefined) throw new Error("the engine is not there yet");
    return quickJs;
  });
  const results: Result[] = [];
  const made = preinitialize({
    module,
    imports: host.imports,
    initializers: usualInitializers,
    run: (instance) => {
      quickJs = new QuickJs(instance);
      results.push(run(quickJs, host));
    },
  });
  return { module: made, result: results[0] as Result };
}

function defineFunctions(quickJs: QuickJs): void {
  const functions = quickJs.newObject();
  functionNames.forEach((name, number) => {
    quickJs.setProperty(functions, name, quickJs.newHostFunction(hostFunctionKey(number), name));
  });
  const global = quickJs.global();
  quickJs.defineHidden(global, engineGlobal, functions);
  quickJs.free(global);
}

/** Runs jobs until a module's promise has settled: its exports. */
function settle(quickJs: QuickJs, host: BuildHost, promise: Box): Box {
  quickJs.runJobs();
  const state = quickJs.promiseState(promise);
  const result = quickJs.promiseResult(promise);
  if (state === "rejected") throw quickJs.describe(result);
  const unhandled = host.unhandledReason;
  if (unhandled !== undefined) throw quickJs.describe(unhandled);
  if (state === "pending") throw new NeverSettles();
  quickJs.free(promise);
  return result;
}

function setHidden(quickJs: QuickJs, name: string, value: Box): void {
  const global = quickJs.global();
  const hidden = quickJs.property(global, engineGlobal);
  quickJs.setProperty(hidden, name, value);
  quickJs.free(hidden);
  quickJs.free(global);
}

/** Output as the kernel writes it at start: stream, length in four bytes, text in UTF-8. */
function keepOutput(quickJs: QuickJs, host: BuildHost): void {
  if (host.output.length === 0) return;
  const writer = new ByteWriter();
  for (const [stream, text] of host.output) {
    const bytes = new TextEncoder().encode(text);
    writer.u8(stream);
    writer.u32(bytes.length);
    writer.bytes(bytes);
  }
  setHidden(quickJs, engineProperties.output, quickJs.newArrayBuffer(writer.toBytes()));
}
