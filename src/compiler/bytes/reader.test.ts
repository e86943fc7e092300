import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ReadError } from "./read-error.ts";
import { ByteReader } from "./reader.ts";
import { ByteWriter } from "./writer.ts";

function written(write: (writer: ByteWriter) => void): ByteReader {
  const writer = new ByteWriter();
  write(writer);
  return new ByteReader(writer.toBytes());
}

function failure(bytes: readonly number[], read: (reader: ByteReader) => unknown): ReadError {
  try {
    read(new ByteReader(Uint8Array.from(bytes)));
  } catch (error) {
    if (error instanceof ReadError) return error;
  }
  throw new Error("no ReadError");
}

function readS64(reader: ByteReader): bigint {
  reader.s64();
  return BigInt.asIntN(64, (BigInt(reader.high) << 32n) | BigInt(reader.low >>> 0));
}

describe("LEB128", () => {
  it("reads every u32 that was written", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), (value) => {
        expect(written((writer) => writer.unsignedLeb(value)).u32()).toBe(value);
      }),
    );
  });

  it("reads every s32 that was written, as s32, s33 and s64", () => {
    fc.assert(
      fc.property(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), (value) => {
        expect(written((writer) => writer.signedLeb(value)).s32()).toBe(value);
        expect(written((writer) => writer.signedLeb(value)).s33()).toBe(value);
        expect(readS64(written((writer) => writer.signedLeb(value)))).toBe(BigInt(value));
      }),
    );
  });

  it("reads every s33 that was written", () => {
    fc.assert(
      fc.property(fc.integer({ min: -(2 ** 32), max: 2 ** 32 - 1 }), (value) => {
        expect(written((writer) => writer.signedLeb(value)).s33()).toBe(value);
      }),
    );
  });

  it("reads every s64 that was written", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
        expect(readS64(written((writer) => writer.signedLeb(value)))).toBe(value);
      }),
    );
  });

  it("allows padding up to the longest form", () => {
    const padded = Uint8Array.of(0x83, 0x80, 0x80, 0x80, 0x00);
    expect(new ByteReader(padded).u32()).toBe(3);
    const minusOne = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x7f);
    expect(new ByteReader(minusOne).s32()).toBe(-1);
  });

  it.each([
    ["u32", [0x80, 0x80, 0x80, 0x80, 0x80, 0x00], "integer-too-long"],
    ["u32", [0x80, 0x80, 0x80, 0x80, 0x10], "integer-too-large"],
    ["s32", [0x80, 0x80, 0x80, 0x80, 0x80, 0x00], "integer-too-long"],
    ["s32", [0x80, 0x80, 0x80, 0x80, 0x08], "integer-too-large"],
    ["s33", [0x80, 0x80, 0x80, 0x80, 0x20], "integer-too-large"],
    ["s64", [...new Array<number>(10).fill(0x80), 0x00], "integer-too-long"],
    ["s64", [...new Array<number>(9).fill(0x80), 0x01], "integer-too-large"],
    ["u32", [0x80], "unexpected-end"],
    ["s64", [], "unexpected-end"],
  ] as const)("%s refuses %j: %s", (kind, bytes, code) => {
    expect(failure(bytes, (reader) => reader[kind]()).code).toBe(code);
  });
});

describe("ByteReader", () => {
  it("reads fixed-width integers", () => {
    const reader = written((writer) => {
      writer.u16(0x0201);
      writer.u32(0x80000001);
      writer.u64(-2n);
    });
    expect([reader.u8(), reader.u8(), reader.fixed32()]).toEqual([1, 2, 0x80000001 | 0]);
    reader.fixed64();
    expect([reader.low, reader.high]).toEqual([-2, -1]);
  });

  it("stays inside of its range and names the offset", () => {
    const reader = new ByteReader(Uint8Array.of(1, 2, 3, 4), 1, 3);
    reader.skip(1);
    expect(() => reader.take(2)).toThrow("unexpected end at offset 2");
    expect(reader.take(1)).toEqual(Uint8Array.of(3));
    expect(reader.remaining).toBe(0);
    expect(() => new ByteReader(Uint8Array.of(1), 0, 2)).toThrow(ReadError);
  });

  it("refuses text that is not UTF-8", () => {
    expect(failure([0xc0, 0x80], (reader) => reader.text(2)).code).toBe("not-utf8");
    expect(written((writer) => writer.text("Mond 🌙")).text(9)).toBe("Mond 🌙");
  });
});
