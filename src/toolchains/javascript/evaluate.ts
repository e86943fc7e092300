/** Makes engine modules: with the library evaluated, and with a program in it. */
import { setFlagsFromString } from "node:v8";
import { ByteWriter } from "../../compiler/bytes/writer.ts";
import {
  bundleName,
  type EngineFunctionName,
  engineFunctions,
  engineGlobal,
  engineProperties,
} from "../../contracts/engine-interface.ts";
import { engineSection } from "../../contracts/machine-interface.ts";
import { openForSnapshot, usualInitializers } from "../preinitialize/preinitialize.ts";
import { joinSections, splitSections, withCustomSection } from "../preinitialize/sections.ts";
import { BuildHost, hostFunctionKey, NotYetKnown } from "./build-host.ts";
import { type Box, QuickJs } from "./quickjs.ts";

const functionNames = Object.keys(engineFunctions) as EngineFunctionName[];

const libraryName = "tsuki:library";

/** A top-level await that nothing can settle any more. */
export class NeverSettles extends Error {
  constructor() {
    super("a top-level await never settles");
    this.name = "NeverSettles";
  }
}

/** The engine with its functions and the library: what every program begins with. */
export function makeBase(engine: Uint8Array, library: string): Uint8Array {
  const compiler = openEngine(engine);
  compiler.quickJs.initialize();
  const bytecode = compiler.quickJs.compile(library, libraryName);
  const { quickJs, host, snapshot } = openEngine(engine);
  quickJs.initialize();
  defineFunctions(quickJs);
  settle(quickJs, host, quickJs.evaluate(bytecode));
  const sections = splitSections(snapshot());
  return joinSections(withCustomSection(sections, engineSection, new Uint8Array(0)));
}

/** A program's bytecode. Throws a ProgramError. */
export function compileProgram(base: Uint8Array, code: string): Uint8Array {
  return takeEngine(base).quickJs.compile(code, bundleName);
}

/**
 * Evaluates a program into the base. Throws a ProgramError for what the program throws, a
 * NotYetKnown for what only an instance can know, or NeverSettles.
 */
export function evaluateProgram(
  base: Uint8Array,
  bytecode: Uint8Array,
  lines: Uint8Array,
): Uint8Array {
  const { quickJs, host, snapshot } = takeEngine(base);
  const random = quickJs.randomState();
  quickJs.watchInterrupts(true);
  host.phase = "program";
  const exports = settle(quickJs, host, quickJs.evaluate(bytecode));
  host.phase = "library";
  quickJs.watchInterrupts(false);
  if (quickJs.randomState() !== random) throw new NotYetKnown("random numbers", "");
  setHidden(quickJs, engineProperties.exports, exports);
  setHidden(quickJs, engineProperties.lines, quickJs.newArrayBuffer(lines));
  keepOutput(quickJs, host);
  return snapshot();
}

/** Names the stack at which a program first calls Math.random. */
export function findRandomCall(base: Uint8Array, bytecode: Uint8Array): string {
  try {
    const { quickJs, host } = openEngine(base);
    const math = quickJs.property(quickJs.global(), "Math");
    const key = hostFunctionKey(functionNames.length);
    quickJs.setProperty(math, "random", quickJs.newHostFunction(key, "random"));
    host.phase = "program";
    settle(quickJs, host, quickJs.evaluate(bytecode));
  } catch (error) {
    if (error instanceof NotYetKnown) return error.frames;
  }
  return "";
}

/** How long a program's evaluation takes here, in milliseconds, with made-up answers. */
export function rehearse(base: Uint8Array, bytecode: Uint8Array): number {
  const { quickJs, host } = openEngine(base);
  quickJs.watchInterrupts(true);
  host.phase = "rehearsal";
  const startedMs = performance.now();
  try {
    quickJs.evaluate(bytecode);
    quickJs.runJobs();
  } catch {
    // The answers were made up: up to here is what can be told.
  }
  return performance.now() - startedMs;
}

/** Puts a program into the base that is evaluated when an instance starts. */
export function embedProgram(
  base: Uint8Array,
  bytecode: Uint8Array,
  lines: Uint8Array,
): Uint8Array {
  const { quickJs, snapshot } = takeEngine(base);
  setHidden(quickJs, engineProperties.program, quickJs.newArrayBuffer(bytecode));
  setHidden(quickJs, engineProperties.lines, quickJs.newArrayBuffer(lines));
  return snapshot();
}

interface OpenEngine {
  readonly quickJs: QuickJs;
  readonly host: BuildHost;
  /** The module as it is now, garbage collected. */
  readonly snapshot: () => Uint8Array;
}

/** Engines opened ahead, while the bundler works; each serves once. */
const opened = new WeakMap<Uint8Array, OpenEngine[]>();

/**
 * How much code V8 runs before it optimises a function, in about bytes; its own limit is 1,800,000.
 * Most builds run the engine for some milliseconds, and to optimise it takes a hundred.
 */
const bytesBeforeOptimizing = 20_000_000;

/** Opens the engines that making one program needs: one compiles, one evaluates. */
export function prepareEngines(base: Uint8Array): void {
  setFlagsFromString(`--wasm-tiering-budget=${bytesBeforeOptimizing}`);
  opened.set(base, [openEngine(base), openEngine(base)]);
}

function takeEngine(base: Uint8Array): OpenEngine {
  return opened.get(base)?.pop() ?? openEngine(base);
}

function openEngine(module: Uint8Array): OpenEngine {
  const host = new BuildHost();
  const { imports } = host;
  const kept = openForSnapshot({ module, imports, initializers: usualInitializers });
  const engine = new QuickJs(kept.instance);
  host.attach(engine);
  const snapshot = () => {
    engine.tidy();
    return kept.snapshot();
  };
  return { quickJs: engine, host, snapshot };
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
