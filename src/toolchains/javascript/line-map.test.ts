import { expect, it } from "vitest";
import { LineMap } from "./line-map.ts";

// Lines 1 to 3 from a.ts:1-3, line 4 from nowhere, line 5 from b.ts:9, line 6 from a.ts:2.
const map = new LineMap({
  sources: ["a.ts", "lib/b.ts"],
  mappings: "AAAA;AACA,IAAI;AACA;;ACMA;ADPA",
});

it("finds the source and line of a bundle's line", () => {
  const found = [1, 2, 3, 4, 5, 6, 7].map((line) => map.find(line));
  expect(found).toEqual([
    "a.ts:1",
    "a.ts:2",
    "a.ts:3",
    undefined,
    "lib/b.ts:9",
    "a.ts:2",
    undefined,
  ]);
});

it("rewrites the places in a trace, and leaves others as they are", () => {
  const trace = "    at f (tsuki:bundle:5:10)\n    at tsuki:bundle:4:1\n    at tsuki:library:5:1";
  expect(map.rewrite(trace)).toBe(
    "    at f (lib/b.ts:9)\n    at tsuki:bundle:4:1\n    at tsuki:library:5:1",
  );
});

it("lies in an image as names and runs", () => {
  const bytes = map.encode();
  const names = new TextEncoder().encode("a.ts\0lib/b.ts\0\0");
  expect([...bytes.subarray(0, names.length)]).toEqual([...names]);
  expect([...bytes.subarray(names.length)]).toEqual([3, 1, 1, 1, 0, 0, 1, 2, 9, 1, 1, 2]);
});
