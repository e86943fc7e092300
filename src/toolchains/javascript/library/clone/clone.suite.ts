import { inspect } from "node:util";
import { each, suite } from "../cases.fixture.ts";

const shared = { x: 1 };
const circular: Record<string, unknown> = { name: "c" };
circular.self = circular;
class Point {
  x = 1;
  readonly #hidden = 2;
  get sum(): number {
    return this.x + this.#hidden;
  }
}

const values: Readonly<Record<string, () => unknown>> = {
  primitives: () => [undefined, null, true, 1.5, -0, Number.NaN, "text", 10n],
  dates: () => new Date(5),
  "regular expressions": () => /a+/gi,
  maps: () => new Map<unknown, unknown>([[1, new Map([["a", [1]]])]]),
  sets: () => new Set([1, { a: 1 }]),
  "sparse arrays": () => [1, , 3] as unknown[],
  "arrays with properties": () => Object.assign([1], { extra: 2 }),
  buffers: () => Uint8Array.of(1, 2, 3).buffer,
  "typed arrays": () => [
    Uint16Array.of(1, 2),
    new Float64Array([0.5]),
    new DataView(new ArrayBuffer(3), 1),
  ],
  boxed: () => [Object(1), Object("a"), Object(true), Object(5n)],
  circular: () => circular,
  "objects of classes": () => new Point(),
  "objects without prototype": () => Object.assign(Object.create(null) as object, { a: 1 }),
  "what comes twice": () => {
    const copy = structuredClone([shared, shared]);
    return [copy[0] === copy[1], copy[0] === shared];
  },
  functions: () => ({ f: () => 1 }),
  symbols: () => Symbol("s"),
  promises: () => Promise.resolve(1),
  "weak maps": () => new WeakMap(),
};

/** structuredClone. */
export const cases = suite({
  ...each(
    Object.keys(values),
    (name) => name,
    (name) => inspect(structuredClone(values[name]?.()), { depth: 5 }),
  ),
  errors: () => {
    const copy = structuredClone(new RangeError("bad", { cause: { a: 1 } }));
    return [copy instanceof RangeError, copy.message, copy.cause, copy.name];
  },
  transfer: () => {
    const bytes = Uint8Array.of(1, 2, 3);
    const copy = structuredClone({ bytes }, { transfer: [bytes.buffer] });
    return [bytes.length, [...copy.bytes]];
  },
  "two views of one buffer": () => {
    const { buffer } = Uint8Array.of(1, 2, 3, 4);
    const [one, other] = structuredClone([new Uint8Array(buffer), new Uint8Array(buffer, 2)]);
    return [one?.buffer === other?.buffer, [...(other ?? [])]];
  },
});
