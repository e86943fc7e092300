/** Console, 2.2: formats like printf's. */
import { inspect } from "./inspect.ts";
import type { InspectOptions } from "./inspection.ts";

/** Values in one text: the first may be a format, the others stand behind it. */
export function format(...values: readonly unknown[]): string {
  return formatWithOptions({}, ...values);
}

/** The same with options for objects. */
export function formatWithOptions(options: InspectOptions, ...values: readonly unknown[]): string {
  const [first, ...others] = values;
  if (typeof first !== "string") return values.map((value) => plain(value, options)).join(" ");
  if (others.length === 0) return first;
  let next = 0;
  const text = first.replace(/%[sdifjoOc%]/g, (directive) => {
    if (directive === "%%") return "%";
    if (next >= others.length) return directive;
    return formatOne(directive, others[next++], options);
  });
  return [text, ...others.slice(next).map((value) => plain(value, options))].join(" ");
}

function plain(value: unknown, options: InspectOptions): string {
  return typeof value === "string" ? value : inspect(value, options);
}

function formatOne(directive: string, value: unknown, options: InspectOptions): string {
  switch (directive) {
    case "%s":
      return formatText(value, options);
    case "%d":
      return formatNumber(value, Number);
    case "%i":
      return formatNumber(value, (each) => Number.parseInt(String(each), 10));
    case "%f":
      return typeof value === "symbol" ? "NaN" : String(Number.parseFloat(String(value)));
    case "%j":
      return toJson(value);
    case "%o":
      return inspect(value, { ...options, showHidden: true, depth: 4 });
    case "%O":
      return inspect(value, options);
    default:
      return ""; // %c: styles are for browsers
  }
}

function formatText(value: unknown, options: InspectOptions): string {
  if (typeof value === "bigint") return `${value}n`;
  if (Object.is(value, -0)) return "-0";
  if (typeof value !== "object" || value === null) return String(value);
  // oxlint-disable-next-line typescript/no-base-to-string -- it has a text of its own
  return hasUserText(value) ? String(value) : inspect(value, { ...options, depth: 0, compact: 3 });
}

/** Whether a class of the program's says what its objects are as text. */
function hasUserText(value: object): boolean {
  if (value instanceof Error) return false;
  const method: unknown = Reflect.get(value, "toString");
  return (
    typeof method === "function" &&
    method !== Object.prototype.toString &&
    method !== Array.prototype.toString &&
    !(value instanceof Date)
  );
}

function formatNumber(value: unknown, convert: (value: unknown) => number): string {
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "symbol") return "NaN";
  if (typeof value === "object" && convert === Number) return "NaN";
  const number = convert(value);
  return Object.is(number, -0) ? "-0" : String(number);
}

function toJson(value: unknown): string {
  try {
    return String(JSON.stringify(value));
  } catch (error) {
    if (error instanceof TypeError && /circular/i.test(error.message)) return "[Circular]";
    throw error;
  }
}
