import { format, inspect } from "node:util";
import { each, suite } from "../cases.fixture.ts";

class Point {
  x = 1;
  y = 2;
}
class Sub extends Map {}
class Tagged {
  get [Symbol.toStringTag](): string {
    return "tag";
  }
}
const circular: Record<string, unknown> = { name: "c", list: [] };
circular.self = circular;
(circular.list as unknown[]).push(circular);

const values: Readonly<Record<string, unknown>> = {
  undefined,
  null: null,
  true: true,
  number: 1.5,
  "minus zero": -0,
  bigint: 5n,
  symbol: Symbol("s"),
  string: "it's",
  "both quotes": `'"`,
  "all quotes": "'\"`",
  escapes: "a\nb\t\\\x01\x7f",
  "empty object": {},
  "empty array": [],
  object: { a: 1, "b-c": "x", [Symbol("k")]: [1] },
  nested: { a: { b: { c: { d: 1 } } } },
  "nested arrays": [[[[[1]]]]],
  "long strings": ["x".repeat(40), "y".repeat(40)],
  "one long": { key: "z".repeat(90) },
  "wide object": {
    alpha: "aaaaaaaaaaaaaaaa",
    beta: "bbbbbbbbbbbbbbbbbbbb",
    gamma: "cccccccccccccccccccc",
    delta: "ddd",
  },
  numbers: Array.from({ length: 30 }, (_, index) => index),
  "many numbers": Array.from({ length: 120 }, (_, index) => index * 37),
  words: ["apple", "banana", "cherry", "date", "elderberry", "fig", "grape", "honeydew"],
  "mixed list": [1, "two", null, undefined, true, {}, [], () => 1],
  sparse: [1, , , 4],
  holes: new Array(3),
  "array with property": Object.assign([1], { x: 2 }),
  function: function named() {},
  arrow: () => 1,
  "anonymous function": (
    () => () =>
      1
  )(),
  class: Point,
  subclass: Sub,
  async: async () => 1,
  instance: new Point(),
  "null prototype": Object.assign(Object.create(null) as object, { a: 1 }),
  tagged: new Tagged(),
  date: new Date(0),
  "invalid date": new Date(Number.NaN),
  regexp: /a/g,
  map: new Map<unknown, unknown>([
    ["a", { b: 1 }],
    [{}, 2],
  ]),
  "empty map": new Map(),
  set: new Set(["a", [1]]),
  "sub map": new Sub().set(1, 2),
  "typed array": Uint8Array.of(1, 2, 3),
  "long typed array": new Uint8Array(130),
  floats: new Float64Array([0.5, -0]),
  buffer: Uint8Array.of(1, 2).buffer,
  boxed: [Object(1), Object("s"), Object(true)],
  getters: {
    get a() {
      return 1;
    },
    set b(_: number) {},
    get c() {
      return 1;
    },
    set c(_: number) {},
  },
  "weak map": new WeakMap(),
  circular,
  "symbol key": { [Symbol.iterator]: 1 },
  "deep map": new Map([["k", new Map([["l", new Map([["m", new Map()]])]])]]),
  "objects in a list": [
    { id: 1, name: "one" },
    { id: 2, name: "two" },
    { id: 3, name: "three" },
  ],
  "text of several lines": {
    text: "first line of the text\nsecond line of the text\nthird line of the text",
  },
  "response like": {
    status: 200,
    headers: { "content-type": "text/plain", "content-length": "5" },
    body: { locked: false, stream: { state: "readable" } },
  },
};

const formats: readonly (readonly unknown[])[] = [
  [],
  ["plain"],
  ["%s", "a"],
  ["%s is %d", "x", 5],
  ["%d", "0x10"],
  ["%i", 5.9],
  ["%f", "1.5x"],
  ["%j", { a: 1 }],
  ["%o", [1]],
  ["%O", { a: { b: { c: {} } } }],
  ["%%s", 1],
  ["%s"],
  ["100%", 1],
  ["%c styled", "color: red"],
  ["a", "b", 1, { c: 2 }],
  [1, "a"],
  ["%s", null],
  ["%s", undefined],
  ["%s", { a: 1 }],
  ["%s", [1, [2, [3]]]],
  ["%s", Symbol("x")],
  ["%s", 5n],
  ["%d", 5n],
  ["%s", -0],
  ["%d", {}],
  ["%s", new Point()],
  ["%s", { toString: () => "own" }],
  ["%x", 1],
  ["%s %s", "only"],
  [new Date(0)],
  ["%s", new Date(0)],
  ["%j", circular],
  ["%i", "7px"],
  ["%d", ""],
];

/** util.inspect and util.format, which console uses. */
export const cases = suite({
  ...each(
    Object.keys(values),
    (name) => `inspect ${name}`,
    (name) => inspect(values[name]),
  ),
  ...each(
    formats,
    (list) =>
      `format ${list.map((value) => (value === circular ? "circular" : typeof value === "object" ? JSON.stringify(value) : String(value))).join(" | ")}`,
    (list) => format(...list),
  ),
  depth: () => [0, 1, null, 5].map((depth) => inspect(values.nested, { depth })),
  options: () => [
    inspect([1, 2, 3], { maxArrayLength: 1 }),
    inspect("abcdef", { maxStringLength: 3 }),
    inspect({ b: 1, a: 2 }, { sorted: true }),
    inspect({ a: [1] }, { compact: false }),
    inspect({ a: { b: 1 }, c: "x".repeat(60) }, { breakLength: Number.POSITIVE_INFINITY }),
  ],
  custom: () =>
    inspect({
      inner: {
        [inspect.custom]: (depth: number, options: { depth?: number }) =>
          `custom ${depth} ${typeof options}`,
      },
    }),
  "custom object": () => inspect({ [inspect.custom]: () => ({ replaced: true }) }),
  "errors without a stack": () => inspect(Object.assign(new RangeError("bad"), { stack: "" })),
  "first line of an error": () =>
    [new Error("x"), new TypeError("y"), Object.assign(new Error("z"), { name: "Named" })].map(
      (error) => inspect(error).split("\n")[0],
    ),
  "properties of an error": () =>
    inspect(Object.assign(new Error("x"), { code: "E1", stack: "Error: x\n    at y" })),
  cause: () =>
    inspect(Object.assign(new Error("x", { cause: "why" }), { stack: "Error: x\n    at y" })),
});
