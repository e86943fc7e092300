import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DwarfError } from "./dwarf-error.ts";
import { readSourceMap } from "./source-map.ts";

const encode = (map: unknown) => new TextEncoder().encode(JSON.stringify(map));

describe("readSourceMap", () => {
  // Offsets 10, 14 and 30 lead to lines 1, 3 and 2; 20 leads nowhere.
  const map = { version: 3, sourceRoot: "/home", sources: ["a.ts"], mappings: "UAAA,IAEC,M,UADA" };
  const lines = readSourceMap(encode(map), [8, 28]);

  it("leads from offsets to lines", () => {
    expect(lines.files).toEqual(["", "/home/a.ts"]);
    expect([9, 10, 13, 14, 22, 27].map((offset) => lines.find(offset)?.line)).toEqual([
      ...[undefined, 1, 1, 3, 3, 3],
    ]);
    expect(lines.find(14)).toMatchObject({ file: 1, column: 2, isStatement: true });
  });

  it("leads from no function into the one before", () => {
    expect(lines.find(29)).toBeUndefined();
    expect(lines.find(30)?.line).toBe(2);
  });

  it("reads or refuses whatever it is given", () => {
    const mappings = fc.string({ unit: fc.constantFrom(..."AACDEZgk+/,;?ü") });
    const maps = fc.record({ sources: fc.array(fc.anything()), mappings });
    fc.assert(
      fc.property(fc.oneof(maps.map(encode), fc.uint8Array()), (bytes) => {
        try {
          readSourceMap(bytes, [0]);
        } catch (error) {
          expect(error).toBeInstanceOf(DwarfError);
        }
      }),
    );
  });
});
