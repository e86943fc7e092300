import { describe, expect, test } from "vitest";
import { scanIncludes } from "./include-scan.ts";

describe("scanIncludes", () => {
  test.each([
    ['#include "a.h"', ["a.h"], []],
    ["#include <stdio.h>", [], ["stdio.h"]],
    ['  #  include\t"a/b.h" // why', ["a/b.h"], []],
    ['#if 0\n#include "off.h"\n#endif', ["off.h"], []],
    ['#include \\\n"joined.h"', ["joined.h"], []],
    ['#embed "data.bin"', ["data.bin"], []],
    ["#if __has_include(<maybe.h>)", [], ["maybe.h"]],
    ['x = "#include \\"no.h\\"";', [], []],
    ["#included", [], []],
  ])("%j", (text, quoted, angled) => {
    expect(scanIncludes(text)).toEqual({ quoted, angled, computed: false });
  });

  test("tells that a name is computed", () => {
    expect(scanIncludes("#include CONFIG").computed).toBe(true);
  });
});
