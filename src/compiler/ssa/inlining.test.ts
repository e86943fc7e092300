import { describe, expect, it } from "vitest";
import { inlineCalls, isInlinable } from "./inlining.ts";
import { parse } from "./parse.ts";
import { mergeBlocks } from "./passes/merge-blocks.ts";
import { lines } from "./passes/passes.fixture.ts";
import { simplify } from "./passes/simplify.ts";
import { print } from "./print.ts";
import { verify } from "./verify.ts";

const loads = `function "loads"(i32) -> (i32) {
  block0(v0: i32):
    v1 = i32 load.unsigned32.app v0 + 4
    return(v1)
  }`;

const chooses = `function "chooses"(i32, i32) -> (i32, i32) {
  block0(v0: i32, v1: i32):
    branch v0, block1, block2
  block1:
    return(v0, v1)
  block2:
    v2 = i32 constant 7
    return(v1, v2)
  }`;

/** A function of so many additions, with a call among them or not. */
function sums(additions: number, call = ""): string {
  const steps = Array.from({ length: additions }, (_, at) => `v${at + 1} = i32 add v${at}, v0`);
  return `function "sums"(i32) -> (i32) {
    block0(v0: i32):
      ${[...steps, call].join("\n      ")}
      return(v${additions})
    }`;
}

/** The body of a function after calls of @1 have become copies of another. */
function inlined(caller: string, callee: string): string {
  const fn = parse(caller);
  const copied = parse(callee);
  verify(fn);
  const isChanged = inlineCalls(fn, (symbol) => (symbol === 1 ? copied : undefined));
  verify(fn);
  expect(isChanged).toBe(true);
  simplify.run(fn);
  mergeBlocks.run(fn);
  verify(fn);
  return print(fn).split("\n").slice(1, -2).join("\n");
}

describe("inlining", () => {
  it("puts what a function does in the place of its call", () => {
    const caller = `function "f"(i32) -> (i32) {
      block0(v0: i32):
        v1 = i32 call @1(v0)
        v2 = i32 call @2(v1)
        v3 = i32 call @1(v2)
        return(v3)
      }`;
    expect(inlined(caller, loads)).toBe(
      lines(`
        block0(v0: i32):
          v1 = i32 load.unsigned32.app v0 + 4
          v2 = i32 call @2(v1)
          v3 = i32 load.unsigned32.app v2 + 4
          return(v3)`),
    );
  });

  it("joins several ways out, with all their results", () => {
    const caller = `function "f"(i32) -> (i32) {
      block0(v0: i32):
        v1 = i32 call.2 @1(v0, v0)
        v2 = i32 result.1 v1
        v3 = i32 add v1, v2
        branch v3, block1, block2
      block1:
        return(v2)
      block2:
        return(v1)
      }`;
    expect(inlined(caller, chooses)).toBe(
      lines(`
        block0(v0: i32):
          branch v0, block2(v0), block1
        block1:
          v1 = i32 constant 7
          jump block2(v1)
        block2(v2: i32):
          v3 = i32 add v0, v2
          branch v3, block3, block4
        block3:
          return(v2)
        block4:
          return(v0)`),
    );
  });

  it("leaves calls whose exceptions are caught", () => {
    const fn = parse(`function "f"(i32) -> (i32) {
      block0(v0: i32):
        v1 = i32 call @1(v0)
        unwind block1, block2
      block1:
        return(v1)
      block2:
        return(v0)
      }`);
    expect(inlineCalls(fn, () => parse(loads))).toBe(false);
  });

  it("ends before a function has become too long", () => {
    const calls = Array.from({ length: 10_000 }, () => "call @1(v0)").join("\n");
    const fn = parse(`function "f"(i32) -> () {\nblock0(v0: i32):\n${calls}\nreturn()\n}`);
    const callee = parse(sums(15));
    expect(inlineCalls(fn, () => callee)).toBe(true);
    expect(fn.count).toBeLessThan(50_000);
    verify(fn);
  });

  it("is for functions of a few instructions, fewer around a call", () => {
    expect(isInlinable(parse(sums(15)))).toBe(true);
    expect(isInlinable(parse(sums(16)))).toBe(false);
    expect(isInlinable(parse(sums(2, "call @1(v0)")))).toBe(true);
    expect(isInlinable(parse(sums(3, "call @1(v0)")))).toBe(false);
    expect(isInlinable(parse(sums(0, "call @1(v0)\n call @1(v0)")))).toBe(false);
  });
});
