import { describe, expect, it } from "vitest";
import { mergeBlocks } from "./merge-blocks.ts";
import { bodyAfter, lines } from "./passes.fixture.ts";

describe("merge-blocks", () => {
  it("leads edges past blocks that only jump on, with the arguments of both", () => {
    const text = `function "f"(i32) -> (i32) {
    block0(v0: i32):
      v1 = i32 constant 1
      branch v0, block1(v1), block2
    block1(v2: i32):
      jump block3(v2, v0)
    block2:
      jump block3(v0, v1)
    block3(v3: i32, v4: i32):
      v5 = i32 add v3, v4
      return(v5)
    }`;
    expect(bodyAfter(mergeBlocks, text)).toBe(
      lines(`
        block0(v0: i32):
          v1 = i32 constant 1
          branch v0, block1(v1, v0), block1(v0, v1)
        block1(v2: i32, v3: i32):
          v4 = i32 add v2, v3
          return(v4)`),
    );
  });

  it("makes one block of a diamond without contents", () => {
    const text = `function "f"(i32) -> (i32) {
    block0(v0: i32):
      branch v0, block1, block2
    block1:
      jump block3(v0)
    block2:
      jump block3(v0)
    block3(v1: i32):
      return(v1)
    }`;
    expect(bodyAfter(mergeBlocks, text)).toBe("block0(v0: i32):\n  return(v0)");
  });

  it("keeps a block whose parameter is used elsewhere, and loops without contents", () => {
    const text = `function "f"(i32) -> (i32) {
    block0(v0: i32):
      branch v0, block1(v0), block2
    block1(v1: i32):
      jump block3
    block2:
      jump block2
    block3:
      return(v1)
    }`;
    expect(bodyAfter(mergeBlocks, text)).toBe(
      lines(`
        block0(v0: i32):
          branch v0, block1(v0), block2
        block1(v1: i32):
          return(v1)
        block2:
          jump block2`),
    );
  });
});
