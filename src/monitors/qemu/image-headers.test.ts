import { expect, test } from "vitest";
import { writeElf } from "../../image/elf/writer.ts";
import { forEditedFiles } from "./edited-files.fixture.ts";
import { imageMemoryEnd } from "./image-headers.ts";

const segment = { bytes: Uint8Array.of(0xf4), writable: false, executable: true };

function image(...ranges: readonly (readonly [address: number, memorySize: number])[]): Buffer {
  const segments = ranges.map(([address, memorySize]) => ({ ...segment, address, memorySize }));
  return Buffer.from(
    writeElf({ entry: 0x10_0000, segments, mappable: false, pvhEntry: 0x10_0000 }),
  );
}

test("an image's memory ends where its last segment does", () => {
  expect(imageMemoryEnd(image([0x10_0000, 0x5000], [0x10_8000, 0x2_0000]))).toBe(0x12_8000);
});

test("a file that is no image fills none", () => {
  expect(imageMemoryEnd(Buffer.alloc(0))).toBe(0);
  expect(imageMemoryEnd(Buffer.from("#!/bin/sh\n".repeat(20)))).toBe(0);
});

test("whatever a file says, it is read within its bounds", () => {
  forEditedFiles(image([0x10_0000, 0x5000]), (file) => {
    expect(imageMemoryEnd(file)).toBeGreaterThanOrEqual(0);
  });
});
