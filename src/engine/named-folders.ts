/** Folders of things that people give names to: made whole or not at all, and gone at once. */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Static, TSchema } from "typebox";
import { Value } from "typebox/value";
import { TsukiError } from "../contracts/errors.ts";
import { flushToDiskNow, makeFolder, writeFileAtomically } from "./atomic-file.ts";
import { attempt } from "./attempt.ts";
import { withLock } from "./lock.ts";
import { isName, nameRule } from "./name-form.ts";

/** All things of one kind: a folder each, and in it a JSON document that says what it is. */
export class NamedFolders {
  readonly #folder: string;
  readonly #kind: string;

  /** `kind` is the word for one of them: `volume`. */
  constructor(folder: string, kind: string) {
    this.#folder = folder;
    this.#kind = kind;
  }

  /** Every name, sorted. */
  names(): readonly string[] {
    return (attempt(() => readdirSync(this.#folder)) ?? []).filter(isName).sort();
  }

  /** Where a thing is, or would be. */
  pathOf(name: string): string {
    return join(this.#folder, name);
  }

  /** The file in it that says what it is. */
  recordPathOf(name: string): string {
    return join(this.pathOf(name), `${this.#kind}.json`);
  }

  /** That file's text; undefined where there is no such thing. Throws `state-damaged`. */
  readRecord(name: string): string | undefined {
    if (!isName(name) || !existsSync(this.pathOf(name))) return undefined;
    const path = this.recordPathOf(name);
    const text = attempt(() => readFileSync(path, "utf8"));
    if (text !== undefined) return text;
    throw damagedState(path, "cannot be read");
  }

  /** The text of another file in a thing's folder; undefined where there is none. */
  readFile(name: string, file: string): string | undefined {
    return attempt(() => readFileSync(join(this.pathOf(name), file), "utf8"));
  }

  /** Does `work` while no other command changes any of these; what crashes left goes first. */
  async alone<Result>(work: () => Promise<Result>): Promise<Result> {
    return await withLock(`${this.#kind} ${this.#folder}`, async () => {
      for (const name of attempt(() => readdirSync(this.#folder)) ?? []) {
        if (name.startsWith("."))
          rmSync(join(this.#folder, name), { recursive: true, force: true });
      }
      return await work();
    });
  }

  /**
   * Makes one, with what `fill` puts into its folder; only under the lock of `alone`. Throws `usage`
   * for a name that is none or taken, and `store-unwritable`.
   */
  create(name: string, record: object, fill: (folder: string) => void): void {
    if (!isName(name)) {
      throw new TsukiError("usage", `${name} is no name for a ${this.#kind}; write ${nameRule}`);
    }
    if (existsSync(this.pathOf(name))) {
      throw new TsukiError("usage", `there is a ${this.#kind} called ${name} already`);
    }
    const aside = join(this.#folder, `.${name}`);
    this.#writing(name, () => {
      makeFolder(this.#folder);
      mkdirSync(aside, { mode: 0o700 });
      fill(aside);
      writeFileAtomically(join(aside, `${this.#kind}.json`), encode(record), 0o600);
      // A name is safe from a power cut once its folder has been flushed.
      flushToDiskNow(aside);
      renameSync(aside, this.pathOf(name));
      flushToDiskNow(this.#folder);
    });
  }

  /** Writes a file of one anew; only under the lock of `alone`. Throws `store-unwritable`. */
  write(name: string, file: string, content: object): void {
    this.#writing(name, () => {
      writeFileAtomically(join(this.pathOf(name), file), encode(content), 0o600);
      flushToDiskNow(this.pathOf(name));
    });
  }

  /** Removes one: renamed first, so that no half of it is ever seen; only under the lock of `alone`. */
  remove(name: string): void {
    const aside = join(this.#folder, `.${name}`);
    this.#writing(name, () => {
      renameSync(this.pathOf(name), aside);
      flushToDiskNow(this.#folder);
      rmSync(aside, { recursive: true, force: true });
    });
  }

  #writing(name: string, work: () => void): void {
    try {
      work();
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      const message = `cannot write ${this.pathOf(name)}: ${why}`;
      throw new TsukiError("store-unwritable", message, { cause: error });
    }
  }
}

/** Reads a JSON document of this form; `path` names it in messages. Throws `state-damaged`. */
export function readDocument<Schema extends TSchema>(
  schema: Schema,
  text: string,
  path: string,
): Static<Schema> {
  const value = attempt<unknown>(() => JSON.parse(text));
  if (Value.Check(schema, value)) return value;
  const [problem] = Value.Errors(schema, value);
  const where = problem?.instancePath || "/";
  throw damagedState(path, value === undefined ? "is no JSON document" : `${where} is malformed`);
}

/** The error for a file of Tsuki's that somebody else wrote to. */
export function damagedState(path: string, problem: string): TsukiError {
  const advice = "remove the folder that it lies in, or put back what was there";
  return new TsukiError("state-damaged", `${path}: ${problem}; ${advice}`);
}

function encode(value: object): Uint8Array {
  return Buffer.from(`${JSON.stringify(value, undefined, 2)}\n`);
}
