import { describe, expect, it } from "vitest";
import { deadCode } from "./dead-code.ts";
import { bodyAfter, lines } from "./passes.fixture.ts";

describe("dead-code", () => {
  it("keeps effects, traps and loads of the app's memory, and what they need", () => {
    const text = `function "f"(i32, i32) -> () {
    block0(v0: i32, v1: i32):
      v2 = i32 add v0, v1
      v3 = i32 multiply v2, v2
      v4 = i32 divideSigned v0, v1
      v5 = i32 load.unsigned32.app v2
      v6 = i32 load.unsigned32.kernel v0
      v7 = i32 loadSymbol.unsigned32 @1
      v8 = i32 call @2(v0)
      return()
    }`;
    expect(bodyAfter(deadCode, text)).toBe(
      lines(`
        block0(v0: i32, v1: i32):
          v2 = i32 add v0, v1
          v3 = i32 divideSigned v0, v1
          v4 = i32 load.unsigned32.app v2
          v5 = i32 call @2(v0)
          return()`),
    );
  });

  it("removes parameters that only feed themselves around a loop", () => {
    const text = `function "f"(i32) -> (i32) {
    block0(v0: i32):
      v1 = i32 constant 1
      jump block1(v0, v1)
    block1(v2: i32, v3: i32):
      v4 = i32 add v2, v1
      v5 = i32 add v3, v1
      branch v5, block1(v4, v5), block2
    block2:
      return(v3)
    }`;
    expect(bodyAfter(deadCode, text)).toBe(
      lines(`
        block0(v0: i32):
          v1 = i32 constant 1
          jump block1(v1)
        block1(v2: i32):
          v3 = i32 add v2, v1
          branch v3, block1(v3), block2
        block2:
          return(v2)`),
    );
  });
});
