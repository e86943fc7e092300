import { trapKinds } from "../contracts/traps.ts";
import type { PreparedApp } from "./app-module.ts";

/** V8's messages (src/common/message-template.h, kTrap...) and the traps they mean. */
const v8Traps: readonly (readonly [RegExp, keyof typeof trapKinds])[] = [
  [/^unreachable/, "unreachable"],
  [/^(divide|remainder) by zero/, "divideByZero"],
  [/^divide result unrepresentable/, "integerOverflow"],
  [/^float unrepresentable in integer range/, "invalidConversion"],
  [/^(memory access|data segment) out of bounds/, "memoryOutOfBounds"],
  [/^table access out of bounds|^element segment/, "tableOutOfBounds"],
  [/^table index is out of bounds/, "undefinedElement"],
  [/^null function or function signature mismatch/, "indirectCallType"],
  [/^operation does not support unaligned accesses/, "unalignedAtomic"],
  [/^rethrowing null value/, "nullException"],
  [/^dereferencing a null/, "uninitializedElement"],
];

const frameLimit = 32;

/** Frames that V8 is asked to keep: enough to count what is left out. */
const keptFrames = 10_000;

/** Makes V8 keep whole stacks while `run` runs. */
export function keepingStacks<Result>(run: () => Result): Result {
  const before = Error.stackTraceLimit;
  Error.stackTraceLimit = keptFrames;
  try {
    return run();
  } finally {
    Error.stackTraceLimit = before;
  }
}

/** Which TypeScript's declarations do not know yet. */
const exceptionClass: unknown = Reflect.get(WebAssembly, "Exception");

/** The report of a trap as every platform writes it; undefined when `error` is none. */
export function describeTrap(error: unknown, app: PreparedApp): string | undefined {
  const kind = kindOf(error);
  if (typeof exceptionClass === "function" && error instanceof exceptionClass) {
    return `tsuki: trap: ${trapKinds.uncaughtException.message}\n`;
  }
  if (kind === undefined || !(error instanceof Error)) return undefined;
  const frames = (error.stack ?? "").split("\n").flatMap((line) => describeFrame(line, app));
  const lines = frames.slice(0, frameLimit);
  if (frames.length > frameLimit) lines.push(`    ... ${frames.length - frameLimit} more`);
  return `${[`tsuki: trap: ${trapKinds[kind].message}`, ...lines].join("\n")}\n`;
}

function kindOf(error: unknown): keyof typeof trapKinds | undefined {
  if (error instanceof RangeError && error.message === "Maximum call stack size exceeded") {
    return "stackOverflow";
  }
  if (!(error instanceof WebAssembly.RuntimeError)) return undefined;
  return v8Traps.find(([pattern]) => pattern.test(error.message))?.[1] ?? "machineFault";
}

/** `    at name+0x1c` for a frame of WebAssembly, nothing for one of JavaScript. */
function describeFrame(line: string, app: PreparedApp): string[] {
  const frame = /^ +at (?:(.*) \()?wasm:\/\/[^ ]*:wasm-function\[(\d+)\]:0x([0-9a-f]+)\)?$/.exec(
    line,
  );
  if (frame === null) return [];
  const [, name = "", index = "", offset = ""] = frame;
  const shown =
    name.replace(/^.*\.(?=src\/kernel\/)/, "") ||
    app.exportName(Number(index)) ||
    `function ${index}`;
  // V8 does not say which module a frame is of; the kernel's functions are named by their files.
  const start = name.includes("src/kernel/") ? undefined : app.functionOffset(Number(index));
  const distance = start === undefined ? undefined : Number.parseInt(offset, 16) - start;
  return [`    at ${shown}${distance === undefined ? "" : `+0x${distance.toString(16)}`}`];
}
