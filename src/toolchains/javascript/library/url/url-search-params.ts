/** URL, 6.2: the parameters of a query. */
import { decodeUtf8 } from "../text/utf8.ts";
import { encodeCharacter, encodeSets, percentDecode } from "./percent.ts";

/** What parameters can be made of. */
export type SearchParamsInit =
  | string
  | Iterable<readonly [string, string]>
  | Record<string, string>;

/** What stands for itself in a query. */
const plainForm = /^[!-$&-*,-~]*$/;

let bind: (params: URLSearchParams, update: (query: string) => void) => void;
let refill: (params: URLSearchParams, query: string) => void;

/** URL, 6.2. */
export class URLSearchParams implements Iterable<[string, string]> {
  static {
    bind = (params, update) => {
      params.#update = update;
    };
    refill = (params, query) => {
      params.#pairs = parseForm(query);
    };
  }

  #pairs: [string, string][] = [];
  #update: ((query: string) => void) | undefined;

  constructor(init: SearchParamsInit = "") {
    if (typeof init === "object" && init !== null) this.#pairs = pairsOf(init);
    else if (typeof init === "function") this.#pairs = [];
    else if (init !== "") {
      const text = String(init);
      this.#pairs = parseForm(text.startsWith("?") ? text.slice(1) : text);
    }
  }

  get size(): number {
    return this.#pairs.length;
  }

  append(name: string, value: string): void {
    this.#pairs.push([toText(name), toText(value)]);
    this.#changed();
  }

  delete(name: string, value?: string): void {
    this.#pairs = this.#pairs.filter(
      ([each, other]) => each !== toText(name) || (value !== undefined && other !== toText(value)),
    );
    this.#changed();
  }

  get(name: string): string | null {
    const wanted = toText(name);
    for (const pair of this.#pairs) if (pair[0] === wanted) return pair[1];
    return null;
  }

  getAll(name: string): string[] {
    const wanted = toText(name);
    return this.#pairs.filter(([each]) => each === wanted).map(([, value]) => value);
  }

  has(name: string, value?: string): boolean {
    return this.#pairs.some(
      ([each, other]) => each === toText(name) && (value === undefined || other === toText(value)),
    );
  }

  set(name: string, value: string): void {
    const wanted = toText(name);
    const place = this.#pairs.findIndex(([each]) => each === wanted);
    this.#pairs = this.#pairs.filter(([each], index) => each !== wanted || index === place);
    if (place < 0) this.#pairs.push([wanted, toText(value)]);
    else this.#pairs[place] = [wanted, toText(value)];
    this.#changed();
  }

  sort(): void {
    this.#pairs.sort(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0));
    this.#changed();
  }

  forEach(
    call: (value: string, name: string, params: URLSearchParams) => void,
    self?: unknown,
  ): void {
    for (const [name, value] of this) Reflect.apply(call, self, [value, name, this]);
  }

  *entries(): IterableIterator<[string, string]> {
    for (let index = 0; index < this.#pairs.length; index++) {
      const [name, value] = this.#pairs[index] ?? ["", ""];
      yield [name, value];
    }
  }

  *keys(): IterableIterator<string> {
    for (const [name] of this.entries()) yield name;
  }

  *values(): IterableIterator<string> {
    for (const [, value] of this.entries()) yield value;
  }

  [Symbol.iterator](): IterableIterator<[string, string]> {
    return this.entries();
  }

  toString(): string {
    return this.#pairs.map(([name, value]) => `${encodeForm(name)}=${encodeForm(value)}`).join("&");
  }

  get [Symbol.toStringTag](): string {
    return "URLSearchParams";
  }

  #changed(): void {
    this.#update?.(this.toString());
  }
}

/** Calls back with the query whenever a program changes the parameters. */
export function bindSearchParams(params: URLSearchParams, update: (query: string) => void): void {
  bind(params, update);
}

/** Gives parameters the contents of another query. */
export function refillSearchParams(params: URLSearchParams, query: string): void {
  refill(params, query);
}

function pairsOf(init: object): [string, string][] {
  if (!(Symbol.iterator in init)) {
    const record = new Map<string, string>();
    for (const [name, value] of Object.entries(init)) record.set(toText(name), toText(value));
    return [...record];
  }
  return Array.from(init as Iterable<Iterable<unknown>>, (pair) => {
    const values = typeof pair === "object" ? [...pair] : [];
    if (values.length !== 2)
      throw new TypeError("Each query pair must be an iterable [name, value] tuple");
    return [toText(values[0]), toText(values[1])];
  });
}

function toText(value: unknown): string {
  if (typeof value === "symbol") throw new TypeError("Cannot convert a Symbol value to a string");
  return String(value).toWellFormed();
}

/** URL, 5.1: parses application/x-www-form-urlencoded. */
function parseForm(text: string): [string, string][] {
  const pairs: [string, string][] = [];
  if (text === "") return pairs;
  const isPlain = plainForm.test(text);
  for (const part of text.split("&")) {
    if (part === "") continue;
    const equals = part.indexOf("=");
    const name = equals < 0 ? part : part.slice(0, equals);
    const value = equals < 0 ? "" : part.slice(equals + 1);
    pairs.push(isPlain ? [name, value] : [decodeForm(name), decodeForm(value)]);
  }
  return pairs;
}

function decodeForm(text: string): string {
  const spaced = text.includes("+") ? text.replaceAll("+", " ") : text;
  return spaced.includes("%") ? decodeUtf8(percentDecode(spaced)) : spaced.toWellFormed();
}

/** URL, 5.2: writes application/x-www-form-urlencoded. */
function encodeForm(text: string): string {
  return text.replace(encodeSets.form, (character) =>
    character === " " ? "+" : encodeCharacter(character),
  );
}
