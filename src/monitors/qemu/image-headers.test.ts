import fastCheck from "fast-check";
import { expect, test } from "vitest";
import { writeElf } from "../../image/elf/writer.ts";
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
  const good = image([0x10_0000, 0x5000]);
  const edits = fastCheck.array(
    fastCheck.tuple(fastCheck.nat(good.length - 1), fastCheck.nat(255)),
    { maxLength: 8 },
  );
  fastCheck.assert(
    fastCheck.property(edits, fastCheck.nat(good.length), (list, length) => {
      const file = Buffer.from(good.subarray(0, length));
      for (const [place, value] of list) if (place < length) file[place] = value;
      expect(imageMemoryEnd(file)).toBeGreaterThanOrEqual(0);
    }),
    { numRuns: 500 },
  );
});
