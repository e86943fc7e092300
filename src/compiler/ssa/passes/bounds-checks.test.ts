import { describe, expect, it } from "vitest";
import { boundsChecks } from "./bounds-checks.ts";
import { deadCode } from "./dead-code.ts";
import type { Pass } from "./pass.ts";
import { bodyAfter, lines } from "./passes.fixture.ts";

const pass: Pass = {
  name: "bounds-checks, cleaned up",
  run: (fn) => {
    boundsChecks.run(fn);
    deadCode.run(fn);
  },
};

/** A check of the index v1 in a memory whose size stands in symbol 1; uses values from `first` on. */
function check(first: number, reach: number): string {
  return `v${first} = i64 constant ${reach}
      v${first + 1} = i64 add v1, v${first}
      v${first + 2} = i64 loadSymbol.whole64 @1
      v${first + 3} = i32 compare.greaterUnsigned v${first + 1}, v${first + 2}
      trapIf.memoryOutOfBounds v${first + 3}`;
}

function checksLeft(body: string): number {
  return bodyAfter(pass, body).match(/trapIf/g)?.length ?? 0;
}

describe("bounds-checks", () => {
  it("drops what a farther check before it covers, in blocks that it dominates too", () => {
    const text = `function "f"(i32) -> () {
    block0(v0: i32):
      v1 = i64 extendUnsigned v0
      ${check(2, 16)}
      call @2()
      ${check(6, 8)}
      branch v0, block1, block2
    block1:
      ${check(10, 16)}
      return()
    block2:
      ${check(14, 12)}
      return()
    }`;
    expect(checksLeft(text)).toBe(1);
  });

  it("keeps what only another way has checked", () => {
    const text = `function "f"(i32) -> () {
    block0(v0: i32):
      v1 = i64 extendUnsigned v0
      branch v0, block1, block2
    block1:
      ${check(2, 8)}
      jump block2
    block2:
      ${check(6, 8)}
      return()
    }`;
    expect(checksLeft(text)).toBe(2);
  });

  it("keeps a farther check behind a write, another memory's and another index's", () => {
    const text = `function "f"(i32) -> () {
    block0(v0: i32):
      v1 = i64 extendUnsigned v0
      ${check(2, 8)}
      store.unsigned8.app v0, v0
      ${check(6, 9)}
      ${check(10, 4).replace("@1", "@3")}
      ${check(14, 4).replace("v1,", "v14,")}
      return()
    }`;
    expect(checksLeft(text)).toBe(4);
  });

  it("checks the farthest read first, once", () => {
    const text = `function "f"(i32) -> (i32) {
    block0(v0: i32):
      v17 = i64 constant 12
      v1 = i64 extendUnsigned v0
      ${check(2, 4)}
      v6 = i32 load.unsigned32.app v0
      v8 = i64 add v1, v17
      v9 = i64 loadSymbol.whole64 @1
      v10 = i32 compare.greaterUnsigned v8, v9
      trapIf.memoryOutOfBounds v10
      v11 = i32 load.unsigned32.app v0 + 8
      ${check(12, 8)}
      v16 = i32 add v6, v11
      return(v16)
    }`;
    expect(bodyAfter(pass, text)).toBe(
      lines(`
        block0(v0: i32):
          v1 = i64 constant 12
          v2 = i64 extendUnsigned v0
          v3 = i64 loadSymbol.whole64 @1
          v4 = i64 add v2, v1
          v5 = i32 compare.greaterUnsigned v4, v3
          trapIf.memoryOutOfBounds v5
          v6 = i32 load.unsigned32.app v0
          v7 = i32 load.unsigned32.app v0 + 8
          v8 = i32 add v6, v7
          return(v8)`),
    );
  });
});
