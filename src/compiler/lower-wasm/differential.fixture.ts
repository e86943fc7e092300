import type { TrapKind } from "../../contracts/traps.ts";
import { bitsOfFloat, floatOfBits } from "../ssa/bits.ts";
import type { SsaFunction } from "../ssa/function.ts";
import { InterpretedTrap } from "../ssa/interpreter.ts";
import { Space, ValueType } from "../ssa/operations.ts";
import {
  type FunctionType,
  functionTypeOf,
  type Module,
  type WasmExport,
  WasmType,
  type WasmTypeId,
} from "../wasm/module.ts";
import {
  type ImportedFunction,
  type Imports,
  InterpretedProgram,
  OutOfFuel,
} from "./interpreted-program.fixture.ts";

/** Messages of V8 for each trap. */
const trapMessages: Partial<Record<TrapKind, RegExp>> = {
  unreachable: /unreachable/,
  divideByZero: /(divide|remainder) by zero/,
  integerOverflow: /divide result unrepresentable|float unrepresentable/,
  invalidConversion: /float unrepresentable/,
  memoryOutOfBounds: /memory access out of bounds|data segment .*out of bounds/,
  tableOutOfBounds: /table index is out of bounds|table access out of bounds|element segment/,
  undefinedElement: /table index is out of bounds/,
  uninitializedElement: /null function or function signature mismatch/,
  indirectCallType: /null function or function signature mismatch/,
};

/** One call to make on both sides; arguments are bits. */
export interface Call {
  readonly name: string;
  readonly values: readonly bigint[];
}

/** What a comparison did: how many calls ended alike, and whether it had to stop early. */
export interface Comparison {
  readonly returned: number;
  readonly trapped: number;
  readonly isCutShort: boolean;
}

/** V8 and the interpreter disagree; the message says where. */
class Difference extends Error {
  readonly code = "difference";
}

type Outcome =
  | { readonly kind: "values"; readonly texts: readonly string[] }
  | { readonly kind: "trap"; readonly trap: string }
  | { readonly kind: "limit" };

/** Runs a module in V8 and, lowered, in the interpreter: both must do the same. */
export class DifferentialRun {
  readonly program: InterpretedProgram;
  /** Undefined where the module's start traps, on both sides. */
  private readonly instance: WebAssembly.Instance | undefined;
  private readonly interpretedLog: string[] = [];
  private readonly nativeLog: string[] = [];
  private readonly module: Module;
  /** Exported memories and globals. */
  private readonly stateful: readonly WasmExport[];

  constructor(
    bytes: Uint8Array<ArrayBuffer>,
    pass?: (fn: SsaFunction) => void,
    { globals = {}, checksMemory }: Pick<Imports, "globals"> & { checksMemory?: boolean } = {},
  ) {
    const functions: Record<string, ImportedFunction> = {};
    const imports: Record<string, Record<string, unknown>> = {};
    this.program = new InterpretedProgram(bytes, { functions, globals }, pass, checksMemory);
    this.module = this.program.module;
    this.stateful = this.module.exports.filter(({ kind }) => kind !== "function");
    this.module.functions.forEach(({ import: name }, index) => {
      if (name === undefined) return;
      const type = functionTypeOf(this.module, index);
      const label = `${name.module}.${name.name}`;
      functions[label] = (...values) => {
        this.interpretedLog.push(`${label}(${texts(type.parameters, values).join(", ")})`);
        return type.results.map(() => 0n);
      };
      imports[name.module] ??= {};
      (imports[name.module] as Record<string, unknown>)[name.name] = (...values: unknown[]) => {
        const bits = values.map((value, at) => bitsOfJs(type.parameters[at], value));
        this.nativeLog.push(`${label}(${texts(type.parameters, bits).join(", ")})`);
        return jsResult(type);
      };
    });
    this.module.globals.forEach(({ import: name, type }) => {
      if (name === undefined) return;
      imports[name.module] ??= {};
      const bits = globals[`${name.module}.${name.name}`] ?? 0n;
      (imports[name.module] as Record<string, unknown>)[name.name] = jsOfBits(type, bits);
    });
    this.instance = this.instantiate(new WebAssembly.Module(bytes), imports);
  }

  private instantiate(
    module: WebAssembly.Module,
    imports: WebAssembly.Imports,
  ): WebAssembly.Instance | undefined {
    const interpreted = outcomeOf(() => {
      this.program.initialize();
      return [];
    });
    if (interpreted.kind === "limit") return undefined;
    let instance: WebAssembly.Instance | undefined;
    const native = outcomeOf(() => {
      instance = new WebAssembly.Instance(module, imports);
      return [];
    });
    if (!isSameOutcome(interpreted, native)) {
      throw new Difference(`start: ${JSON.stringify({ interpreted, native })}`);
    }
    return instance;
  }

  /** Makes the calls on both sides; throws a `Difference` at the first disagreement. */
  compare(calls: readonly Call[]): Comparison {
    let returned = 0;
    let trapped = 0;
    if (this.instance === undefined) return { returned, trapped, isCutShort: true };
    for (const call of calls) {
      const outcome = this.compareCall(call);
      if (outcome.kind === "limit") return { returned, trapped, isCutShort: true };
      if (outcome.kind === "trap") trapped++;
      else returned++;
      this.compareState(call);
    }
    return { returned, trapped, isCutShort: false };
  }

  private compareCall(call: Call): Outcome {
    const type = this.typeOfExport(call.name);
    const interpreted = this.runInterpreted(call, type);
    if (interpreted.kind === "limit") return interpreted;
    const native = this.runNative(call, type);
    if (native.kind === "limit") return native;
    if (!isSameOutcome(interpreted, native)) {
      const told = JSON.stringify({ interpreted, native });
      throw new Difference(`${call.name}(${call.values.join(", ")}): ${told}`);
    }
    return interpreted;
  }

  private runInterpreted(call: Call, type: FunctionType): Outcome {
    return outcomeOf(() => texts(type.results, this.program.call(call.name, call.values)));
  }

  private runNative(call: Call, type: FunctionType): Outcome {
    const entry = this.instance?.exports[call.name] as (...values: unknown[]) => unknown;
    const values = call.values.map((bits, at) => jsOfBits(type.parameters[at], bits));
    return outcomeOf(() => {
      const result = entry(...values);
      const results = type.results.length > 1 ? (result as unknown[]) : [result];
      const bits = type.results.map((each, at) => bitsOfJs(each, results[at]));
      return texts(type.results, bits);
    });
  }

  private compareState(call: Call): void {
    const where = `after ${call.name}(${call.values.join(", ")})`;
    const at = this.nativeLog.findIndex((line, index) => line !== this.interpretedLog[index]);
    if (at >= 0 || this.nativeLog.length !== this.interpretedLog.length) {
      const told = `${this.interpretedLog[at]} and natively ${this.nativeLog[at]}`;
      throw new Difference(`${where}: calls of imports differ: ${told}`);
    }
    for (const { index, kind, name } of this.stateful) {
      const item = this.instance?.exports[name];
      if (kind === "memory" && item instanceof WebAssembly.Memory) {
        const native = Buffer.from(item.buffer);
        const interpreted = this.program.memory.bytes(Space.app);
        if (!native.equals(Buffer.from(interpreted.buffer)))
          throw new Difference(`${where}: memories differ`);
      }
      if (kind === "global") {
        const type = this.module.globals[index]?.type;
        const native = text(type, bitsOfJs(type, (item as { value: unknown }).value));
        const interpreted = text(type, this.program.global(index));
        if (native !== interpreted) throw new Difference(`${where}: global ${name} differs`);
      }
    }
  }

  private typeOfExport(name: string): FunctionType {
    return functionTypeOf(this.module, this.program.exportIndex(name));
  }
}

function outcomeOf(run: () => readonly string[]): Outcome {
  try {
    return { kind: "values", texts: run() };
  } catch (error) {
    if (error instanceof InterpretedTrap) return { kind: "trap", trap: error.kind };
    if (error instanceof WebAssembly.RuntimeError) return { kind: "trap", trap: error.message };
    const isStackFull = error instanceof RangeError && error.message.includes("call stack");
    if (error instanceof OutOfFuel || isStackFull) return { kind: "limit" };
    throw error;
  }
}

function isSameOutcome(interpreted: Outcome, native: Outcome): boolean {
  if (interpreted.kind === "trap" && native.kind === "trap") {
    return trapMessages[interpreted.trap as TrapKind]?.test(native.trap) === true;
  }
  return JSON.stringify(interpreted) === JSON.stringify(native);
}

function texts(types: readonly WasmTypeId[], values: readonly bigint[]): string[] {
  return types.map((type, index) => text(type, values[index] ?? 0n));
}

/** Values as text, so that all NaNs are alike: V8 does not keep their payloads. */
function text(type: WasmTypeId | undefined, bits: bigint): string {
  switch (type) {
    case WasmType.f32:
      return floatText(floatOfBits(ValueType.f32, bits));
    case WasmType.f64:
      return floatText(floatOfBits(ValueType.f64, bits));
    case WasmType.funcref:
      return bits === 0n ? "null" : "function";
    default:
      return bits.toString();
  }
}

function floatText(value: number): string {
  return Object.is(value, -0) ? "-0" : String(value);
}

function jsOfBits(type: WasmTypeId | undefined, bits: bigint): unknown {
  switch (type) {
    case WasmType.i32:
      return Number(BigInt.asIntN(32, bits));
    case WasmType.i64:
      return BigInt.asIntN(64, bits);
    case WasmType.f32:
      return floatOfBits(ValueType.f32, bits);
    case WasmType.f64:
      return floatOfBits(ValueType.f64, bits);
    default:
      return null;
  }
}

function bitsOfJs(type: WasmTypeId | undefined, value: unknown): bigint {
  switch (type) {
    case WasmType.i32:
      return BigInt.asUintN(32, BigInt(value as number));
    case WasmType.i64:
      return BigInt.asUintN(64, value as bigint);
    case WasmType.f32:
      return bitsOfFloat(ValueType.f32, value as number);
    case WasmType.f64:
      return bitsOfFloat(ValueType.f64, value as number);
    default:
      return value === null ? 0n : 1n;
  }
}

function jsResult(type: FunctionType): unknown {
  const zeros = type.results.map((each) => jsOfBits(each, 0n));
  return zeros.length > 1 ? zeros : zeros[0];
}

/** Calls of every exported function with numbers from a seeded generator. */
export function randomCalls(module: Module, seed: number, rounds: number): Call[] {
  const next = generator(seed);
  const entries = module.exports.filter(({ kind }) => kind === "function");
  return Array.from({ length: rounds }, () =>
    entries.map(({ index, name }) => ({
      name,
      values: functionTypeOf(module, index).parameters.map((type) => randomBits(type, next)),
    })),
  ).flat();
}

const interesting32 = [0n, 1n, 2n, 31n, 32n, 0x7fff_ffffn, 0x8000_0000n, 0xffff_ffffn, 0xffffn, 7n];
const interesting64 = [0n, 1n, 63n, 64n, 1n << 63n, (1n << 63n) - 1n, (1n << 64n) - 1n, 1n << 32n];
const interestingFloats = [
  0, -0, 1, -1, 0.5, 1.5, 2.5, 2147483648, 4294967295, 9.3e18, 1e300, 1e-310,
];

function randomBits(type: WasmTypeId, next: () => number): bigint {
  const pick = <Item>(items: readonly Item[]) => items[next() % items.length] as Item;
  const wide = (BigInt(next()) << 32n) | BigInt(next());
  const isInteresting = next() % 2 === 0;
  switch (type) {
    case WasmType.i32:
      return isInteresting ? pick(interesting32) : BigInt(next());
    case WasmType.i64:
      return isInteresting ? pick(interesting64) : wide;
    case WasmType.f32:
      return bitsOfFloat(ValueType.f32, isInteresting ? pick(interestingFloats) : next() / 1000);
    case WasmType.f64:
      return bitsOfFloat(ValueType.f64, isInteresting ? pick(interestingFloats) : next() / 1000);
    default:
      return 0n;
  }
}

/** Numbers below 2^32 (xorshift). */
export function generator(seed: number): () => number {
  let state = seed | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}
