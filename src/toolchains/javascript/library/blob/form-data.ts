/** XMLHttpRequest, 4: the fields of a form. */
import { Blob, blobBytes, File } from "./blob.ts";

/** The value of a field. */
export type FormValue = string | File;

/** XMLHttpRequest, 4. */
export class FormData implements Iterable<[string, FormValue]> {
  #entries: [string, FormValue][] = [];

  append(name: string, value: unknown, fileName?: string): void {
    this.#entries.push(toEntry(name, value, fileName));
  }

  delete(name: string): void {
    this.#entries = this.#entries.filter(([each]) => each !== String(name));
  }

  get(name: string): FormValue | null {
    return this.#entries.find(([each]) => each === String(name))?.[1] ?? null;
  }

  getAll(name: string): FormValue[] {
    return this.#entries.filter(([each]) => each === String(name)).map(([, value]) => value);
  }

  has(name: string): boolean {
    return this.#entries.some(([each]) => each === String(name));
  }

  set(name: string, value: unknown, fileName?: string): void {
    const entry = toEntry(name, value, fileName);
    const place = this.#entries.findIndex(([each]) => each === entry[0]);
    this.delete(entry[0]);
    this.#entries.splice(place < 0 ? this.#entries.length : place, 0, entry);
  }

  forEach(call: (value: FormValue, name: string, form: FormData) => void, self?: unknown): void {
    for (const [name, value] of this) Reflect.apply(call, self, [value, name, this]);
  }

  *entries(): IterableIterator<[string, FormValue]> {
    for (const [name, value] of this.#entries) yield [name, value];
  }

  *keys(): IterableIterator<string> {
    for (const [name] of this.#entries) yield name;
  }

  *values(): IterableIterator<FormValue> {
    for (const [, value] of this.#entries) yield value;
  }

  [Symbol.iterator](): IterableIterator<[string, FormValue]> {
    return this.entries();
  }

  get [Symbol.toStringTag](): string {
    return "FormData";
  }
}

/** XMLHttpRequest, 4, create an entry: a Blob becomes a File. */
function toEntry(name: string, value: unknown, fileName: string | undefined): [string, FormValue] {
  const key = String(name).toWellFormed();
  if (!(value instanceof Blob)) {
    if (fileName !== undefined) throw new TypeError("Only a Blob may have a file's name");
    return [key, String(value).toWellFormed()];
  }
  if (value instanceof File && fileName === undefined) return [key, value];
  const shown = String(fileName ?? (value instanceof File ? value.name : "blob"));
  const lastModified = value instanceof File ? value.lastModified : Date.now();
  return [key, new File([blobBytes(value)], shown, { type: value.type, lastModified })];
}
