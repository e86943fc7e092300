/**
 * A world of V8's in which a program finds what it finds in an image and nothing else: ECMAScript as
 * far as the image's engine has it, the library, and the functions of the engine interface.
 */
import {
  type Context,
  createContext,
  runInContext,
  SourceTextModule,
  type Module as VirtualModule,
} from "node:vm";
import {
  bundleName,
  engineFunctions,
  engineGlobal,
  engineProperties,
} from "../../../contracts/engine-interface.ts";

/** A program, bundled into one module. */
export interface Script {
  readonly code: string;
  /** The map of its lines (toolchains/javascript/line-map.ts). */
  readonly lines: Uint8Array;
}

/** Answers a call of the engine interface. */
export type Answer = (number: number, values: readonly unknown[]) => unknown;

/** What the image's engine has: names by the path of what has them, "" being the global object. */
export type EngineNames = Readonly<Record<string, string>>;

const libraryName = "tsuki:library";

/** Runs in the realm, so that nothing that it makes leads out of it. */
const foundation = `(call, report, names, hidden) => {
  const functions = Object.fromEntries(
    names.map((name, number) => [name, { [name]: (...values) => call(number, values) }[name]]),
  );
  Object.defineProperty(globalThis, hidden, { value: functions, enumerable: false });
  const queueMicrotask = (callback) => {
    if (typeof callback !== "function") throw new TypeError("not a function");
    Promise.resolve().then(() => {
      try {
        callback();
      } catch (error) {
        report(error);
      }
    });
  };
  const toString = Function.prototype.toString;
  Object.defineProperty(Function.prototype, "toString", {
    writable: true,
    configurable: true,
    value: {
      toString() {
        return toString.call(this) && \`function \${this.name}() {\\n    [native code]\\n}\`;
      },
    }.toString,
  });
  Error.prepareStackTrace = (error, frames) =>
    frames
      .filter((frame) => /^tsuki:/.test(frame.getFileName() ?? ""))
      .map((frame) => "    at " + frame + "\\n")
      .join("");
  Object.defineProperty(globalThis, "queueMicrotask", {
    value: queueMicrotask, writable: true, configurable: true, enumerable: false,
  });
  return { makeArray: () => [], makeBuffer: (length) => new ArrayBuffer(length) };
}`;

/** Takes away what V8 has and the engine has not. */
const restriction = `(names) => {
  for (const [path, text] of Object.entries(names)) {
    const known = text.split(" ");
    let holder = globalThis;
    for (const part of path === "" ? [] : path.split(".")) holder = holder?.[part];
    if ((typeof holder !== "object" && typeof holder !== "function") || holder === null) continue;
    for (const key of Reflect.ownKeys(holder)) {
      if (typeof key === "string" && !known.includes(key)) Reflect.deleteProperty(holder, key);
    }
  }
}`;

interface Foundation {
  readonly makeArray: () => unknown[];
  readonly makeBuffer: (length: number) => ArrayBuffer;
}

/** One such world, with the library in it. */
export class Realm {
  readonly global: unknown;
  readonly makeArray: () => unknown[];
  readonly makeBuffer: (length: number) => ArrayBuffer;
  /** The map of the program's lines; an ArrayBuffer once there is a program. */
  lines: unknown;
  readonly #context: Context;
  readonly #failures: unknown[] = [];
  #answer: Answer = () => undefined;
  #program: VirtualModule | undefined;

  private constructor(names: EngineNames) {
    // What the global object inherits from an object of ours would be ours.
    this.#context = createContext(Object.create(null) as object, {
      codeGeneration: { strings: true, wasm: false },
    });
    this.global = runInContext("globalThis", this.#context);
    (this.#run(restriction) as (names: EngineNames) => void)(names);
    const build = this.#run(foundation) as (...values: unknown[]) => Foundation;
    const call: Answer = (number, values) => this.#answer(number, values);
    const report = (error: unknown) => void this.#failures.push(error);
    const { makeArray, makeBuffer } = build(
      call,
      report,
      Object.keys(engineFunctions),
      engineGlobal,
    );
    this.makeArray = makeArray;
    this.makeBuffer = makeBuffer;
  }

  /** A realm with the library, which `library` is one module of. */
  static async open(library: string, names: EngineNames): Promise<Realm> {
    const realm = new Realm(names);
    const module = await realm.#link(library, libraryName);
    await module.evaluate();
    return realm;
  }

  /** Names the one that answers calls of the engine interface. */
  onCall(answer: Answer): void {
    this.#answer = answer;
  }

  /** Takes a program in, which is not evaluated yet. Throws a SyntaxError. */
  async load({ code, lines }: Script): Promise<void> {
    const buffer = this.makeBuffer(lines.length);
    new Uint8Array(buffer).set(lines);
    this.lines = buffer;
    this.#hide(engineProperties.lines, buffer);
    this.#hide(engineProperties.program, this.makeBuffer(1));
    this.#program = await this.#link(code, bundleName);
  }

  /** Evaluates the program; resolves with its exports. */
  async evaluate(): Promise<unknown> {
    await this.#program?.evaluate();
    return this.#program?.namespace;
  }

  /** Runs promise jobs until there are none; whether one of `queueMicrotask`'s has thrown. */
  runJobs(): boolean {
    // Node runs jobs, and then says which rejections nobody handles, only between its events, of which
    // there are none while the kernel runs.
    const runNodeJobs: unknown = Reflect.get(process, "_tickCallback");
    if (typeof runNodeJobs === "function") Reflect.apply(runNodeJobs, process, []);
    return this.#failures.length > 0;
  }

  /** What a job has thrown. */
  takeFailure(): unknown {
    return this.#failures.shift();
  }

  async #link(code: string, identifier: string): Promise<VirtualModule> {
    const module = new SourceTextModule(code, { context: this.#context, identifier });
    await module.link((specifier) => {
      throw new Error(`${specifier} was not bundled`);
    });
    return module;
  }

  #hide(name: string, value: unknown): void {
    const hidden: unknown = Reflect.get(this.global as object, engineGlobal);
    Reflect.set(hidden as object, name, value);
  }

  #run(code: string): unknown {
    return runInContext(code, this.#context);
  }
}
