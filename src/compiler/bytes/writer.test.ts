import { describe, expect, it } from "vitest";
import { ByteWriter } from "./writer.ts";

describe("ByteWriter", () => {
  it("grows as needed and keeps what was written", () => {
    const writer = new ByteWriter(1);
    for (let index = 0; index < 1000; index++) writer.u16(index);
    const bytes = writer.toBytes();
    expect(bytes.length).toBe(2000);
    expect([bytes[1998], bytes[1999]]).toEqual([999 & 0xff, 999 >> 8]);
  });

  it("aligns with zeros or a filler", () => {
    const writer = new ByteWriter();
    writer.u8(1);
    writer.align(4);
    writer.u8(2);
    writer.align(8, 0xcc);
    writer.align(8);
    expect([...writer.toBytes()]).toEqual([1, 0, 0, 0, 2, 0xcc, 0xcc, 0xcc]);
  });

  it("patches only what was written", () => {
    const writer = new ByteWriter();
    writer.halves(1, 2);
    writer.patch32(4, -1);
    expect([...writer.toBytes()]).toEqual([1, 0, 0, 0, 255, 255, 255, 255]);
    expect(() => writer.patch32(5, 0)).toThrow(RangeError);
  });

  it("writes the shortest LEB128 forms", () => {
    const writer = new ByteWriter();
    writer.unsignedLeb(128);
    writer.signedLeb(-64);
    writer.signedLeb(64n);
    expect([...writer.toBytes()]).toEqual([0x80, 0x01, 0x40, 0xc0, 0x00]);
  });
});
