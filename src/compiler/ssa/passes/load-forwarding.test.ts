import { describe, expect, it, test } from "vitest";
import { loadForwarding } from "./load-forwarding.ts";
import { bodyAfter } from "./passes.fixture.ts";

/** The lines of the only block of a function of (i32, i32, i64) behind the pass. */
function after(block: string): string {
  const text = `function "f"(i32, i32, i64) -> (i32, i32) {
    block0(v0: i32, v1: i32, v2: i64):\n${block}\n}`;
  return trimmed(bodyAfter(loadForwarding, text)).replace(/^block0.*\n/, "");
}

function trimmed(text: string): string {
  return text.trim().replaceAll(/^ +/gm, "");
}

describe("load-forwarding", () => {
  it("loads a place once and takes from there what was stored", () => {
    const block = `
      v3 = i32 load.unsigned32.app v0 + 4
      v4 = i32 load.unsigned32.app v0 + 4
      store.unsigned32.app v1, v4 + 8
      v5 = i32 load.unsigned32.app v1 + 8
      v6 = i32 add v4, v5
      return(v5, v6)`;
    expect(after(block)).toBe(
      trimmed(`
      v3 = i32 load.unsigned32.app v0 + 4
      store.unsigned32.app v1, v3 + 8
      v4 = i32 add v3, v3
      return(v3, v4)`),
    );
  });

  it("remembers places beside the one that is written, and variables whatever is", () => {
    const block = `
      v3 = i32 load.unsigned32.app v0 + 4
      v4 = i32 loadSymbol.unsigned32 @1
      store.whole64.app v0, v2 + 8
      v5 = i32 load.unsigned32.app v0 + 4
      v6 = i32 loadSymbol.unsigned32 @1
      return(v5, v6)`;
    expect(after(block)).toBe(
      trimmed(`
      v3 = i32 load.unsigned32.app v0 + 4
      v4 = i32 loadSymbol.unsigned32 @1
      store.whole64.app v0, v2 + 8
      return(v3, v4)`),
    );
  });

  test.each([
    ["a store elsewhere", "store.unsigned32.app v1, v0"],
    ["a store in the other space", "store.unsigned32.kernel v0, v0 + 4"],
    ["a store of a part", "store.unsigned8.app v0, v1 + 7"],
    ["a store that begins before", "store.whole64.app v0, v2 + 1"],
    ["a call", "call @1()"],
    ["an intrinsic", "intrinsic.mmio.write64(v2, v2)"],
  ])("loads again behind %s", (_, between) => {
    const block = `
      v3 = i32 load.unsigned32.app v0 + 4
      ${between}
      v4 = i32 load.unsigned32.app v0 + 4
      return(v3, v4)`;
    expect(after(block)).toBe(trimmed(block));
  });

  test.each([
    ["of another width", "v3 = i32 load.unsigned8.app v0", "v4 = i32 load.unsigned16.app v0"],
    ["extended otherwise", "v3 = i32 load.unsigned8.app v0", "v4 = i32 load.signed8.app v0"],
    ["in another space", "v3 = i32 load.unsigned32.app v0", "v4 = i32 load.unsigned32.kernel v0"],
    [
      "of another variable",
      "v3 = i32 loadSymbol.unsigned32 @1",
      "v4 = i32 loadSymbol.unsigned32 @2",
    ],
  ])("loads what is %s", (_, first, second) => {
    const block = `${first}\n${second}\nreturn(v3, v4)`;
    expect(after(block)).toBe(trimmed(block));
  });

  it("does not take a value of which only the low bytes were stored", () => {
    const block = `
      store.unsigned8.app v0, v1
      v3 = i32 load.unsigned8.app v0
      storeSymbol.unsigned32 v2 @1
      v4 = i64 loadSymbol.unsigned32 @1
      v5 = i32 wrap v4
      return(v3, v5)`;
    expect(after(block)).toBe(trimmed(block));
  });

  it("knows nothing where ways meet, in loops above all, but on the only way to a block", () => {
    const text = `function "f"(i32) -> (i32) {
    block0(v0: i32):
      v1 = i32 load.unsigned32.app v0
      jump block1
    block1:
      v2 = i32 load.unsigned32.app v0
      branch v2, block2, block3
    block2:
      v3 = i32 load.unsigned32.app v0
      store.unsigned32.app v3, v2
      jump block1
    block3:
      return(v1)
    }`;
    expect(trimmed(bodyAfter(loadForwarding, text))).toBe(
      trimmed(`
    block0(v0: i32):
      v1 = i32 load.unsigned32.app v0
      jump block1
    block1:
      v2 = i32 load.unsigned32.app v0
      branch v2, block2, block3
    block2:
      store.unsigned32.app v2, v2
      jump block1
    block3:
      return(v1)`),
    );
  });
});
