import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { elfSizes } from "./format.ts";
import { findElfProblems } from "./problems.ts";
import { ElfFormatError, readElf } from "./reader.ts";
import { type ElfImage, elfHeadersLength, writeElf } from "./writer.ts";

const elfLister = "readelf";

const text = {
  address: 0x10_1200,
  bytes: Uint8Array.of(0xf4, 0xeb, 0xfd),
  memorySize: 3,
  writable: false,
  executable: true,
};
const data = {
  address: 0x10_0000,
  bytes: Uint8Array.of(1, 2, 3, 4),
  memorySize: 64,
  writable: true,
  executable: false,
};
const stack = { ...data, address: 0x20_0000, bytes: new Uint8Array(0), memorySize: 0x1_0000 };
const app = { ...data, address: 0x10_0000_0000 + 0x3000 };
const image: ElfImage = { entry: 0x10_1200, segments: [text, data, stack, app], mappable: true };

describe("writeElf and readElf", () => {
  it("agree on what was written, in the order of addresses", () => {
    const file = readElf(writeElf(image));
    expect(file.entry).toBe(image.entry);
    expect(file.pvhEntry).toBeUndefined();
    expect(file.executableStack).toBe(false);
    expect(file.segments).toMatchObject([data, text, stack, app]);
    expect(findElfProblems(file)).toEqual([]);
  });

  it("keep the PVH entry and pack what need not be mapped", () => {
    const packed = writeElf({ ...image, mappable: false, pvhEntry: 0x10_1201 });
    expect(readElf(packed).pvhEntry).toBe(0x10_1201);
    const noteBytes = 24;
    expect(packed.length).toBe(elfHeadersLength(4) + elfSizes.program + noteBytes + 3 + 4 + 4);
  });

  it.skipIf(!hasReadelf())("please readelf, symbols included", () => {
    const symbols = [
      { name: "boot", address: 0x10_1200, size: 3, kind: "function" as const },
      { name: "size", address: 0x10_0000, size: 4, kind: "object" as const },
    ];
    const folder = mkdtempSync(join(tmpdir(), "tsuki-elf-"));
    const path = join(folder, "image");
    writeFileSync(path, writeElf({ ...image, pvhEntry: 0x10_1200, symbols }));
    const listing = execFileSync(elfLister, ["-aW", path], { encoding: "utf8" });
    rmSync(folder, { recursive: true });
    expect(listing).toMatch(/FUNC +GLOBAL DEFAULT +1 boot/);
    expect(listing).toMatch(/OBJECT +GLOBAL DEFAULT +ABS size/);
    expect(listing).toMatch(/Xen +0x00000008/);
    expect(listing).not.toMatch(/Warning|Error/);
  });
});

describe("findElfProblems", () => {
  const cases: [string, Partial<ElfImage>, string][] = [
    ["shared pages", { segments: [text, { ...data, memorySize: 0x1001 }] }, "out of order"],
    ["writable code", { segments: [{ ...text, writable: true }] }, "writable code"],
    ["an entry in data", { entry: 0x10_0000 }, "entry is not code"],
    ["page zero", { segments: [{ ...text, address: 0x200 }], entry: 0x200 }, "out of order"],
    ["packed bytes", { mappable: false }, "cannot be mapped"],
  ];
  it.each(cases)("finds %s", (_name, change, problem) => {
    const file = readElf(writeElf({ ...image, ...change }));
    expect(findElfProblems(file).join()).toContain(problem);
  });
});

describe("readElf on hostile bytes", () => {
  it("reads or refuses whatever is flipped or cut, but never fails otherwise", () => {
    const good = writeElf({ ...image, mappable: false, pvhEntry: 0x10_1200 });
    const flips = fc.array(
      fc.tuple(fc.nat({ max: good.length - 1 }), fc.integer({ min: 0, max: 255 })),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(flips, fc.nat({ max: good.length }), (changes, cut) => {
        const bytes = good.slice(0, good.length - (cut % 7 === 0 ? cut : 0));
        for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
        try {
          for (const segment of readElf(bytes).segments) {
            expect(segment.bytes.length).toBeLessThanOrEqual(bytes.length);
          }
        } catch (error) {
          expect(error).toBeInstanceOf(ElfFormatError);
        }
      }),
      { numRuns: 3000 },
    );
  });
});

function hasReadelf(): boolean {
  try {
    execFileSync(elfLister, ["--version"]);
    return true;
  } catch {
    return false;
  }
}
