import binaryen from "binaryen";
import { expect, it } from "vitest";
import { decode } from "../../compiler/wasm/decode.ts";
import { preinitialize, usualInitializers } from "./preinitialize.ts";
import { sectionIds, splitSections } from "./sections.ts";

interface Reads {
  readonly i32: () => number;
  readonly i64: () => bigint;
  readonly f32: () => number;
  readonly f64: () => number;
  readonly word: (address: number) => number;
  readonly pages: () => number;
}

const source = `(module
  (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (table $t 4 funcref)
  (elem (i32.const 1) $started)
  (global $started (mut i32) (i32.const 0))
  (global $i32 (mut i32) (i32.const 0))
  (global $i64 (mut i64) (i64.const 0))
  (global $f32 (mut f32) (f32.const 0))
  (global $f64 (mut f64) (f64.const 0))
  (global $constant i32 (i32.const 77))
  (data (i32.const 16) "before")
  (func $started (global.set $started (i32.add (global.get $started) (i32.const 1))))
  (start $started)
  (func (export "_initialize")
    (global.set $i32 (i32.const -5))
    (global.set $i64 (i64.const 0x123456789abcdef0))
    (global.set $f32 (f32.const 1.5))
    (global.set $f64 (f64.const -2.25))
    (drop (memory.grow (i32.const 2)))
    (i32.store (i32.const 16) (i32.const 0))
    (i32.store (i32.const 0x20000) (i32.const 99))
    (drop (call $random (i32.const 0x20010) (i32.const 4))))
  (func (export "i32") (result i32) (i32.add (global.get $i32) (global.get $started)))
  (func (export "i64") (result i64) (global.get $i64))
  (func (export "f32") (result f32) (global.get $f32))
  (func (export "f64") (result f64) (global.get $f64))
  (func (export "word") (param i32) (result i32) (i32.load (local.get 0)))
  (func (export "pages") (result i32) (memory.size)))`;

function assemble(text: string): Uint8Array {
  const module = binaryen.parseText(text);
  module.setFeatures(binaryen.Features.All);
  const bytes = module.emitBinary();
  module.dispose();
  return bytes;
}

function call(instance: WebAssembly.Instance, name: string): void {
  (instance.exports[name] as () => void)();
}

/** Imports whose random_get fills with 0x5a. */
function importsFor(memory: () => ArrayBuffer): WebAssembly.Imports {
  const random = (pointer: number, length: number): number => {
    new Uint8Array(memory(), pointer, length).fill(0x5a);
    return 0;
  };
  return { wasi_snapshot_preview1: { random_get: random } };
}

const unused = importsFor(() => {
  throw new Error("the new module calls its imports");
});

function initialized(module: Uint8Array): Uint8Array {
  const memories: WebAssembly.Memory[] = [];
  const imports = importsFor(() => memories[0]?.buffer ?? new ArrayBuffer(0));
  return preinitialize({ module, imports, initializers: usualInitializers }, (instance) => {
    memories.push(instance.exports["memory"] as WebAssembly.Memory);
    call(instance, "_initialize");
  });
}

it("begins where the initialiser left it", () => {
  const module = initialized(assemble(source));
  const instance = new WebAssembly.Instance(new WebAssembly.Module(module), unused);
  const reads = instance.exports as unknown as Reads;
  expect(reads.i32()).toBe(-5 + 1);
  expect(reads.i64()).toBe(0x123456789abcdef0n);
  expect(reads.f32()).toBe(1.5);
  expect(reads.f64()).toBe(-2.25);
  expect(reads.pages()).toBe(3);
  expect(reads.word(16)).toBe(0);
  expect(reads.word(18)).toBe(Buffer.from("\0\0re").readUInt32LE());
  expect(reads.word(0x20000)).toBe(99);
  expect(reads.word(0x20010)).toBe(0x5a5a5a5a);
});

it("leaves the code section as it is, and takes out initialiser and start function", () => {
  const before = assemble(source);
  const after = initialized(before);
  const code = (module: Uint8Array) =>
    splitSections(module).find(({ id }) => id === sectionIds.code)?.content;
  expect(Buffer.compare(code(before) as Uint8Array, code(after) as Uint8Array)).toBe(0);
  const { exports, start } = decode(after);
  expect(start).toBeUndefined();
  expect(exports.map(({ name }) => name)).toEqual([
    "memory",
    "i32",
    "i64",
    "f32",
    "f64",
    "word",
    "pages",
  ]);
});

it("is the same for the same initialiser, and can be initialised again", () => {
  const module = initialized(assemble(source));
  expect(Buffer.compare(module, initialized(assemble(source)))).toBe(0);
  const again = preinitialize({ module, imports: unused }, () => undefined);
  expect(Buffer.compare(again, module)).toBe(0);
});

it("keeps passive segments where code looks for them", () => {
  const module = assemble(`(module
    (memory (export "memory") 1)
    (data (i32.const 8) "active")
    (data $passive "passive")
    (func (export "copy") (memory.init $passive (i32.const 64) (i32.const 0) (i32.const 7))))`);
  const after = preinitialize({ module, imports: {} }, (instance) => {
    new Uint8Array((instance.exports["memory"] as WebAssembly.Memory).buffer)[8] = 0x41;
  });
  const instance = new WebAssembly.Instance(new WebAssembly.Module(after), {});
  call(instance, "copy");
  const bytes = Buffer.from((instance.exports["memory"] as WebAssembly.Memory).buffer);
  expect(bytes.toString("latin1", 8, 14)).toBe("Active");
  expect(bytes.toString("latin1", 64, 71)).toBe("passive");
});

it("refuses an initialiser that changes a table", () => {
  const module = assemble(`(module
    (table $t (export "t") 2 funcref)
    (func $f)
    (elem declare func $f)
    (func (export "wizer.initialize") (table.set $t (i32.const 0) (ref.func $f))))`);
  const change = () =>
    preinitialize({ module, imports: {} }, (instance) => call(instance, "wizer.initialize"));
  expect(change).toThrow(/changes a table/);
});
