import { ByteWriter } from "../../src/compiler/bytes/writer.ts";
import {
  type ConstantExpression,
  type FunctionType,
  type ReferenceType,
  type SegmentTarget,
  WasmType,
} from "../../src/compiler/wasm/module.ts";
import { CodeWriter } from "./code-writer.ts";
import { copiedType, copyBody, type IndexMaps } from "./function-copy.ts";
import type { Binding, Instance } from "./instances.ts";

/** What cannot be made into one program. */
export class NotMergeable extends Error {
  readonly code = "not-mergeable";
}

interface MergedFunction {
  readonly type: number;
  readonly body: () => Uint8Array;
}

interface Limits {
  readonly minimum: number;
  readonly maximum: number | undefined;
  readonly isShared?: boolean;
}

/** Functions that the merged module imports, which stand first. */
export interface HostFunction {
  readonly module: string;
  readonly name: string;
  readonly type: FunctionType;
}

const spectestGlobals: Readonly<Record<string, ConstantExpression>> = {
  global_i32: { kind: "constant", type: WasmType.i32, low: 666, high: 0 },
  global_i64: { kind: "constant", type: WasmType.i64, low: 666, high: 0 },
  global_f32: { kind: "constant", type: WasmType.f32, low: 0x4426a666, high: 0 },
  global_f64: { kind: "constant", type: WasmType.f64, low: 0xcccccccd | 0, high: 0x4084d4cc },
};

/**
 * One module made of several instances and what they share. The first instance keeps its active
 * segments and its start function; those of later ones become code, since they act at their time.
 */
export class MergedModule {
  private readonly types: FunctionType[] = [];
  private readonly functions: MergedFunction[] = [];
  private readonly tables: (Limits & { readonly type: ReferenceType })[] = [];
  private readonly globals: { type: number; isMutable: boolean; initial: Uint8Array }[] = [];
  private readonly elements: Uint8Array[] = [];
  private readonly data: Uint8Array[] = [];
  private readonly memories: Limits[] = [];
  /** Types of the tags. */
  private readonly tags: number[] = [];
  private start: number | undefined;
  private readonly maps = new Map<Instance, IndexMaps>();
  private readonly shared = new Map<string, number>();
  private readonly firstSegments = new Map<Instance, { element: number; data: number }>();

  constructor(
    private readonly hosts: readonly HostFunction[],
    instances: readonly Instance[],
    readonly replacesHosts = false,
  ) {
    instances.forEach((instance, position) => this.add(instance, position === 0));
  }

  /** The memory's first size in pages, or undefined where there is no memory. */
  get initialPages(): number | undefined {
    return this.memories[0]?.minimum;
  }

  /** Adds a memory where there is none. */
  addMemory(minimum: number): void {
    if (this.memories.length === 0) this.memories.push({ minimum, maximum: undefined });
  }

  /** Where an instance's things stand. */
  mapsOf(instance: Instance): IndexMaps {
    const maps = this.maps.get(instance);
    if (maps === undefined) throw new NotMergeable("an instance is not there");
    return maps;
  }

  /** Adds a function of ours; gives its index. */
  addFunction(type: FunctionType, body: Uint8Array): number {
    return this.addMerged(this.typeIndex(type), () => body);
  }

  addGlobal(type: number): number {
    const initial = new CodeWriter().i32(0).op("end").writer.toBytes();
    return this.globals.push({ type, isMutable: true, initial }) - 1;
  }

  /** What instantiation does at its time: copies segments, up to one that fails, and starts. */
  instantiation(instance: Instance, stopsAtFailure: boolean): Uint8Array {
    const { module } = instance;
    const maps = this.mapsOf(instance);
    const code = new CodeWriter();
    let fails = false;
    module.elements.forEach(({ items, target }, index) => {
      if (target === undefined || fails) return;
      const table = maps.table(target.index);
      fails = stopsAtFailure && this.fails(target, items.length, this.tables[table]?.minimum ?? 0);
      if (fails) return;
      code.raw(this.constant(instance, target.offset)).i32(0).i32(items.length);
      code.op("table.init", maps.element(index), table).op("elem.drop", maps.element(index));
    });
    module.data.forEach(({ contents, target }, index) => {
      if (target === undefined || fails) return;
      const length = contents.end - contents.start;
      const memory = maps.memory(target.index);
      const size = (this.memories[memory]?.minimum ?? 0) * 65_536;
      fails = stopsAtFailure && this.fails(target, length, size);
      if (fails) return;
      code.raw(this.constant(instance, target.offset)).i32(0).i32(length);
      code.op("memory.init", maps.data(index), memory).op("data.drop", maps.data(index));
    });
    if (module.start !== undefined && !stopsAtFailure) {
      code.op("call", maps.function(module.start));
    }
    return code.writer.toBytes();
  }

  /** The module's bytes, with one function exported. */
  toBytes(exported: { readonly name: string; readonly index: number }): Uint8Array {
    const imports = this.hosts.map((host) => hostImport(host, this.typeIndex(host.type)));
    const bodies = this.functions.map(({ body }) => body());
    const exports = [exportEntry(exported.name, 0, exported.index)];
    if (this.memories.length > 0) exports.push(exportEntry("memory", 2, 0));
    const module = new ByteWriter();
    module.u32(0x6d736100);
    module.u32(1);
    section(module, 1, this.types.map(functionType));
    section(module, 2, imports);
    section(
      module,
      3,
      this.functions.map(({ type }) => leb(type)),
    );
    section(module, 4, this.tables.map(tableBytes));
    section(module, 5, this.memories.map(limits));
    section(
      module,
      13,
      this.tags.map((type) => Uint8Array.of(0, ...leb(type))),
    );
    section(
      module,
      6,
      this.globals.map(({ type, isMutable, initial }) =>
        Uint8Array.of(type, isMutable ? 1 : 0, ...initial),
      ),
    );
    section(module, 7, exports);
    if (this.start !== undefined) sized(module, 8, leb(this.start));
    section(module, 9, [...this.elements, this.declarations()]);
    if (this.data.length > 0) sized(module, 12, leb(this.data.length));
    section(
      module,
      10,
      bodies.map((body) => bytes((writer) => withLength(writer, body))),
    );
    section(module, 11, this.data);
    return module.toBytes();
  }

  /** A declarative segment of all functions, so that any may be referred to. */
  private declarations(): Uint8Array {
    return bytes((writer) => {
      writer.u16(3);
      vector(
        writer,
        this.functions.map((_, index) => leb(index + this.hosts.length)),
      );
    });
  }

  private fails(target: SegmentTarget, length: number, size: number): boolean {
    return target.offset.kind !== "constant" || (target.offset.low >>> 0) + length > size;
  }

  private add(instance: Instance, isFirst: boolean): void {
    const { bindings, module } = instance;
    const types = module.types.map(({ parameters, results }) =>
      this.typeIndex({
        parameters: parameters.map((type) => this.copied(type)),
        results: results.map((type) => this.copied(type)),
      }),
    );
    const functions = module.functions.map(({ typeIndex, body }, index) => {
      const type = types[typeIndex] ?? 0;
      if (body !== undefined) {
        return this.addMerged(type, () => copyBody(module, index, this.mapsOf(instance)));
      }
      return this.bound(bindings.function[index], "function", (name) =>
        this.addMerged(type, () => {
          if (!name.startsWith("print")) throw new NotMergeable(`there is no spectest.${name}`);
          return new CodeWriter().body();
        }),
      );
    });
    const tables = module.tables.map((table, index) =>
      table.import === undefined
        ? this.tables.push({ ...table, type: this.copied(table.type) }) - 1
        : this.bound(
            bindings.table[index],
            "table",
            () => this.tables.push({ minimum: 10, maximum: 20, type: WasmType.funcref }) - 1,
          ),
    );
    const first = { element: this.elements.length, data: this.data.length };
    this.firstSegments.set(instance, first);
    const globals: number[] = [];
    const memories = this.addMemories(instance);
    const tags = module.tags.map((tag, index) =>
      tag.import === undefined
        ? this.tags.push(types[tag.typeIndex] ?? 0) - 1
        : this.bound(bindings.tag[index], "tag", () => this.tags.push(0) - 1),
    );
    this.maps.set(instance, {
      type: (index) => types[index] ?? 0,
      function: (index) => functions[index] ?? 0,
      table: (index) => tables[index] ?? 0,
      global: (index) => globals[index] ?? 0,
      memory: (index) => memories[index] ?? 0,
      tag: (index) => tags[index] ?? 0,
      data: (index) => first.data + index,
      element: (index) => first.element + index,
      replacesHosts: this.replacesHosts,
    });
    module.globals.forEach(({ initial, isMutable, type: declared }, index) => {
      const type = this.copied(declared);
      globals.push(
        initial === undefined
          ? this.bound(bindings.global[index], "global", (name) => {
              const value = spectestGlobals[name];
              if (value === undefined) throw new NotMergeable(`there is no spectest.${name}`);
              const code = this.constant(instance, value);
              return this.globals.push({ type, isMutable, initial: withEnd(code) }) - 1;
            })
          : this.globals.push({
              type,
              isMutable,
              initial: withEnd(this.constant(instance, initial)),
            }) - 1,
      );
    });
    this.addSegments(instance, isFirst);
    if (isFirst && module.start !== undefined) this.start = functions[module.start];
  }

  /** Adds an instance's own memories; gives the indices of all. */
  private addMemories({ bindings, module }: Instance): number[] {
    return module.memories.map((memory, index) =>
      memory.import === undefined
        ? this.memories.push(memory) - 1
        : this.bound(
            bindings.memory[index],
            "memory",
            () => this.memories.push({ minimum: 1, maximum: 2 }) - 1,
          ),
    );
  }

  private addSegments(instance: Instance, isFirst: boolean): void {
    const { module } = instance;
    for (const { items, mode, target, type } of module.elements) {
      this.elements.push(
        bytes((writer) => {
          const isActive = isFirst && target !== undefined;
          writer.u8(isActive ? 6 : mode === "declarative" ? 7 : 5);
          if (isActive) {
            writer.unsignedLeb(this.mapsOf(instance).table(target.index));
            writer.bytes(withEnd(this.constant(instance, target.offset)));
          }
          writer.u8(this.copied(type));
          vector(
            writer,
            items.map((item) => withEnd(this.constant(instance, item))),
          );
        }),
      );
    }
    for (const { contents, target } of module.data) {
      this.data.push(
        bytes((writer) => {
          const isActive = isFirst && target !== undefined;
          writer.u8(isActive ? 2 : 1);
          if (isActive) {
            writer.unsignedLeb(this.mapsOf(instance).memory(target.index));
            writer.bytes(withEnd(this.constant(instance, target.offset)));
          }
          withLength(writer, module.bytes.subarray(contents.start, contents.end));
        }),
      );
    }
  }

  /** Adds a table of functions of ours; gives its index. */
  addTable(entries: number): number {
    return this.tables.push({ minimum: entries, maximum: entries, type: WasmType.funcref }) - 1;
  }

  /** The index of a function type. */
  typeOf(type: FunctionType): number {
    return this.typeIndex(type);
  }

  /** A type as it is in the merged module. */
  copied<Type extends number>(type: Type): Type | typeof WasmType.funcref {
    return copiedType(type, this.replacesHosts);
  }

  private addMerged(type: number, body: () => Uint8Array): number {
    return this.hosts.length + this.functions.push({ type, body }) - 1;
  }

  /** What an import stands for; things of spectest are made once. */
  private bound(
    binding: Binding | undefined,
    kind: "function" | "table" | "memory" | "global" | "tag",
    make: (name: string) => number,
  ): number {
    if (binding === undefined) throw new NotMergeable("an import is not bound");
    if (binding.kind === "instance") return this.mapsOf(binding.instance)[kind](binding.index);
    const key = `${kind} ${binding.name}`;
    const index = this.shared.get(key) ?? make(binding.name);
    this.shared.set(key, index);
    return index;
  }

  private constant(instance: Instance, expression: ConstantExpression): Uint8Array {
    const code = new CodeWriter();
    const { writer } = code;
    switch (expression.kind) {
      case "global":
        code.op("global.get", this.mapsOf(instance).global(expression.index));
        break;
      case "function":
        code.op("ref.func", this.mapsOf(instance).function(expression.index));
        break;
      case "null":
        code.op("ref.null", this.copied(expression.type));
        break;
      case "vector":
        code.op("v128.const").writer.bytes(expression.bytes);
        break;
      case "constant":
        if (expression.type === WasmType.i32) code.i32(expression.low);
        else if (expression.type === WasmType.i64) {
          code.i64((BigInt(expression.high) << 32n) | BigInt(expression.low >>> 0));
        } else if (expression.type === WasmType.f32)
          code.op("f32.const").writer.u32(expression.low);
        else {
          code.op("f64.const");
          writer.halves(expression.low, expression.high);
        }
    }
    return writer.toBytes();
  }

  private typeIndex(type: FunctionType): number {
    const key = String(functionType(type));
    const known = this.types.findIndex((each) => String(functionType(each)) === key);
    return known >= 0 ? known : this.types.push(type) - 1;
  }
}

function hostImport({ module, name }: HostFunction, type: number): Uint8Array {
  return bytes((writer) => {
    text(writer, module);
    text(writer, name);
    writer.u8(0);
    writer.unsignedLeb(type);
  });
}

function exportEntry(name: string, kind: number, index: number): Uint8Array {
  return bytes((writer) => {
    text(writer, name);
    writer.u8(kind);
    writer.unsignedLeb(index);
  });
}

function bytes(write: (writer: ByteWriter) => void): Uint8Array {
  const writer = new ByteWriter();
  write(writer);
  return writer.toBytes();
}

function withEnd(code: Uint8Array): Uint8Array {
  return Uint8Array.of(...code, 0x0b);
}

function text(writer: ByteWriter, value: string): void {
  withLength(writer, Buffer.from(value));
}

function withLength(writer: ByteWriter, contents: Uint8Array): void {
  writer.unsignedLeb(contents.length);
  writer.bytes(contents);
}

function vector(writer: ByteWriter, items: readonly Uint8Array[]): void {
  writer.unsignedLeb(items.length);
  for (const item of items) writer.bytes(item);
}

function sized(module: ByteWriter, id: number, contents: Uint8Array): void {
  module.u8(id);
  withLength(module, contents);
}

function section(module: ByteWriter, id: number, items: readonly Uint8Array[]): void {
  if (items.length > 0)
    sized(
      module,
      id,
      bytes((writer) => vector(writer, items)),
    );
}

function functionType({ parameters, results }: FunctionType): Uint8Array {
  return Uint8Array.of(
    0x60,
    ...leb(parameters.length),
    ...parameters,
    ...leb(results.length),
    ...results,
  );
}

function leb(value: number): Uint8Array {
  return bytes((writer) => writer.unsignedLeb(value));
}

function limits({ isShared = false, minimum, maximum }: Limits): Uint8Array {
  return bytes((writer) => {
    writer.u8((maximum === undefined ? 0 : 1) | (isShared ? 2 : 0));
    writer.unsignedLeb(minimum);
    if (maximum !== undefined) writer.unsignedLeb(maximum);
  });
}

function tableBytes(table: Limits & { readonly type: ReferenceType }): Uint8Array {
  return Uint8Array.of(table.type, ...limits(table));
}
