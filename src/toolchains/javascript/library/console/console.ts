/** Console Standard, over the instance's two output streams. */
import { engine } from "../engine.ts";
import { now } from "../instance/clock.ts";
import { format, formatWithOptions } from "./format.ts";
import { inspect } from "./inspect.ts";
import type { InspectOptions } from "./inspection.ts";
import { formatTable } from "./table.ts";

const output = 1;
const errors = 2;
type Stream = typeof output | typeof errors;

let indentation = "";
const counts = new Map<string, number>();
const timers = new Map<string, number>();

function print(stream: Stream, ...values: readonly unknown[]): void {
  const [only] = values;
  const text = values.length === 1 && typeof only === "string" ? only : format(...values);
  const indented =
    indentation === "" ? text : indentation + text.replaceAll("\n", `\n${indentation}`);
  engine.log(stream, `${indented}\n`);
}

function elapsed(label: string): string | undefined {
  const started = timers.get(label);
  if (started === undefined) {
    print(errors, `Warning: No such label '${label}' for console.time()`);
    return undefined;
  }
  const milliseconds = now() - started;
  return milliseconds < 1000
    ? `${milliseconds.toFixed(3)}ms`
    : `${(milliseconds / 1000).toFixed(3)}s`;
}

function trace(...values: readonly unknown[]): void {
  const holder: { stack?: string } = {};
  Error.captureStackTrace(holder, trace);
  const message = values.length === 0 ? "Trace" : `Trace: ${format(...values)}`;
  print(errors, "%s\n%s", message, holder.stack?.trimEnd() ?? "");
}

function group(...values: readonly unknown[]): void {
  if (values.length > 0) print(output, ...values);
  indentation += "  ";
}

/** Console, 1: what programs say to people. */
export const console = {
  log: (...values: readonly unknown[]): void => print(output, ...values),
  info: (...values: readonly unknown[]): void => print(output, ...values),
  debug: (...values: readonly unknown[]): void => print(output, ...values),
  warn: (...values: readonly unknown[]): void => print(errors, ...values),
  error: (...values: readonly unknown[]): void => print(errors, ...values),
  trace,
  assert(condition?: unknown, ...values: readonly unknown[]): void {
    if (condition) return;
    const [first, ...others] = values;
    if (values.length === 0) print(errors, "Assertion failed");
    else if (typeof first === "string") print(errors, `Assertion failed: ${first}`, ...others);
    else print(errors, "Assertion failed:", ...values);
  },
  dir: (value: unknown, options: InspectOptions = {}): void =>
    print(output, "%s", inspect(value, options)),
  dirxml: (...values: readonly unknown[]): void => print(output, ...values),
  table(data: unknown, columns?: readonly string[]): void {
    print(output, formatTable(data, columns) ?? formatWithOptions({}, data));
  },
  group,
  groupCollapsed: group,
  groupEnd(): void {
    indentation = indentation.slice(2);
  },
  count(label: unknown = "default"): void {
    const name = String(label);
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    print(output, `${name}: ${count}`);
  },
  countReset(label: unknown = "default"): void {
    counts.delete(String(label));
  },
  time(label: unknown = "default"): void {
    timers.set(String(label), now());
  },
  timeLog(label: unknown = "default", ...values: readonly unknown[]): void {
    const text = elapsed(String(label));
    if (text !== undefined) print(output, `${String(label)}: ${text}`, ...values);
  },
  timeEnd(label: unknown = "default"): void {
    const text = elapsed(String(label));
    if (text !== undefined) print(output, `${String(label)}: ${text}`);
    timers.delete(String(label));
  },
  clear(): void {
    // There is no screen.
  },
};
