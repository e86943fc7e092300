import { describe, expect, it } from "vitest";
import { expandTextLiterals } from "./text-literals.ts";

describe("text literals", () => {
  it.each([
    ['text("AB")', "memory.data<u8>([65, 66, 0])"],
    ['text("")', "memory.data<u8>([0])"],
    ['text("é\\n\\"")', "memory.data<u8>([195, 169, 10, 34, 0])"],
    ['f(text("a"), text("b"));', "f(memory.data<u8>([97, 0]), memory.data<u8>([98, 0]));"],
    ["putText(text);", "putText(text);"],
    ['context("x")', 'context("x")'],
  ])("%s becomes %s", (source, expanded) => {
    expect(expandTextLiterals(source)).toBe(expanded);
  });
});
