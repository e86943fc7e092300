import { expect, test } from "vitest";
import { addressOffsets } from "./address-offsets.ts";
import { bodyAfter } from "./passes.fixture.ts";

/** The pass on a function whose v2 is at most 255 and whose v0 may be anything. */
function after(access: string): string {
  const text = `function "f"(i32) -> (i32) {
    block0(v0: i32):
      v1 = i32 constant 255
      v2 = i32 and v0, v1
      v3 = i32 constant 4096
      v4 = i32 add v2, v3
      v5 = i32 constant -16
      v6 = i32 add v2, v5
      v7 = i32 add v0, v3
      v8 = i32 add v4, v3
      ${access}
      return(v0)
    }`;
  return bodyAfter(addressOffsets, text).split("\n").at(-2)?.trim() ?? "";
}

test.each([
  ["a constant", "v9 = i32 load.unsigned32.app v4 + 8", "v9 = i32 load.unsigned32.app v2 + 4104"],
  ["two constants", "v9 = i32 load.unsigned32.app v8", "v9 = i32 load.unsigned32.app v2 + 8192"],
  ["a store's constant", "store.unsigned32.app v4, v0", "store.unsigned32.app v2, v0 + 4096"],
  ["the kernel's", "v9 = i32 load.unsigned8.kernel v4", "v9 = i32 load.unsigned8.kernel v2 + 4096"],
])("takes %s into the offset", (_, access, expected) => {
  expect(after(access)).toBe(expected);
});

test.each([
  ["may wrap", "v9 = i32 load.unsigned32.app v7"],
  ["goes down", "v9 = i32 load.unsigned32.app v6 + 64"],
  ["no displacement holds", "v9 = i32 load.unsigned32.app v4 + 2147483640"],
])("leaves a sum that %s", (_, access) => {
  expect(after(access)).toBe(access);
});

test("knows how far a loop comes", () => {
  const text = `function "f"() -> () {
    block0:
      v0 = i32 constant 0
      v1 = i32 constant 8
      v2 = i32 constant 80
      v3 = i32 constant 1000
      jump block1(v0)
    block1(v4: i32):
      v5 = i32 add v4, v3
      store.unsigned32.app v5, v4
      v6 = i32 add v4, v1
      v7 = i32 compare.notEqual v6, v2
      branch v7, block1(v6), block2
    block2:
      return()
    }`;
  expect(bodyAfter(addressOffsets, text)).toContain("store.unsigned32.app v4, v4 + 1000");
});
