import { describe, expect, it } from "vitest";
import { bodyAfter, lines } from "./passes.fixture.ts";
import { valueNumbering } from "./value-numbering.ts";

describe("value-numbering", () => {
  it("computes once what dominates, whatever the order of commutative operands", () => {
    const text = `function "f"(i32, i32) -> (i32) {
    block0(v0: i32, v1: i32):
      v2 = i32 add v0, v1
      v3 = i32 divideSigned v0, v1
      branch v2, block1, block2
    block1:
      v4 = i32 add v1, v0
      v5 = i32 divideSigned v0, v1
      v6 = i32 subtract v0, v1
      v7 = i32 multiply v4, v5
      return(v7)
    block2:
      v8 = i32 subtract v0, v1
      v9 = i32 subtract v1, v0
      v10 = i32 multiply v8, v9
      return(v10)
    }`;
    expect(bodyAfter(valueNumbering, text)).toBe(
      lines(`
        block0(v0: i32, v1: i32):
          v2 = i32 add v0, v1
          v3 = i32 divideSigned v0, v1
          branch v2, block1, block2
        block1:
          v4 = i32 subtract v0, v1
          v5 = i32 multiply v2, v3
          return(v5)
        block2:
          v6 = i32 subtract v0, v1
          v7 = i32 subtract v1, v0
          v8 = i32 multiply v6, v7
          return(v8)`),
    );
  });

  it("merges neither loads nor calls nor conditions that differ", () => {
    const text = `function "f"(i32, i32) -> (i32, i32, i32) {
    block0(v0: i32, v1: i32):
      v2 = i32 load.unsigned32.app v0
      v3 = i32 load.unsigned32.app v0
      v4 = i32 call @1(v2)
      v5 = i32 call @1(v2)
      v6 = i32 compare.lessSigned v0, v1
      v7 = i32 compare.lessUnsigned v0, v1
      v8 = i32 add v3, v4
      v9 = i32 add v5, v6
      return(v7, v8, v9)
    }`;
    const body = text
      .split("\n")
      .slice(1, -1)
      .map((line) => line.slice(4))
      .join("\n");
    expect(bodyAfter(valueNumbering, text)).toBe(body);
  });

  it("checks for a trap once", () => {
    const text = `function "f"(i32) -> () {
    block0(v0: i32):
      trapIf.tableOutOfBounds v0
      trapIf.tableOutOfBounds v0
      trapIf.memoryOutOfBounds v0
      return()
    }`;
    expect(bodyAfter(valueNumbering, text)).toBe(
      lines(`
        block0(v0: i32):
          trapIf.tableOutOfBounds v0
          trapIf.memoryOutOfBounds v0
          return()`),
    );
  });
});
