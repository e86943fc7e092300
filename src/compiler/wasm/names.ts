import { ReadError } from "../bytes/read-error.ts";
import { ByteReader } from "../bytes/reader.ts";
import { DecodeError } from "./errors.ts";
import type { ByteRange, Module } from "./module.ts";
import { readName, readVector } from "./types.ts";

/** What the name section tells (specification, appendix "Name Section"). */
export interface ModuleNames {
  readonly module: string | undefined;
  readonly functions: ReadonlyMap<number, string>;
  /** Names of locals by function; those of large modules are worth not asking for. */
  locals(functionIndex: number): ReadonlyMap<number, string>;
}

const known = new WeakMap<Module, ModuleNames>();

/** The names in a module; a malformed name section counts as far as it could be read. */
export function namesOf(module: Module): ModuleNames {
  let names = known.get(module);
  if (names === undefined) {
    names = new NameSection(module);
    known.set(module, names);
  }
  return names;
}

/** What to call a function in messages: its name, else that of its export or import, else `func[N]`. */
export function functionName(module: Module, functionIndex: number): string {
  const name = namesOf(module).functions.get(functionIndex);
  if (name !== undefined && name !== "") return name;
  const isThisFunction = (entry: { kind: string; index: number }) =>
    entry.kind === "function" && entry.index === functionIndex;
  const exported = module.exports.find(isThisFunction);
  if (exported !== undefined) return exported.name;
  const imported = module.functions[functionIndex]?.import;
  if (imported !== undefined) return `${imported.module}.${imported.name}`;
  return `func[${functionIndex}]`;
}

class NameSection implements ModuleNames {
  module: string | undefined;
  functions: ReadonlyMap<number, string> = new Map();
  private readonly bytes: Uint8Array;
  private localNames: ByteRange | undefined;
  private decodedLocals: ReadonlyMap<number, ReadonlyMap<number, string>> | undefined;

  constructor(module: Module) {
    this.bytes = module.bytes;
    const range = module.customSections.get("name");
    if (range !== undefined) ignoringErrors(() => this.readSubsections(range));
  }

  locals(functionIndex: number): ReadonlyMap<number, string> {
    this.decodedLocals ??= this.readLocals();
    return this.decodedLocals.get(functionIndex) ?? new Map();
  }

  private readSubsections(range: ByteRange): void {
    const reader = new ByteReader(this.bytes, range.start, range.end);
    while (reader.remaining > 0) {
      const id = reader.u8();
      const length = reader.u32();
      const start = reader.offset;
      reader.skip(length);
      const subsection = new ByteReader(this.bytes, start, start + length);
      if (id === 0) this.module = readName(subsection);
      if (id === 1) this.functions = readNameMap(subsection);
      if (id === 2) this.localNames = { start, end: start + length };
    }
  }

  private readLocals(): ReadonlyMap<number, ReadonlyMap<number, string>> {
    const locals = new Map<number, ReadonlyMap<number, string>>();
    const range = this.localNames;
    if (range === undefined) return locals;
    const reader = new ByteReader(this.bytes, range.start, range.end);
    ignoringErrors(() => {
      readVector(reader, () => locals.set(reader.u32(), readNameMap(reader)));
    });
    return locals;
  }
}

function readNameMap(reader: ByteReader): Map<number, string> {
  const names = new Map<number, string>();
  readVector(reader, () => names.set(reader.u32(), readName(reader)));
  return names;
}

/** Errors in custom sections do not make a module malformed (section 5.5.3). */
function ignoringErrors(read: () => void): void {
  try {
    read();
  } catch (error) {
    if (!(error instanceof ReadError || error instanceof DecodeError)) throw error;
  }
}
