/** Runs programs in the engine with the library, as an instance does, against a host in memory. */
import { fileURLToPath } from "node:url";
import { bundleName, engineGlobal } from "../../../contracts/engine-interface.ts";
import { engineBase } from "../base.ts";
import { BuildHost } from "../build-host.ts";
import { bundleProgram } from "../bundle.ts";
import { type Box, ProgramError, QuickJs } from "../quickjs.ts";
import type { Exchange, HostScript } from "./fake-host.fixture.ts";

const folder = fileURLToPath(new URL(".", import.meta.url));
const hostFile = fileURLToPath(new URL("fake-host.fixture.ts", import.meta.url));
const mostSteps = 20_000;
const reportStream = 3;

/** What a run has left behind. */
export interface EngineRun {
  /** What went to standard output and to standard error. */
  readonly output: string;
  readonly errors: string;
  /** What the program gave to the global function `report`. */
  readonly reports: readonly unknown[];
  readonly exchanges: readonly Exchange[];
  /** What each connection of the program's sent. */
  readonly sent: readonly string[];
  readonly files: Readonly<Record<string, string>>;
  /** The status that the program ended with, if it did by itself. */
  readonly status: number | undefined;
}

/** Runs a program, given by its file, until nothing is left to do. */
export async function runInEngine(file: string, script: HostScript = {}): Promise<EngineRun> {
  const base = await engineBase();
  const [host, program] = await Promise.all([
    bundleProgram(hostFile, folder),
    bundleProgram(file, folder),
  ]);
  const functions = new BuildHost();
  const module = new WebAssembly.Module(base);
  const engine = new QuickJs(new WebAssembly.Instance(module, functions.imports));
  functions.attach(engine);
  return new Run(engine, functions, script).run(host.code, program.code);
}

/** One run; the engine is reached by modules of one line. */
class Run {
  readonly #quickJs: QuickJs;
  readonly #functions: BuildHost;
  readonly #script: HostScript;

  constructor(quickJs: QuickJs, functions: BuildHost, script: HostScript) {
    this.#quickJs = quickJs;
    this.#functions = functions;
    this.#script = script;
  }

  run(host: string, program: string): EngineRun {
    this.#evaluate(host, "test:host");
    const script = JSON.stringify(JSON.stringify(this.#script));
    this.#evaluate(`globalThis.host = new FakeHost(JSON.parse(${script}));
      globalThis.report = (...values) => ${engineGlobal}.log(3, JSON.stringify(values));
      ${engineGlobal}.dispatch(0, 0, 0);`);
    const exports = this.#evaluate(program, bundleName);
    const steps = this.#quickJs.compile("host.step()", "test:step");
    this.#stepUntilSettled(exports, steps);
    if (!this.#hasEnded()) this.#callMain(exports);
    for (let step = 0; step < mostSteps && !this.#isDone(); step++) this.#step(steps);
    return this.#result();
  }

  #callMain(promise: Box): void {
    const exports = this.#quickJs.promiseResult(promise);
    this.#quickJs.setProperty(this.#quickJs.global(), "programExports", exports);
    this.#evaluate(`${engineGlobal}.main(programExports)`);
  }

  #stepUntilSettled(promise: Box, steps: Uint8Array): void {
    for (let step = 0; step < mostSteps; step++) {
      const state = this.#quickJs.promiseState(promise);
      if (state === "fulfilled") return;
      if (state === "rejected" && this.#hasEnded()) return;
      if (state === "rejected") throw this.#quickJs.describe(this.#quickJs.promiseResult(promise));
      if (this.#isDone()) throw new Error("a top-level await never settles");
      this.#step(steps);
    }
  }

  #result(): EngineRun {
    this.#evaluate(`report({ status: host.status, exchanges: host.exchanges,
      sent: host.connections.map(({ sent }) => sent), files: Object.fromEntries(host.files) })`);
    const written = (stream: number): string[] =>
      this.#functions.output.filter(([each]) => each === stream).map(([, text]) => text);
    const reports = written(reportStream).map((text) => JSON.parse(text) as unknown[]);
    const [last] = reports.pop() ?? [];
    return {
      output: written(1).join(""),
      errors: written(2).join(""),
      reports: reports.map((values) => (values.length === 1 ? values[0] : values)),
      ...(last as Pick<EngineRun, "exchanges" | "sent" | "files" | "status">),
    };
  }

  #isDone(): boolean {
    const host = this.#quickJs.property(this.#quickJs.global(), "host");
    return this.#quickJs.text(this.#quickJs.property(host, "isDone")) === "true";
  }

  /** Whether the program has asked for the end, which in the host in memory is an exception. */
  #hasEnded(): boolean {
    const host = this.#quickJs.property(this.#quickJs.global(), "host");
    const status = this.#quickJs.property(host, "status");
    return this.#quickJs.text(status) !== "undefined";
  }

  #step(code: Uint8Array): void {
    this.#quickJs.evaluate(code);
    this.#quickJs.runJobs();
  }

  #evaluate(code: string, name = "test:line"): Box {
    const promise = this.#quickJs.evaluate(this.#quickJs.compile(code, name));
    this.#quickJs.runJobs();
    if (this.#quickJs.promiseState(promise) === "rejected" && !this.#hasEnded()) {
      const error = this.#quickJs.describe(this.#quickJs.promiseResult(promise));
      throw new ProgramError(`${error.text}\n${error.frames}`, error.frames);
    }
    return promise;
  }
}
