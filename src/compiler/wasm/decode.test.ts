import binaryen from "binaryen";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ByteWriter } from "../bytes/writer.ts";
import { assemble } from "./assemble.fixture.ts";
import { decode } from "./decode.ts";
import { DecodeError, UnsupportedError, withDecodeErrors } from "./errors.ts";
import { InstructionReader } from "./instruction-reader.ts";
import { type Module, WasmType } from "./module.ts";
import { functionName, namesOf } from "./names.ts";

const { Features } = binaryen;

function fromText(
  text: string,
  features = Features.BulkMemory | Features.ReferenceTypes,
): Uint8Array {
  const module = binaryen.parseText(text);
  module.setFeatures(features);
  binaryen.setDebugInfo(true);
  return module.emitBinary();
}

/** A module of raw sections. */
function raw(...sections: readonly (readonly [number, ...number[]])[]): Uint8Array {
  const writer = new ByteWriter();
  writer.u32(0x6d736100);
  writer.u32(1);
  for (const [id, ...contents] of sections) {
    writer.u8(id);
    writer.unsignedLeb(contents.length);
    writer.bytes(Uint8Array.from(contents));
  }
  return writer.toBytes();
}

function thrown(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}

const sample = `(module $sample
  (import "env" "print" (func $print (param i32)))
  (import "env" "base" (global $base i32))
  (memory 1 4)
  (table $t 4 8 funcref)
  (global $g (mut i64) (i64.const -5))
  (global $pi f64 (f64.const 3.5))
  (func $main (export "main") (param $count i32) (result i32) (local $sum i64)
    (call $print (local.get $count)) (i32.const 42))
  (func $init (global.set $g (i64.const 1)))
  (start $init)
  (elem (table $t) (i32.const 1) func $main $init)
  (data (i32.const 8) "abc")
  (data $later "xyz"))`;

describe("decode", () => {
  it("reads every kind of section", () => {
    const module = decode(fromText(sample));
    expect(
      module.functions.map(({ import: name, body }) => [name?.name, body !== undefined]),
    ).toEqual([
      ["print", false],
      [undefined, true],
      [undefined, true],
    ]);
    expect(module.memories).toEqual([
      { minimum: 1, maximum: 4, isShared: false, import: undefined },
    ]);
    expect(module.tables).toEqual([
      { minimum: 4, maximum: 8, type: WasmType.funcref, import: undefined },
    ]);
    expect(module.globals.map(({ isMutable, initial }) => [isMutable, initial?.kind])).toEqual([
      [false, undefined],
      [true, "constant"],
      [false, "constant"],
    ]);
    expect(module.exports).toEqual([{ name: "main", kind: "function", index: 1 }]);
    expect(module.start).toBe(2);
    expect(module.data.map(({ mode }) => mode)).toEqual(["active", "passive"]);
    const contents = module.data.map(({ contents: { start, end } }) =>
      Buffer.from(module.bytes.subarray(start, end)).toString(),
    );
    expect(contents).toEqual(["abc", "xyz"]);
  });

  it("reads the name section", () => {
    const module = decode(fromText(sample));
    const names = namesOf(module);
    expect(names.module).toBe("sample");
    expect([...names.functions.values()]).toEqual(["print", "main", "init"]);
    expect(names.locals(1).get(0)).toBe("count");
    expect(names.locals(7).size).toBe(0);
  });

  it("names functions without a name after their export, their import or their number", () => {
    const bytes = assemble({
      imports: [{ module: "env", name: "log", type: "->" }],
      functions: [{ name: "main", type: "->", code: "" }],
    });
    const module = decode(bytes);
    expect([0, 1, 2].map((index) => functionName(module, index))).toEqual([
      "env.log",
      "main",
      "func[2]",
    ]);
  });

  it("ignores a malformed name section", () => {
    const bytes = raw([0, 4, ...Buffer.from("name"), 1, 200, 1]);
    expect(namesOf(decode(bytes)).functions.size).toBe(0);
  });

  it("reads the eight forms of element segments", () => {
    const zero = [0x41, 0, 0x0b];
    const reference = [0xd2, 0, 0x0b];
    const module = decode(
      raw(
        [1, 1, 0x60, 0, 0],
        [3, 1, 0],
        [4, 1, 0x70, 0, 9],
        [
          9,
          8,
          0,
          ...zero,
          1,
          0,
          1,
          0,
          1,
          0,
          2,
          0,
          ...zero,
          0,
          1,
          0,
          3,
          0,
          1,
          0,
          4,
          ...zero,
          1,
          ...reference,
          5,
          0x70,
          1,
          ...reference,
          6,
          0,
          ...zero,
          0x70,
          1,
          0xd0,
          0x70,
          0x0b,
          7,
          0x70,
          1,
          ...reference,
        ],
        [10, 1, 2, 0, 0x0b],
      ),
    );
    const modes = ["active", "passive", "active", "declarative"];
    expect(module.elements.map(({ mode }) => mode)).toEqual([...modes, ...modes]);
    expect(module.elements.map(({ items }) => items[0]?.kind)).toEqual([
      ...new Array<string>(6).fill("function"),
      "null",
      "function",
    ]);
  });
});

describe("constant expressions", () => {
  const i32 = 0x7f;
  const i64 = 0x7e;
  it.each([
    ["a sum", i32, [0x41, 1, 0x41, 2, 0x6a], { low: 3, high: 0 }],
    ["a difference below zero", i32, [0x41, 1, 0x41, 2, 0x6b], { low: -1, high: 0 }],
    ["a product", i32, [0x41, 6, 0x41, 7, 0x6c], { low: 42, high: 0 }],
    ["a difference of 64 bits", i64, [0x42, 1, 0x42, 2, 0x7d], { low: -1, high: -1 }],
    ["a global before it", i32, [0x23, 0, 0x41, 1, 0x6a], { low: 6, high: 0 }],
  ])("are worked out: %s", (_, type, code, value) => {
    const first = [i32, 0, 0x41, 5, 0x0b];
    const { globals } = decode(raw([6, 2, ...first, type, 0, ...code, 0x0b]));
    expect(globals[1]?.initial).toEqual({ kind: "constant", type, ...value });
  });

  it.each([
    ["of another type", [0x42, 0], /type mismatch: a constant expression of i32 gives i64/],
    ["without a value", [], /gives nothing/],
    ["with two values", [0x41, 0, 0x41, 0], /gives i32 i32/],
    ["that adds one value", [0x41, 0, 0x6a], /takes two of i32/],
    ["that divides", [0x41, 4, 0x41, 2, 0x6d], /which i32.div_s is not/],
    ["that reads itself", [0x23, 0], /unknown global 0/],
    [
      "of too many instructions",
      Array.from({ length: 600 }, () => [0x41, 0]).flat(),
      /too many|gives/,
    ],
  ])("are refused: one %s", (_, code, message) => {
    const error = thrown(() => decode(raw([6, 1, i32, 0, ...code, 0x0b])));
    expect((error as Error).message).toMatch(message);
  });
});

describe("decode refuses", () => {
  it.each([
    ["something else", Buffer.from("#!/bin/sh"), "wasm-not-a-module"],
    ["nothing", new Uint8Array(0), "wasm-not-a-module"],
    ["a later version", Uint8Array.of(0, 0x61, 0x73, 0x6d, 2, 0, 0, 0), "wasm-not-a-module"],
    ["an unknown section", raw([14]), "wasm-invalid"],
    ["sections out of order", raw([3, 0], [1, 0]), "wasm-invalid"],
    ["a section cut off", raw([1, 1, 0x60, 0, 0]).subarray(0, 11), "wasm-invalid"],
    ["bytes behind a section's contents", raw([1, 0, 0]), "wasm-invalid"],
    ["a length beyond the section", raw([1, 0xff, 0xff, 0xff, 0xff, 0x0f]), "wasm-invalid"],
    ["functions without code", raw([1, 1, 0x60, 0, 0], [3, 1, 0]), "wasm-invalid"],
    ["an unknown type", raw([3, 1, 0]), "wasm-invalid"],
    ["a wrong data count", raw([12, 1]), "wasm-invalid"],
    ["a minimum above the maximum", raw([5, 1, 1, 2, 1]), "wasm-invalid"],
    ["a memory above 4 GiB", raw([5, 1, 0, 0x81, 0x80, 0x04]), "wasm-invalid"],
    ["a table of 10,000,001 entries", raw([4, 1, 0x70, 0, 0x81, 0xad, 0xe2, 4]), "wasm-invalid"],
    ["an export of nothing", raw([7, 1, 1, 0x61, 0, 0]), "wasm-invalid"],
    ["an export twice", raw([5, 1, 0, 1], [7, 2, 1, 0x61, 2, 0, 1, 0x61, 2, 0]), "wasm-invalid"],
    ["a start that is not there", raw([8, 0]), "wasm-invalid"],
    ["data without a memory", raw([11, 1, 0, 0x41, 0, 0x0b, 0]), "wasm-invalid"],
    ["elements without a table", raw([9, 1, 0, 0x41, 0, 0x0b, 0]), "wasm-invalid"],
    [
      "functions in a table of host references",
      raw([4, 1, 0x6f, 0, 1], [9, 1, 0, 0x41, 0, 0x0b, 0]),
      "wasm-invalid",
    ],
    [
      "a start with a parameter",
      raw([1, 1, 0x60, 1, 0x7f, 0], [3, 1, 0], [8, 0], [10, 1, 2, 0, 0x0b]),
      "wasm-invalid",
    ],
  ] as const)("%s", (_, bytes, code) => {
    const error = thrown(() => decode(bytes));
    expect(error).toBeInstanceOf(DecodeError);
    expect((error as DecodeError).code).toBe(code);
    expect((error as DecodeError).message).toMatch(/at offset \d+/);
  });
});

describe("features that come later are refused by name", () => {
  it.each([
    ["64-bit memory", raw([5, 1, 4, 1])],
    ["64-bit tables", raw([4, 1, 0x70, 4, 1])],
    ["custom page sizes", raw([5, 1, 8, 1, 0])],
    ["garbage-collected types", raw([1, 1, 0x4e, 1, 0x60, 0, 0])],
    ["threads (shared globals)", raw([6, 1, 0x7f, 2, 0x41, 0, 0x0b])],
    ["garbage-collected types", raw([1, 1, 0x5f, 0])],
    ["typed function references", raw([4, 1, 0x40, 0, 0x70, 0, 1])],
    ["component model", Uint8Array.of(0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0)],
  ])("%s in a module", (feature, bytes) => {
    const error = thrown(() => decode(bytes));
    expect(error).toBeInstanceOf(UnsupportedError);
    expect((error as Error).message).toContain(feature);
  });

  it.each([
    ["garbage-collected types", [0xfb, 0x00]],
    ["typed function references", [0xd4]],
    ["wide arithmetic", [0xfc, 0x13]],
  ])("%s in a function, which is named", (feature, code) => {
    const body = [0, ...code, 0x0b];
    const module = decode(
      raw(
        [1, 1, 0x60, 0, 0],
        [3, 1, 0],
        [7, 1, 3, ...Buffer.from("run"), 0, 0],
        [10, 1, body.length, ...body],
      ),
    );
    const error = thrown(() => readAll(module, 0));
    expect(error).toBeInstanceOf(UnsupportedError);
    expect((error as Error).message).toContain(feature);
    expect((error as Error).message).toContain("function run");
  });
});

function readAll(module: Module, index: number): number {
  const reader = new InstructionReader(module, index);
  let count = 0;
  for (; !reader.atEnd; count++) reader.next();
  return count;
}

describe("arbitrary bytes", () => {
  it("end in a module or in an error of the decoder", () => {
    const original = fromText(sample);
    const mutation = fc.record({
      at: fc.nat(original.length - 1),
      byte: fc.nat(255),
      kind: fc.constantFrom("set", "insert", "remove"),
    });
    fc.assert(
      fc.property(fc.array(mutation, { minLength: 1, maxLength: 6 }), (mutations) => {
        const bytes = [...original];
        for (const { at, byte, kind } of mutations) {
          bytes.splice(at, kind === "insert" ? 0 : 1, ...(kind === "remove" ? [] : [byte]));
        }
        decodeAll(Uint8Array.from(bytes));
      }),
      { numRuns: 2000 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (tail) => {
        decodeAll(Uint8Array.from([...original.subarray(0, 8), ...tail]));
      }),
      { numRuns: 500 },
    );
  });
});

describe("arbitrary function bodies", () => {
  it("end in instructions or in an error of the decoder", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (code) => {
        const body = [0, ...code];
        decodeAll(raw([1, 1, 0x60, 0, 0], [3, 1, 0], [10, 1, body.length, ...body]));
      }),
      { numRuns: 2000 },
    );
  });
});

/** Reads a module and all of its functions, whose locals and instructions are bounded by its size. */
function decodeAll(bytes: Uint8Array): void {
  try {
    const module = decode(bytes);
    namesOf(module).locals(0);
    module.functions.forEach(({ body }, index) => {
      if (body !== undefined) readAllOrFail(module, index);
    });
  } catch (error) {
    expectKnown(error);
  }
}

function readAllOrFail(module: Module, index: number): void {
  const count = withDecodeErrors(() => readAll(module, index));
  expect(count).toBeLessThanOrEqual(module.bytes.length);
}

function expectKnown(error: unknown): void {
  if (error instanceof DecodeError || error instanceof UnsupportedError) return;
  throw error;
}
