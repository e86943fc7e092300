import { readFileSync } from "node:fs";
import { basename } from "node:path";
import type { Action, Command, LaneType, Script, ScriptValue } from "./script.ts";

/** A node of a script: a word, a string's bytes, or a list in parentheses. */
type Node = string | Buffer | readonly Node[];

/** A script that the reference interpreter wrote with its modules in the binary format. */
export class BinaryScript implements Script {
  readonly commands: readonly Command[];
  readonly name: string;
  private readonly modules = new Map<string, Buffer>();
  /** The module that was defined last. */
  private latest = "";

  constructor(path: string) {
    this.name = basename(path, ".bin.wast");
    const nodes = parseNodes(readFileSync(path, "latin1"));
    this.commands = nodes.flatMap(({ node, line }) => this.command(node, line) ?? []);
  }

  /** The bytes of one of the script's modules. */
  bytes(filename: string): Uint8Array {
    const bytes = this.modules.get(filename);
    if (bytes === undefined) throw new Error(`there is no module ${filename}`);
    return new Uint8Array(bytes);
  }

  private command(node: Node, line: number): Command | undefined {
    const [kind, ...rest] = listOf(node);
    switch (kind) {
      case "module":
        return this.module(rest, line);
      case "register": {
        const [as, name] = rest;
        return { type: "register", line, as: textOf(as), ...named("name", name) };
      }
      case "invoke":
      case "get":
        return { type: "action", line, action: actionOf(node) };
      case "assert_return": {
        const [action, ...expected] = rest;
        return { type: "assert_return", line, action: actionOf(action), ...resultsOf(expected) };
      }
      case "assert_exception":
        return { type: "assert_exception", line, action: actionOf(rest[0]) };
      case "assert_trap":
      case "assert_exhaustion": {
        const [subject, text] = rest;
        if (listOf(subject)[0] === "module") {
          return this.refused("assert_uninstantiable", subject, text, line);
        }
        return { type: kind, line, action: actionOf(subject), text: textOf(text) };
      }
      case "assert_invalid":
      case "assert_malformed":
      case "assert_unlinkable":
        return this.refused(kind, rest[0], rest[1], line);
      default:
        throw new Error(`line ${line}: unknown command ${String(kind)}`);
    }
  }

  /** A definition only keeps the module; an instance of one is a command. */
  private module(rest: readonly Node[], line: number): Command | undefined {
    if (rest[0] === "instance") {
      const [, name, definition] = rest;
      const filename = typeof definition === "string" ? definition : this.latest;
      return { type: "module", line, filename, ...named("name", name) };
    }
    this.define(rest, line);
    return undefined;
  }

  private define(rest: readonly Node[], line: number): void {
    const words = rest.filter((node) => typeof node === "string");
    const name = words.find((word) => word.startsWith("$"));
    this.latest = name ?? `line ${line}`;
    this.modules.set(
      this.latest,
      Buffer.concat(rest.filter((node): node is Buffer => node instanceof Buffer)),
    );
  }

  private refused(
    type: "assert_invalid" | "assert_malformed" | "assert_unlinkable" | "assert_uninstantiable",
    module: Node | undefined,
    text: Node | undefined,
    line: number,
  ): Command {
    const [, ...rest] = listOf(module);
    const instance = this.module(rest, line);
    const filename = instance?.type === "module" ? instance.filename : this.latest;
    const isText = rest.includes("quote");
    return {
      type,
      line,
      filename,
      text: textOf(text),
      module_type: isText ? "text" : "binary",
    };
  }
}

function named<Key extends string>(key: Key, name: Node | undefined): Partial<Record<Key, string>> {
  return typeof name === "string" ? ({ [key]: name } as Partial<Record<Key, string>>) : {};
}

function actionOf(node: Node | undefined): Action {
  const [type, ...rest] = listOf(node);
  const module = typeof rest[0] === "string" ? rest.shift() : undefined;
  const [field, ...values] = rest;
  return {
    type: type === "get" ? "get" : "invoke",
    ...named("module", module),
    field: textOf(field),
    args: values.map(valueOf),
  };
}

/** The results that are expected, or the alternatives of the one. */
function resultsOf(nodes: readonly Node[]) {
  const [first] = nodes;
  const [kind, ...choices] = first === undefined ? [] : listOf(first);
  return kind === "either" ? { either: choices.map(valueOf) } : { expected: nodes.map(valueOf) };
}

function valueOf(node: Node): ScriptValue {
  const [kind, value, ...lanes] = listOf(node);
  const [type = "", rest] = String(kind).split(".");
  if (type === "v128") {
    const laneType = String(value).replace(/x\d+$/, "") as LaneType;
    const bits = lanes.map((lane) => bitsOf(laneType, String(lane)));
    return { type, lane_type: laneType, value: bits };
  }
  if (type !== "ref") {
    if (rest !== "const") throw new Error(`a value of ${String(kind)}`);
    return { type, value: bitsOf(type, String(value)) };
  }
  if (rest === "null") return { type: value === "extern" ? "externref" : "funcref", value: "null" };
  const isHost = rest === "extern";
  return isHost && value !== undefined
    ? { type: "externref", value: String(value) }
    : { type: isHost ? "externref" : "funcref" };
}

/** The bits of a number, or of a lane, as text. */
function bitsOf(type: string, text: string): string {
  if (type.startsWith("f")) return floatBits(type, text);
  const digits = text.replaceAll("_", "");
  const value = digits.startsWith("-") ? -BigInt(digits.slice(1)) : BigInt(digits);
  return String(BigInt.asUintN(Number(type.slice(1)), value));
}

const float = new DataView(new ArrayBuffer(8));

/** The bits of a float as text, or which NaN is meant. */
function floatBits(type: string, text: string): string {
  const wide = type === "f64";
  const [, sign = "", digits = ""] = /^([+-]?)(.*)$/.exec(text.replaceAll("_", "")) ?? [];
  if (digits === "nan:canonical" || digits === "nan:arithmetic") return digits;
  const negative = sign === "-";
  const payload = /^nan(?::(0x[0-9a-f]+))?$/.exec(digits);
  if (payload !== null) {
    const quiet = wide ? 1n << 51n : 1n << 22n;
    const exponent = wide ? 0x7ffn << 52n : 0xffn << 23n;
    const top = negative ? 1n << (wide ? 63n : 31n) : 0n;
    return String(top | exponent | BigInt(payload[1] ?? quiet));
  }
  const value =
    (digits === "inf" ? Number.POSITIVE_INFINITY : numberOf(digits)) * (negative ? -1 : 1);
  if (wide) float.setFloat64(0, value);
  else float.setFloat32(0, value);
  return String(wide ? float.getBigUint64(0) : BigInt(float.getUint32(0)));
}

/** A number in decimal or hexadecimal digits with fraction and exponent; all are exact. */
function numberOf(digits: string): number {
  const match = /^0x([0-9a-f]*)\.?([0-9a-f]*)(?:p([+-]?\d+))?$/i.exec(digits);
  if (match === null) return Number(digits);
  const [, whole = "", fraction = "", exponent = "0"] = match;
  let value = Number(BigInt(`0x${whole}${fraction}`));
  let power = Number(exponent) - 4 * fraction.length;
  // In two steps, since a power of two alone may be too small for a number.
  for (; power < -1000; power += 1000) value *= 2 ** -1000;
  return value * 2 ** power;
}

function listOf(node: Node | undefined): Node[] {
  if (!isList(node)) throw new Error("a list was expected");
  return [...node];
}

function isList(node: Node | undefined): node is readonly Node[] {
  return Array.isArray(node);
}

function textOf(node: Node | undefined): string {
  if (!(node instanceof Buffer)) throw new Error("a string was expected");
  return node.toString("utf8");
}

const tokenPattern = /"(?:[^"\\]|\\.)*"|[()]|;;.*|[^\s()"]+/g;

/** The lists of a script, each with its line. */
function parseNodes(text: string): { readonly node: Node; readonly line: number }[] {
  const nodes: { node: Node; line: number }[] = [];
  const open: Node[][] = [];
  let line = 1;
  let at = 0;
  for (const match of text.matchAll(tokenPattern)) {
    for (; at < match.index; at++) if (text[at] === "\n") line++;
    const [token] = match;
    if (token.startsWith(";;")) continue;
    if (token === "(") open.push([]);
    else if (token === ")") {
      const node = open.pop() ?? [];
      if (open.length === 0) nodes.push({ node, line });
      else open.at(-1)?.push(node);
    } else open.at(-1)?.push(token.startsWith('"') ? unescaped(token.slice(1, -1)) : token);
  }
  return nodes;
}

const escapes: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r" };
const escapePattern = /\\(?:u\{([0-9a-fA-F]+)\}|([0-9a-fA-F]{2})|(.))/g;

function unescaped(text: string): Buffer {
  const parts: Buffer[] = [];
  let end = 0;
  for (const { 0: whole, 1: point, 2: hex, 3: other = "", index } of text.matchAll(escapePattern)) {
    parts.push(Buffer.from(text.slice(end, index), "latin1"));
    if (point !== undefined)
      parts.push(Buffer.from(String.fromCodePoint(Number.parseInt(point, 16))));
    else if (hex !== undefined) parts.push(Buffer.from(hex, "hex"));
    else parts.push(Buffer.from(escapes[other] ?? other, "latin1"));
    end = index + whole.length;
  }
  parts.push(Buffer.from(text.slice(end), "latin1"));
  return Buffer.concat(parts);
}
