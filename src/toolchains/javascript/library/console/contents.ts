/** What the text of each kind of object consists of. */
import { describeError } from "./describe-error.ts";
import type { Contents, Inspection } from "./inspection.ts";
import { formatKey, formatPrimitive } from "./primitives.ts";

const typedArray = Object.getPrototypeOf(Uint8Array) as abstract new () => Uint8Array;

/** The parts of an object's text, or all of it where it lies too deep. */
export function describeContents(
  value: object,
  depth: number,
  inspection: Inspection,
): Contents | string {
  const name = constructorName(value);
  const tag = tagOf(value, name);
  if (!isEmpty(value, inspection)) {
    if (depth > inspection.depth && !isShort(value)) {
      return Array.isArray(value) ? "[Array]" : `[${name ?? "Object: null prototype"}${tag}]`;
    }
    inspection.lastDepth = depth;
  }
  const children = { value, depth, inspection };
  if (Array.isArray(value)) return describeArray(value, name, children);
  if (value instanceof Map)
    return describeMap(value, `${name ?? "Map"}(${value.size})${tag}`, children);
  if (value instanceof Set)
    return describeSet(value, `${name ?? "Set"}(${value.size})${tag}`, children);
  if (value instanceof typedArray) return describeTypedArray(value, name, children);
  const base = baseOf(value, name, inspection);
  if (base !== undefined) return contents({ base, entries: properties(children) });
  const fixed = fixedEntries(value, children);
  const prefix = prefixOf(value, name, tag, fixed !== undefined);
  return contents({ open: `${prefix}{`, entries: [...(fixed ?? []), ...properties(children)] });
}

/** What the parts of an object are described with. */
interface Children {
  readonly value: object;
  readonly depth: number;
  readonly inspection: Inspection;
}

function contents(parts: Partial<Contents>): Contents {
  return { base: "", open: "{", close: "}", entries: [], isArray: false, ...parts };
}

/** Whether an object has a text of its own that does not nest. */
function isShort(value: object): boolean {
  return (
    typeof value === "function" ||
    value instanceof Date ||
    value instanceof RegExp ||
    value instanceof Error
  );
}

/** Whether there is nothing in an object, so that it takes no room at any depth. */
function isEmpty(value: object, inspection: Inspection): boolean {
  if (inspection.showHidden || Object.keys(value).length > 0) return false;
  if (value instanceof Map || value instanceof Set) return value.size === 0;
  if (Array.isArray(value) || value instanceof typedArray) return value.length === 0;
  return !(value instanceof Error || ArrayBuffer.isView(value) || value instanceof ArrayBuffer);
}

function prefixOf(value: object, name: string | undefined, tag: string, isFixed: boolean): string {
  if (name === undefined) return `[Object: null prototype]${tag} `;
  if (name === "Object" && tag === "" && !isFixed) return isArguments(value) ? "[Arguments] " : "";
  return `${name}${tag} `;
}

function isArguments(value: object): boolean {
  return Object.prototype.toString.call(value) === "[object Arguments]";
}

/** The name of the class that an object is of; undefined for objects without prototype. */
function constructorName(value: object): string | undefined {
  for (let each: object | null = value; each !== null; each = Reflect.getPrototypeOf(each)) {
    const descriptor = Reflect.getOwnPropertyDescriptor(each, "constructor");
    const found: unknown = descriptor?.value;
    if (typeof found === "function" && found.name !== "") return found.name;
  }
  return undefined;
}

function tagOf(value: object, name: string | undefined): string {
  const tag: unknown = Reflect.get(value, Symbol.toStringTag);
  return typeof tag === "string" && tag !== "" && tag !== name ? ` [${tag}]` : "";
}

/** What stands for the object itself where it is more than its properties. */
function baseOf(
  value: object,
  name: string | undefined,
  inspection: Inspection,
): string | undefined {
  if (typeof value === "function") return describeFunction(value, name);
  if (value instanceof Date)
    return Number.isNaN(value.getTime()) ? "Invalid Date" : value.toISOString();
  if (value instanceof RegExp) return String(value);
  if (value instanceof Error) return describeError(value, inspection);
  for (const kind of [String, Number, Boolean, Symbol, BigInt]) {
    if (!(value instanceof kind)) continue;
    return `[${kind.name}: ${formatPrimitive(Object.prototype.valueOf.call(value).valueOf(), inspection)}]`;
  }
  return undefined;
}

function describeFunction(value: Function, name: string | undefined): string {
  if (isClass(value)) {
    const parent: unknown = Reflect.getPrototypeOf(value);
    const extending =
      typeof parent === "function" && parent.name !== "" ? ` extends ${parent.name}` : "";
    return `[class ${value.name === "" ? "(anonymous)" : value.name}${extending}]`;
  }
  return `[${name ?? "Function"}${value.name === "" ? " (anonymous)" : `: ${value.name}`}]`;
}

/** The engine's own constructors, which are no classes to Node either. */
const builtIn = new Set(
  Reflect.ownKeys(globalThis).map(
    (key): unknown => Reflect.getOwnPropertyDescriptor(globalThis, key)?.value,
  ),
);

/** The source, which would tell, is not in the image; the prototype of a class cannot be changed. */
function isClass(value: Function): boolean {
  const prototype = Reflect.getOwnPropertyDescriptor(value, "prototype");
  return prototype?.writable === false && !builtIn.has(value);
}

/** Entries that are no properties. */
function fixedEntries(value: object, { depth, inspection }: Children): string[] | undefined {
  if (value instanceof WeakMap || value instanceof WeakSet) return ["<items unknown>"];
  if (value instanceof ArrayBuffer || value instanceof SharedArrayBuffer) {
    const bytes = new Uint8Array(value, 0, Math.min(50, value.byteLength));
    const text = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
    const rest = value.byteLength > 50 ? ` ... ${value.byteLength - 50} more bytes` : "";
    return [`[Uint8Contents]: <${text}${rest}>`, `byteLength: ${value.byteLength}`];
  }
  if (value instanceof DataView) {
    const { byteLength, byteOffset, buffer } = value;
    const inner = inspection.describe(buffer, depth + 1, inspection);
    return [`byteLength: ${byteLength}`, `byteOffset: ${byteOffset}`, `buffer: ${inner}`];
  }
  return undefined;
}

function more(count: number): string[] {
  return count > 0 ? [`... ${count} more item${count > 1 ? "s" : ""}`] : [];
}

function indented(call: () => string, inspection: Inspection): string {
  inspection.indentation += 2;
  const text = call();
  inspection.indentation -= 2;
  return text;
}

function describeArray(
  list: readonly unknown[],
  name: string | undefined,
  children: Children,
): Contents {
  const { depth, inspection } = children;
  const prefix = name === "Array" ? "" : `${name ?? "[Array: null prototype]"}(${list.length}) `;
  const entries: string[] = [];
  let index = 0;
  for (; index < list.length && entries.length < inspection.maxArrayLength; index++) {
    if (Object.hasOwn(list, index)) {
      const element = list[index];
      entries.push(indented(() => inspection.describe(element, depth + 1, inspection), inspection));
      continue;
    }
    const start = index;
    while (index + 1 < list.length && !Object.hasOwn(list, index + 1)) index++;
    const count = index - start + 1;
    entries.push(`<${count} empty item${count > 1 ? "s" : ""}>`);
  }
  entries.push(...more(list.length - index), ...properties(children));
  return contents({ open: `${prefix}[`, close: "]", entries, isArray: true });
}

function describeTypedArray(
  list: Uint8Array,
  name: string | undefined,
  children: Children,
): Contents {
  const { inspection } = children;
  const shown = Math.min(list.length, inspection.maxArrayLength);
  const entries = Array.from(list.subarray(0, shown), (each) => formatPrimitive(each, inspection));
  entries.push(...more(list.length - shown), ...properties(children));
  const open = `${name ?? "TypedArray"}(${list.length}) [`;
  return contents({ open, close: "]", entries, isArray: true });
}

function describeMap(
  map: ReadonlyMap<unknown, unknown>,
  prefix: string,
  children: Children,
): Contents {
  const { depth, inspection } = children;
  const inner = (value: unknown): string =>
    indented(() => inspection.describe(value, depth + 1, inspection), inspection);
  const entries = [...map]
    .slice(0, inspection.maxArrayLength)
    .map(([key, value]) => `${inner(key)} => ${inner(value)}`);
  entries.push(...more(map.size - entries.length), ...properties(children));
  return contents({ open: `${prefix} {`, entries });
}

function describeSet(set: ReadonlySet<unknown>, prefix: string, children: Children): Contents {
  const { depth, inspection } = children;
  const entries = [...set]
    .slice(0, inspection.maxArrayLength)
    .map((value) => indented(() => inspection.describe(value, depth + 1, inspection), inspection));
  entries.push(...more(set.size - entries.length), ...properties(children));
  return contents({ open: `${prefix} {`, entries });
}

/** The properties that are not elements of an array. */
function properties({ value, depth, inspection }: Children): string[] {
  const isList = Array.isArray(value) || value instanceof typedArray || value instanceof String;
  const keys = Reflect.ownKeys(value).filter((key) => {
    if (isList && typeof key === "string" && /^\d+$/.test(key)) return false;
    if (value instanceof Error) {
      if (key === "cause" || key === "errors") return true;
      if (isShownByError(value, key)) return false;
    }
    return inspection.showHidden || Object.prototype.propertyIsEnumerable.call(value, key);
  });
  if (inspection.sorted) keys.sort((one, other) => (String(one) < String(other) ? -1 : 1));
  return keys.map((key) => describeProperty(value, key, depth, inspection));
}

/** Whether an error's text or stack shows a property already. */
function isShownByError(error: Error, key: string | symbol): boolean {
  if (key === "stack" || key === "message") return true;
  return key === "name" && String(error.stack ?? "").includes(error.name);
}

function describeProperty(
  value: object,
  key: string | symbol,
  depth: number,
  inspection: Inspection,
): string {
  const descriptor = Reflect.getOwnPropertyDescriptor(value, key);
  const shown = formatKey(key);
  const name =
    descriptor?.enumerable === false ? `[${typeof key === "symbol" ? String(key) : key}]` : shown;
  if (descriptor?.get !== undefined) {
    return `${name}: [${descriptor.set === undefined ? "Getter" : "Getter/Setter"}]`;
  }
  if (descriptor?.set !== undefined) return `${name}: [Setter]`;
  const text = indented(
    () => inspection.describe(descriptor?.value, depth + 1, inspection),
    inspection,
  );
  return `${name}: ${text}`;
}
