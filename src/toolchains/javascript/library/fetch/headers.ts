/** Fetch, 5.1: headers. */

/** What Headers can be made of. */
export type HeadersInit = Headers | Iterable<readonly [string, string]> | Record<string, string>;

const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** Most values: words with single spaces between them, which need no change. */
const plainValue = /^(?:[!-~]+(?: [!-~]+)*)?$/;
const badValue = /[\0\r\n]|[^\0-\xff]/;
const outerSpace = /^[\t\r\n ]+|[\t\r\n ]+$/g;

/** Names that were met before, as they were given, in lower case. */
const knownNames = new Map<string, string>();
const knownNamesLimit = 256;
const knownNameLength = 64;

let listOf: (headers: Headers) => string[];
let freeze: (headers: Headers) => void;
let create: (list: string[]) => Headers;

/** Fetch, 5.1: names in lower case, and values, in order. */
export class Headers implements Iterable<[string, string]> {
  static {
    listOf = (headers) => headers.#list;
    freeze = (headers) => {
      headers.#isFrozen = true;
    };
    create = (list) => {
      const headers = new Headers();
      headers.#list = list;
      return headers;
    };
  }

  /** Names and values alternate. */
  #list: string[] = [];
  #isFrozen = false;

  constructor(init?: HeadersInit | null) {
    if (init === undefined || init === null) return;
    // Some libraries have objects that only inherit from Headers.
    if (typeof init === "object" && #list in init) this.#list = init.#list.slice();
    else this.#fill(init);
  }

  append(name: string, value: string): void {
    const text = this.#changeableName(name);
    this.#list.push(text, checkedValue(value));
  }

  delete(name: string): void {
    this.#remove(this.#changeableName(name), 0);
  }

  get(name: string): string | null {
    const wanted = lowerCaseName(name);
    const list = this.#list;
    let found: string | null = null;
    for (let index = 0; index < list.length; index += 2) {
      if (list[index] !== wanted) continue;
      const value = list[index + 1] ?? "";
      found = found === null ? value : `${found}, ${value}`;
    }
    return found;
  }

  getSetCookie(): string[] {
    return this.#list.filter(
      (_, index) => index % 2 === 1 && this.#list[index - 1] === "set-cookie",
    );
  }

  has(name: string): boolean {
    const wanted = lowerCaseName(name);
    const list = this.#list;
    for (let index = 0; index < list.length; index += 2) if (list[index] === wanted) return true;
    return false;
  }

  set(name: string, value: string): void {
    const wanted = this.#changeableName(name);
    const text = checkedValue(value);
    const list = this.#list;
    for (let index = 0; index < list.length; index += 2) {
      if (list[index] !== wanted) continue;
      list[index + 1] = text;
      this.#remove(wanted, index + 2);
      return;
    }
    list.push(wanted, text);
  }

  forEach(call: (value: string, name: string, headers: Headers) => void, self?: unknown): void {
    for (const [name, value] of this) Reflect.apply(call, self, [value, name, this]);
  }

  *entries(): IterableIterator<[string, string]> {
    yield* this.#sorted();
  }

  *keys(): IterableIterator<string> {
    for (const [name] of this.#sorted()) yield name;
  }

  *values(): IterableIterator<string> {
    for (const [, value] of this.#sorted()) yield value;
  }

  [Symbol.iterator](): IterableIterator<[string, string]> {
    return this.entries();
  }

  get [Symbol.toStringTag](): string {
    return "Headers";
  }

  #fill(init: Iterable<readonly [string, string]> | Record<string, string>): void {
    if (typeof init !== "object" || init === null) {
      throw new TypeError("Headers are made of pairs or of an object");
    }
    if (!isPairs(init)) {
      for (const name of Reflect.ownKeys(init)) {
        if (typeof name === "symbol") throw new TypeError("A header's name must be a string");
        const value = init[name];
        if (Object.prototype.propertyIsEnumerable.call(init, name))
          this.append(name, value ?? String(value));
      }
      return;
    }
    for (const pair of init) {
      const [name, value, ...rest] = pair;
      if (name === undefined || value === undefined || rest.length > 0) {
        throw new TypeError("A header is a pair of name and value");
      }
      this.append(name, value);
    }
  }

  /** Fetch, 2.2.2, sort and combine: cookies stay apart. */
  #sorted(): [string, string][] {
    const list = this.#list;
    const combined = new Map<string, string>();
    const pairs: [string, string][] = [];
    for (let index = 0; index < list.length; index += 2) {
      const name = list[index] ?? "";
      const value = list[index + 1] ?? "";
      const known = combined.get(name);
      if (name === "set-cookie") pairs.push([name, value]);
      else combined.set(name, known === undefined ? value : `${known}, ${value}`);
    }
    return [...combined, ...pairs].sort(([one], [other]) =>
      one < other ? -1 : one > other ? 1 : 0,
    );
  }

  #changeableName(name: string): string {
    const text = lowerCaseName(name);
    if (this.#isFrozen) throw new TypeError("These headers cannot be changed");
    return text;
  }

  #remove(name: string, from: number): void {
    const list = this.#list;
    for (let index = list.length - 2; index >= from; index -= 2) {
      if (list[index] === name) list.splice(index, 2);
    }
  }
}

function isPairs(init: object): init is Iterable<readonly [string, string]> {
  return Symbol.iterator in init;
}

function lowerCaseName(name: string): string {
  return knownNames.get(name) ?? newName(String(name));
}

/** Checks a name that was not met before. */
function newName(name: string): string {
  if (!token.test(name)) throw new TypeError(`${name} is an invalid header name.`);
  const text = name.toLowerCase();
  if (knownNames.size < knownNamesLimit && name.length <= knownNameLength) {
    knownNames.set(name, text);
  }
  return text;
}

function checkedValue(value: string): string {
  if (typeof value === "string" && plainValue.test(value)) return value;
  const text = String(value).replace(outerSpace, "");
  if (badValue.test(text)) throw new TypeError(`${text} is an invalid header value.`);
  return text;
}

/** Names in lower case and values, alternating; the Headers' own list. */
export function headerList(headers: Headers): string[] {
  return listOf(headers);
}

/** Headers over such a list, which it keeps. */
export function headersOf(list: string[]): Headers {
  return create(list);
}

/** Lets nobody change them any more (Fetch, 5.1, guard "immutable"). */
export function freezeHeaders(headers: Headers): Headers {
  freeze(headers);
  return headers;
}
