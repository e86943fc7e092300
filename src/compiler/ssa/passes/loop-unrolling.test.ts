import { describe, expect, it } from "vitest";
import { loopUnrolling } from "./loop-unrolling.ts";
import { mergeBlocks } from "./merge-blocks.ts";
import type { Pass } from "./pass.ts";
import { bodyAfter, lines } from "./passes.fixture.ts";
import { simplify } from "./simplify.ts";

/** The pass with what makes its result short. */
const unrolled: Pass = {
  name: "unrolled",
  run: (fn) => {
    loopUnrolling.run(fn);
    simplify.run(fn);
    mergeBlocks.run(fn);
  },
};

describe("loop-unrolling", () => {
  it("writes rounds one behind the other, and what leaves any of them leaves by one block", () => {
    const text = `function "f"(i32, i32) -> (i32) {
    block0(v0: i32, v1: i32):
      v2 = i32 constant 4
      jump block1(v0)
    block1(v3: i32):
      jump block2(v3)
    block2(v4: i32):
      v5 = i32 add v4, v2
      v6 = i32 load.unsigned32.app v5
      branch v6, block2(v5), block3
    block3:
      v7 = i32 add v5, v6
      branch v7, block1(v7), block4
    block4:
      return(v7)
    }`;
    expect(bodyAfter(unrolled, text)).toBe(
      lines(`
        block0(v0: i32, v1: i32):
          v2 = i32 constant 8
          v3 = i32 constant 12
          v4 = i32 constant 16
          v5 = i32 constant 4
          jump block1(v0)
        block1(v6: i32):
          v7 = i32 add v6, v5
          v8 = i32 load.unsigned32.app v7
          branch v8, block2, block5(v7, v8)
        block2:
          v9 = i32 add v6, v2
          v10 = i32 load.unsigned32.app v9
          branch v10, block3, block5(v9, v10)
        block3:
          v11 = i32 add v6, v3
          v12 = i32 load.unsigned32.app v11
          branch v12, block4, block5(v11, v12)
        block4:
          v13 = i32 add v6, v4
          v14 = i32 load.unsigned32.app v13
          branch v14, block1(v13), block5(v13, v14)
        block5(v15: i32, v16: i32):
          v17 = i32 add v15, v16
          branch v17, block1(v17), block6
        block6:
          return(v17)`),
    );
  });

  const unchanged = (body: string) => {
    const text = `function "f"(i32, i32) -> (i32) {\n${lines(body)}\n}`;
    expect(bodyAfter(loopUnrolling, text)).toBe(bodyAfter({ name: "none", run: () => {} }, text));
  };

  it("leaves loops alone that lie in no other", () => {
    unchanged(`
      block0(v0: i32, v1: i32):
        jump block1(v0)
      block1(v2: i32):
        v3 = i32 add v2, v1
        branch v3, block1(v3), block2
      block2:
        return(v3)`);
  });

  it("leaves loops alone that hold others or calls", () => {
    unchanged(`
      block0(v0: i32, v1: i32):
        jump block1
      block1:
        jump block2
      block2:
        call @7()
        branch v0, block2, block3
      block3:
        branch v1, block1, block4
      block4:
        return(v0)`);
  });

  it("leaves loops alone whose values arrive in one place by several exits", () => {
    unchanged(`
      block0(v0: i32, v1: i32):
        jump block6(v0)
      block6(v4: i32):
        jump block1(v4)
      block1(v2: i32):
        v3 = i32 add v2, v1
        branch v3, block2, block3
      block2:
        branch v2, block1(v3), block4
      block3:
        jump block5
      block4:
        jump block5
      block5:
        branch v0, block6(v3), block7
      block7:
        return(v3)`);
  });
});
