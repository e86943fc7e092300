import { describe, expect, it } from "vitest";
import { bodyAfter, lines } from "./passes.fixture.ts";
import { simplify } from "./simplify.ts";

describe("simplify", () => {
  it("decides a branch on a parameter that is always the same, and drops what it excludes", () => {
    const text = `function "f"(i32) -> (i32) {
    block0(v0: i32):
      v1 = i32 constant 1
      jump block1(v0, v1)
    block1(v2: i32, v3: i32):
      v4 = i32 constant 0
      v5 = i32 compare.equal v3, v4
      branch v5, block2, block3
    block2:
      v6 = i32 call @7(v2)
      jump block4(v6)
    block3:
      v7 = i32 add v2, v3
      jump block4(v7)
    block4(v8: i32):
      v9 = i32 compare.lessSigned v8, v0
      branch v9, block1(v8, v3), block5
    block5:
      return(v8)
    }`;
    expect(bodyAfter(simplify, text)).toBe(
      lines(`
        block0(v0: i32):
          v1 = i32 constant 0
          v2 = i32 constant 1
          jump block1(v0)
        block1(v3: i32):
          v4 = i32 constant 0
          jump block2
        block2:
          v5 = i32 add v3, v2
          jump block3
        block3:
          v6 = i32 compare.lessSigned v5, v0
          branch v6, block1(v5), block4
        block4:
          return(v5)`),
    );
  });

  it("takes out traps that cannot happen and ends blocks at those that must", () => {
    const text = `function "f"(i32) -> (i32) {
    block0(v0: i32):
      v1 = i32 constant 0
      v2 = i32 constant 5
      trapIf.memoryOutOfBounds v1
      branch v0, block1, block2
    block1:
      trapIf.undefinedElement v2
      jump block2
    block2:
      return(v0)
    }`;
    expect(bodyAfter(simplify, text)).toBe(
      lines(`
        block0(v0: i32):
          v1 = i32 constant 0
          v2 = i32 constant 5
          branch v0, block1, block2
        block1:
          trap.undefinedElement
        block2:
          return(v0)`),
    );
  });

  it("takes the default of a switch on a constant beyond its cases", () => {
    const text = `function "f"() -> (i32) {
    block0:
      v0 = i32 constant -1
      switch v0, block1, block2
    block1:
      return(v0)
    block2:
      v1 = i32 constant 3
      return(v1)
    }`;
    expect(bodyAfter(simplify, text)).toBe(
      lines(`
        block0:
          v0 = i32 constant -1
          jump block1
        block1:
          v1 = i32 constant 3
          return(v1)`),
    );
  });
});

describe("simplify replaces", () => {
  it.each([
    ["add v0, v10", "v0"],
    ["multiply v0, v13", "i32 shiftLeft v0, 3"],
    ["divideUnsigned v0, v13", "i32 shiftRightUnsigned v0, 3"],
    ["remainderUnsigned v0, v13", "i32 and v0, 7"],
    ["subtract v0, v13", "i32 add v0, -8"],
    ["subtract v0, v0", "0"],
    ["xor v1, v1", "0"],
    ["and v1, v10", "0"],
    ["or v1, v12", "-1"],
    ["shiftLeft v0, v14", "i32 shiftLeft v0, 3"],
    ["compare.lessUnsigned v0, v10", "0"],
    ["compare.lessUnsigned v0, v11", "i32 compare.equal v0, 0"],
    ["compare.greaterUnsigned v0, v10", "i32 compare.notEqual v0, 0"],
    ["compare.lessEqualSigned v0, v0", "1"],
    ["compare.greaterSigned v13, v0", "i32 compare.lessSigned v0, 8"],
    ["compare.equal v15, v10", "0"],
    ["compare.notEqual v10, v15", "1"],
    ["select v10, v0, v1", "v1"],
    ["select v0, v1, v1", "v1"],
    ["divideSigned v0, v10", "i32 divideSigned v0, 0"],
  ])("%s by %s", (before, after) => {
    const text = `function "f"(i32, i32) -> (i32) {
    block0(v0: i32, v1: i32):
      v10 = i32 constant 0
      v11 = i32 constant 1
      v12 = i32 constant -1
      v13 = i32 constant 8
      v14 = i32 constant 35
      v15 = i32 or v0, v13
      v2 = i32 ${before}
      return(v2)
    }`;
    expect(resultOf(bodyAfter(simplify, text))).toBe(after);
  });
});

/** What a body returns, with constants in place of their names. */
function resultOf(body: string): string {
  const constants = new Map<string, string>();
  const others = new Map<string, string>();
  for (const [, name = "", text = ""] of body.matchAll(/(v\d+) = (.*)/g)) {
    const [, constant] = /^i32 constant (.*)$/.exec(text) ?? [];
    if (constant === undefined) others.set(name, text);
    else constants.set(name, constant);
  }
  const [, result = ""] = /return\((v\d+)\)/.exec(body) ?? [];
  const text = others.get(result) ?? result;
  return text.replaceAll(/v\d+/g, (name) => constants.get(name) ?? name);
}
