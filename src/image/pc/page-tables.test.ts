import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { appBase } from "../../contracts/machine-interface.ts";
import { pageTablesLength } from "../layout/page-tables-length.ts";
import { sparseSegments } from "./machine-tables.ts";
import { type MappedImage, pageTables } from "./page-tables.ts";

const addressBits = 0x000f_ffff_ffff_f000n;

/** What the tables say of an address: where it leads and what may be done (Intel SDM 3, 4.5). */
function look(image: MappedImage, address: number | bigint): string {
  const view = new DataView(pageTables(image).buffer);
  let table = BigInt(image.tables);
  let rights = "wx";
  for (const shift of [39n, 30n, 21n, 12n]) {
    const index = Number((BigInt(address) >> shift) & 511n);
    const entry = view.getBigUint64(Number(table) - image.tables + index * 8, true);
    if ((entry & 1n) === 0n) return "none";
    if ((entry & 2n) === 0n) rights = rights.replace("w", "");
    if (entry >> 63n === 1n) rights = rights.replace("x", "");
    table = entry & addressBits;
  }
  return `0x${table.toString(16)} r${rights}`;
}

const stackAddress = 0xff80_0000;

const image: MappedImage = {
  tables: 0x12_0000,
  end: 0x12_0000 + pageTablesLength(0x12_0000),
  protectedRanges: [
    { rights: "execute", start: 0x10_2000, end: 0x10_4000 },
    { rights: "read", start: 0x10_4000, end: 0x10_5000 },
    { rights: "none", start: 0x10_a000, end: 0x10_b000 },
  ],
  app: { start: 0x10_6000, offset: 0x3_f000, length: 0x3000 },
  stack: { start: 0x11_0000, address: stackAddress, length: 0x8000 },
};

describe("the page tables of an image", () => {
  it.each([
    ["nothing at address 0", 0, "none"],
    ["nothing below 1 MiB", 0xf_f000, "none"],
    ["static data", 0x10_0000, "0x100000 rw"],
    ["text", 0x10_2000, "0x102000 rx"],
    ["the end of text", 0x10_3000, "0x103000 rx"],
    ["read-only data", 0x10_4000, "0x104000 r"],
    ["data behind it", 0x10_5000, "0x105000 rw"],
    ["a guard page", 0x10_a000, "none"],
    ["what lies above the guard", 0x10_b000, "0x10b000 rw"],
    ["themselves", 0x12_0000, "0x120000 rw"],
    ["nothing behind the image", image.end, "none"],
    ["a stack whose lowest page is held back", stackAddress, "none"],
    ["the rest of the stack", stackAddress + 0x1000, "0x111000 rw"],
    ["the top of the stack", stackAddress + 0x7000, "0x117000 rw"],
    ["nothing above the stack", stackAddress + 0x8000, "none"],
    ["nothing below the stack", stackAddress - 0x1000, "none"],
    ["nothing in front of the app's pages", appBase + 0x3_e000n, "none"],
    ["the app's first page", appBase + 0x3_f000n, "0x106000 rw"],
    ["the app's last page", appBase + 0x4_1000n, "0x108000 rw"],
    ["nothing behind the app's pages", appBase + 0x4_2000n, "none"],
  ])("have %s", (_what, address, expected) => {
    expect(look(image, address)).toBe(expected);
  });

  it("allow nothing to be both written and executed", () => {
    for (let address = 0; address < 0x20_0000; address += 4096) {
      expect(look(image, address)).not.toContain("wx");
    }
  });

  it("reach as far as a large image does, and map no page of the app beyond one table", () => {
    const end = 0x70_0000;
    const app = { start: 0x20_0000, offset: 0x1f_f000, length: 0x2000 };
    const large = { ...image, end, app };
    expect(look(large, 0x6f_f000)).toBe("0x6ff000 rw");
    expect(look(large, 0x70_0000)).toBe("none");
    expect(look(large, appBase + 0x1f_f000n)).toBe("0x200000 rw");
    expect(look(large, appBase + 0x20_0000n)).toBe("none");
  });
});

describe("sparse segments", () => {
  it("are what they are made of, with few zeroes in the file", () => {
    const run = fc.tuple(fc.nat(600), fc.uint8Array({ minLength: 1, maxLength: 40 }));
    fc.assert(
      fc.property(fc.array(run, { minLength: 1, maxLength: 6 }), fc.nat(600), (runs, tail) => {
        const parts = runs.flatMap(([zeroes, bytes]) => [...new Uint8Array(zeroes), ...bytes]);
        const bytes = Uint8Array.from([...parts, ...new Uint8Array(tail)]);
        const memory = new Uint8Array(bytes.length).fill(0xff);
        let end = 0x1000;
        for (const segment of sparseSegments(0x1000, bytes)) {
          expect(segment.address).toBe(end);
          end += segment.memorySize;
          const at = segment.address - 0x1000;
          memory.fill(0, at, at + segment.memorySize);
          memory.set(segment.bytes, at);
        }
        expect(memory).toEqual(bytes);
      }),
    );
  });
});
