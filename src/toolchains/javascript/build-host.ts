/**
 * The engine's surroundings while an image is built: the clock stands still, randomness has a fixed
 * seed, and what would differ from one instance to the next is refused.
 */
import { type EngineFunctionName, engineFunctions } from "../../contracts/engine-interface.ts";
import type { Box, QuickJs } from "./quickjs.ts";

/** Something that only an instance can answer was asked for during pre-initialisation. */
export class NotYetKnown extends Error {
  /** What was asked for, such as "the clock". */
  readonly what: string;
  /** The stack in lines of the bundle. */
  readonly frames: string;

  constructor(what: string, frames: string) {
    super(`${what} is not known yet`);
    this.name = "NotYetKnown";
    this.what = what;
    this.frames = frames;
  }
}

/** The program runs on and on; an instance may do that, a build may not. */
export class TakesTooLong extends NotYetKnown {
  constructor(frames: string) {
    super("more time than a build gives it", frames);
    this.name = "TakesTooLong";
  }
}

/** 2024-01-01T00:00:00Z in nanoseconds. */
const buildTime = 1_704_067_200_000_000_000n;

/** Calls of the interrupt handler until a program takes too long: some seconds. */
const interruptLimit = 12_000;

/** What a refused function is for, in the words of a message. */
const purposes: Partial<Record<EngineFunctionName, string>> = {
  exit: "the end of the instance",
  monotonicTime: "the clock",
  wallTime: "the clock",
  random: "random numbers",
  setDeadline: "a timer",
  arguments: "its arguments",
  environment: "the environment",
  facts: "the instance's facts",
};

const functionNames = Object.keys(engineFunctions) as EngineFunctionName[];

/** The key of a host function: one character, whose code is the function's number and one. */
export function hostFunctionKey(number: number): string {
  return String.fromCharCode(number + 1);
}

/** A rejection that nobody has handled so far, by the address of its promise. */
interface Rejection {
  readonly promise: Box;
  readonly reason: Box;
}

/** The imports of the engine's module during a build. */
export class BuildHost {
  /** What `log` was given: stream and text. */
  readonly output: (readonly [stream: number, text: string])[] = [];
  /** What runs: engine and library may read the clock; a rehearsal is told anything. */
  phase: "library" | "program" | "rehearsal" = "library";
  #attached: QuickJs | undefined;
  readonly #rejections: Rejection[] = [];
  #interrupts = 0;

  /** Gives the host its engine, which exists only once the module is instantiated. */
  attach(engine: QuickJs): void {
    this.#attached = engine;
  }

  /** The import object of the engine's module. */
  get imports(): WebAssembly.Imports {
    return {
      env: {
        host_call: (name: number, _length: number, _self: number, count: number, list: number) =>
          this.#call(name, count, list),
        host_interrupt: () => this.#interrupt(),
        host_promise_rejection: (promise: Box, reason: Box, isHandled: number) =>
          this.#track(promise, reason, isHandled !== 0),
        host_module_normalize: () => 0,
        host_module_load: () => 0,
        host_get_timezone_offset: () => 0,
      },
      wasi_snapshot_preview1: {
        clock_time_get: (_clock: number, _precision: bigint, result: number) =>
          this.#giveTime(result),
        random_get: (pointer: number, length: number) => {
          this.#engine().bytes(pointer, length).fill(0x5a);
          return 0;
        },
        fd_write: () => 0,
        fd_close: () => 8,
        fd_fdstat_get: () => 8,
        fd_seek: () => 8,
      },
    };
  }

  /** The reason of the first rejection that nobody has handled. */
  get unhandledReason(): Box | undefined {
    return this.#rejections[0]?.reason;
  }

  #call(name: number, count: number, list: number): number {
    const engine = this.#engine();
    const number = (engine.bytes(name, 1)[0] ?? 0) - 1;
    const called = functionNames[number];
    if (called === undefined) throw new NotYetKnown("Math.random", engine.currentStack());
    if (this.phase === "rehearsal") return this.#makeUp(called, count, list);
    if (called !== "log") {
      const stack = engine.currentStack();
      if (this.phase === "program") {
        throw new NotYetKnown(purposes[called] ?? "the network or files", stack);
      }
      throw new Error(`the library calls ${called} while it loads\n${stack}`);
    }
    if (count >= 2) {
      const stream = engine.number(engine.argument(list, 0));
      this.output.push([stream, engine.text(engine.argument(list, 1))]);
    }
    return engine.undefinedValue();
  }

  #engine(): QuickJs {
    if (this.#attached === undefined) throw new Error("the engine is not there yet");
    return this.#attached;
  }

  /** An answer of the right kind, for a rehearsal whose result nobody keeps. */
  #makeUp(called: EngineFunctionName, count: number, list: number): Box {
    const engine = this.#engine();
    switch (called) {
      case "log":
      case "setDeadline":
        return engine.undefinedValue();
      case "random": {
        const length = count > 0 ? engine.number(engine.argument(list, 0)) : 0;
        return engine.newArrayBuffer(new Uint8Array(length));
      }
      case "arguments":
      case "environment":
        return engine.newArray();
      case "facts":
        return engine.newString("{}");
      default:
        return engine.newNumber(0);
    }
  }

  #giveTime(result: number): number {
    const engine = this.#engine();
    if (this.phase === "program") throw new NotYetKnown("the clock", engine.currentStack());
    new DataView(engine.bytes(result, 8).buffer).setBigUint64(result, buildTime, true);
    return 0;
  }

  #interrupt(): number {
    this.#interrupts++;
    if (this.#interrupts > interruptLimit) throw new TakesTooLong(this.#engine().currentStack());
    return 0;
  }

  /** Every rejection is announced without a handler first; the boxes are the host's to free. */
  #track(promise: Box, reason: Box, isHandled: boolean): void {
    const engine = this.#engine();
    if (!isHandled) {
      this.#rejections.push({ promise, reason });
      return;
    }
    const known = this.#rejections.findIndex((each) => engine.isSame(each.promise, promise));
    for (const { promise: first, reason: second } of this.#rejections.splice(
      known,
      known < 0 ? 0 : 1,
    )) {
      engine.free(first);
      engine.free(second);
    }
    engine.free(promise);
    engine.free(reason);
  }
}
