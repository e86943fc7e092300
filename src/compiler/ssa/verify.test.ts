import { describe, expect, it } from "vitest";
import { parse } from "./parse.ts";
import { VerificationError, verify } from "./verify.ts";

function problemOf(body: string, head = "(i32, i64) -> (i32)"): string {
  try {
    verify(parse(`function "f"${head} {\nblock0(v0: i32, v1: i64):\n${body}\n}`));
  } catch (error) {
    if (error instanceof VerificationError) return error.message;
    throw error;
  }
  return "";
}

describe("verify", () => {
  it("accepts a valid function", () => {
    expect(
      problemOf(
        "v2 = i32 wrap v1\nbranch v0, block1(v2), block1(v0)\nblock1(v3: i32):\nreturn(v3)",
      ),
    ).toBe("");
  });

  it.each([
    ["operands of different types", "v2 = i32 add v0, v1\nreturn(v2)", "types of v2 (add)"],
    [
      "a condition of floats on integers",
      "v2 = i32 compare.floatLess v0, v0\nreturn(v2)",
      "types of",
    ],
    ["an access wider than its value", "v2 = i32 load.whole64.app v0\nreturn(v2)", "types of"],
    ["a wrong result", "return(v1)", "results differ"],
    ["a block without end", "v2 = i32 add v0, v0", "does not end"],
    ["an instruction behind the end", "return(v0)\nreturn(v0)", "does not end"],
    ["an empty block", "jump block1\nblock1:", "empty"],
    ["an unreachable block", "return(v0)\nblock1:\nreturn(v0)", "unreachable"],
    ["too few arguments", "jump block1\nblock1(v2: i32):\nreturn(v2)", "arguments of the edge"],
    ["arguments of another type", "jump block1(v1)\nblock1(v2: i32):\nreturn(v2)", "arguments of"],
    ["an edge to the entry", "jump block0(v0, v1)", "an edge leads to the entry"],
    [
      "a use before the definition",
      "v2 = i32 add v3, v0\nv3 = i32 add v0, v0\nreturn(v2)",
      "before",
    ],
    [
      "a use that is not dominated",
      "branch v0, block1, block2\nblock1:\nv2 = i32 add v0, v0\njump block2\nblock2:\nreturn(v2)",
      "before its definition",
    ],
    [
      "a result of something else",
      "v2 = i32 add v0, v0\nv3 = i32 result.1 v2\nreturn(v3)",
      "no call",
    ],
  ])("refuses %s", (_, body, problem) => {
    expect(problemOf(body)).toContain(problem);
  });

  it("refuses parameters that differ from the signature", () => {
    expect(problemOf("return(v0)", "(i32) -> (i32)")).toContain("signature");
  });
});
