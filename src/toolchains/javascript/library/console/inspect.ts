/** Values as text for people, in the layout that Node's util.inspect has. */
import { describeContents } from "./contents.ts";
import { groupElements } from "./group-elements.ts";
import {
  type Contents,
  customInspect,
  type Inspection,
  type InspectOptions,
} from "./inspection.ts";
import { formatPrimitive } from "./primitives.ts";

function limit(value: number | null | undefined, usual: number): number {
  return value === null ? Number.POSITIVE_INFINITY : (value ?? usual);
}

/** A value as text. */
export function inspect(value: unknown, options: InspectOptions = {}): string {
  return describe(value, 0, {
    describe,
    depth: limit(options.depth, 2),
    breakLength: options.breakLength ?? 80,
    compact:
      typeof options.compact === "number" ? options.compact : options.compact === false ? 0 : 3,
    showHidden: options.showHidden ?? false,
    maxArrayLength: limit(options.maxArrayLength, 100),
    maxStringLength: limit(options.maxStringLength, 10_000),
    sorted: options.sorted ?? false,
    options,
    open: [],
    circular: new Map(),
    indentation: 0,
    lastDepth: 0,
  });
}

/** A value as text, at a depth of an inspection. */
function describe(value: unknown, depth: number, inspection: Inspection): string {
  if ((typeof value !== "object" && typeof value !== "function") || value === null) {
    return formatPrimitive(value, inspection);
  }
  const custom = describeItself(value, depth, inspection);
  if (custom !== undefined) return custom;
  if (inspection.open.includes(value)) {
    const number = inspection.circular.get(value) ?? inspection.circular.size + 1;
    inspection.circular.set(value, number);
    return `[Circular *${number}]`;
  }
  return describeObject(value, depth, inspection);
}

function describeObject(value: object, depth: number, inspection: Inspection): string {
  inspection.open.push(value);
  const contents = describeContents(value, depth, inspection);
  inspection.open.pop();
  const number = inspection.circular.get(value);
  if (typeof contents === "string") return contents;
  const reference = number === undefined ? "" : `<ref *${number}> `;
  if (contents.base !== "" && contents.entries.length === 0) return `${reference}${contents.base}`;
  return layOut({ ...contents, ...marked(contents, reference) }, depth, inspection);
}

function marked({ base, open }: Contents, reference: string): Pick<Contents, "base" | "open"> {
  return base === ""
    ? { base, open: `${reference}${open}` }
    : { base: `${reference}${base}`, open };
}

/** By the object's own method, if it has one. */
function describeItself(value: object, depth: number, inspection: Inspection): string | undefined {
  const method: unknown = Reflect.get(value, customInspect);
  if (typeof method !== "function") return undefined;
  const options = { ...inspection.options, depth: inspection.depth - depth, stylize: String };
  const result: unknown = Reflect.apply(method, value, [
    inspection.depth - depth,
    options,
    inspect,
  ]);
  if (result === value) return undefined;
  if (typeof result !== "object" && typeof result !== "function") {
    // oxlint-disable-next-line typescript/no-base-to-string -- it is no object
    return String(result).replaceAll("\n", `\n${" ".repeat(inspection.indentation)}`);
  }
  return describe(result, depth, inspection);
}

/** On one line if it is short and not deep, otherwise a line for each entry. */
function layOut(contents: Contents, depth: number, inspection: Inspection): string {
  const { base, open, close, isArray } = contents;
  const before = base === "" ? "" : `${base} `;
  if (contents.entries.length === 0) return `${before}${open}${close}`;
  const { compact, indentation } = inspection;
  const isGrouped = isArray && contents.entries.length > 6 && compact >= 1;
  const entries = isGrouped ? groupElements(contents.entries, inspection) : contents.entries;
  if (inspection.lastDepth - depth < compact && entries.length === contents.entries.length) {
    const start = entries.length + indentation + open.length + base.length + 10;
    const length = entries.reduce((sum, entry) => sum + entry.length, entries.length + start);
    const text = entries.join(", ");
    if (length <= inspection.breakLength && !base.includes("\n") && !text.includes("\n")) {
      return `${before}${open} ${text} ${close}`;
    }
  }
  const margin = `\n${" ".repeat(indentation)}`;
  return `${before}${open}${margin}  ${entries.join(`,${margin}  `)}${margin}${close}`;
}
