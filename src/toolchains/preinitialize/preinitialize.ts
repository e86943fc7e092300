/**
 * Pre-initialisation: a module that begins where an initialiser left it.
 *
 * The initialiser runs in V8. Memory and mutable globals become the new module's initial values;
 * code, types, imports and tables stay as they are, byte for byte.
 */
import { ByteReader } from "../../compiler/bytes/reader.ts";
import { ByteWriter } from "../../compiler/bytes/writer.ts";
import { decode } from "../../compiler/wasm/decode.ts";
import { type Module, WasmType } from "../../compiler/wasm/module.ts";
import { TsukiError } from "../../contracts/errors.ts";
import {
  joinSections,
  type Section,
  sectionIds,
  splitSections,
  withSection,
  writeName,
} from "./sections.ts";
import { dataSection, globalSection, memorySection } from "./snapshot.ts";

/** A module to initialise. */
export interface Preinitialization {
  readonly module: Uint8Array;
  /** What the module imports. */
  readonly imports: WebAssembly.Imports;
  /** Exports that must not run a second time and are taken out of the new module. */
  readonly initializers?: readonly string[];
}

/** An instance that can be turned into a module again. */
export interface SnapshotInstance {
  /** Its start function has run; nothing else has. */
  readonly instance: WebAssembly.Instance;
  /** The module as it is now. Throws `wasm-unsupported` for what no module can hold. */
  snapshot(): Uint8Array;
}

/** By what name WASI reactors and Wizer's modules export their initialisers. */
export const usualInitializers = ["_initialize", "wizer.initialize"] as const;

const hidden = { memory: "tsuki:memory", start: "tsuki:start" } as const;
const hiddenGlobal = (index: number): string => `tsuki:global:${index}`;
const hiddenTable = (index: number): string => `tsuki:table:${index}`;
const exportKinds = { function: 0, table: 1, memory: 2, global: 3 } as const;

/** Runs a module's initialiser and gives the module as it is afterwards. Throws what `run` throws. */
export function preinitialize(
  request: Preinitialization,
  run: (instance: WebAssembly.Instance) => void,
): Uint8Array {
  const opened = openForSnapshot(request);
  run(opened.instance);
  return opened.snapshot();
}

/** Instantiates a module so that it can be turned into a module again. */
export function openForSnapshot(request: Preinitialization): SnapshotInstance {
  const { module, sections, exposed } = parse(request.module);
  const instance = new WebAssembly.Instance(exposed, request.imports);
  const tables = new TableWatch(module, instance);
  const start = instance.exports[hidden.start];
  if (typeof start === "function") Reflect.apply(start, undefined, []);
  return {
    instance,
    snapshot: () => {
      tables.refuseChanges();
      return joinSections(settle(module, sections, instance, request.initializers ?? []));
    },
  };
}

/** A module as it is, and as V8 runs it. */
interface ParsedModule {
  readonly module: Module;
  readonly sections: readonly Section[];
  readonly exposed: WebAssembly.Module;
}

/** Parsed modules by their bytes: one engine is opened several times. */
const parsed = new WeakMap<Uint8Array, ParsedModule>();

function parse(bytes: Uint8Array): ParsedModule {
  const known = parsed.get(bytes);
  if (known !== undefined) return known;
  const module = decode(bytes);
  const sections = splitSections(bytes);
  const exposed = new WebAssembly.Module(joinSections(expose(module, sections)));
  const made = { module, sections, exposed };
  parsed.set(bytes, made);
  return made;
}

/** The sections with everything exported that the snapshot needs, and no start function. */
function expose(module: Module, sections: readonly Section[]): Section[] {
  const added: HiddenExport[] = [];
  if (module.memories.length > 0) {
    added.push({ name: hidden.memory, kind: exportKinds.memory, index: 0 });
  }
  if (module.start !== undefined) {
    added.push({ name: hidden.start, kind: exportKinds.function, index: module.start });
  }
  for (const { index } of mutableGlobals(module)) {
    added.push({ name: hiddenGlobal(index), kind: exportKinds.global, index });
  }
  module.tables.forEach((_, index) => {
    added.push({ name: hiddenTable(index), kind: exportKinds.table, index });
  });
  const exports = exportSection(sections, () => true, added);
  return withSection(
    withSection(sections, sectionIds.export, exports),
    sectionIds.start,
    undefined,
  );
}

/** The sections of the new module. */
function settle(
  module: Module,
  sections: readonly Section[],
  instance: WebAssembly.Instance,
  initializers: readonly string[],
): Section[] {
  const exports = exportSection(sections, (name) => !initializers.includes(name), []);
  let result = withSection(sections, sectionIds.export, exports);
  result = withSection(result, sectionIds.start, undefined);
  const globals = sections.find(({ id }) => id === sectionIds.global);
  if (globals !== undefined) {
    const values = globalValues(module, instance);
    result = withSection(result, sectionIds.global, globalSection(module, globals.content, values));
  }
  const memory = instance.exports[hidden.memory];
  if (!(memory instanceof WebAssembly.Memory)) return result;
  const bytes = new Uint8Array(memory.buffer);
  const { content, count } = dataSection(module, bytes);
  if (module.memories[0]?.import === undefined) {
    result = withSection(result, sectionIds.memory, memorySection(module, bytes.length));
  }
  if (module.dataCount !== undefined) {
    const writer = new ByteWriter();
    writer.unsignedLeb(count);
    result = withSection(result, sectionIds.dataCount, writer.toBytes());
  }
  return withSection(result, sectionIds.data, content);
}

interface HiddenExport {
  readonly name: string;
  readonly kind: number;
  readonly index: number;
}

function exportSection(
  sections: readonly Section[],
  keeps: (name: string) => boolean,
  added: readonly HiddenExport[],
): Uint8Array {
  const old = sections.find(({ id }) => id === sectionIds.export)?.content ?? Uint8Array.of(0);
  const reader = new ByteReader(old);
  const items: HiddenExport[] = [];
  for (let left = reader.u32(); left > 0; left--) {
    const length = reader.u32();
    const name = new TextDecoder().decode(old.subarray(reader.offset, reader.offset + length));
    reader.offset += length;
    const kind = reader.u8();
    items.push({ name, kind, index: reader.u32() });
  }
  const all = [...items.filter(({ name }) => keeps(name)), ...added];
  const writer = new ByteWriter(old.length);
  writer.unsignedLeb(all.length);
  for (const { name, kind, index } of all) {
    writeName(writer, name);
    writer.u8(kind);
    writer.unsignedLeb(index);
  }
  return writer.toBytes();
}

function mutableGlobals(module: Module): { readonly index: number }[] {
  return module.globals.flatMap(({ isMutable, import: name }, index) =>
    isMutable && name === undefined ? [{ index }] : [],
  );
}

function globalValues(
  module: Module,
  instance: WebAssembly.Instance,
): ReadonlyMap<number, number | bigint> {
  const values = new Map<number, number | bigint>();
  for (const { index } of mutableGlobals(module)) {
    const global = instance.exports[hiddenGlobal(index)] as { readonly value: unknown };
    const { value } = global;
    if (typeof value === "number" || typeof value === "bigint") values.set(index, value);
    else if (module.globals[index]?.type === WasmType.funcref && value !== null) {
      throw new TsukiError(
        "wasm-unsupported",
        "The initialiser sets a global to a function, which a snapshot cannot hold.",
      );
    }
  }
  return values;
}

interface Table {
  readonly length: number;
  get(index: number): unknown;
}

/** Tables as they were before the initialiser ran. */
class TableWatch {
  private readonly before: { readonly table: Table; readonly entries: readonly unknown[] }[];

  constructor(module: Module, instance: WebAssembly.Instance) {
    this.before = module.tables.map((_, index) => {
      const table = instance.exports[hiddenTable(index)] as Table;
      return { table, entries: entriesOf(table) };
    });
  }

  /** Throws when a table is not as it was: a snapshot cannot name functions. */
  refuseChanges(): void {
    for (const { table, entries } of this.before) {
      const now = entriesOf(table);
      if (now.length === entries.length && now.every((entry, at) => entry === entries[at])) {
        continue;
      }
      throw new TsukiError(
        "wasm-unsupported",
        "The initialiser changes a table of functions, which a snapshot cannot hold.",
      );
    }
  }
}

function entriesOf(table: Table): readonly unknown[] {
  return Array.from({ length: table.length }, (_, index) => table.get(index));
}
