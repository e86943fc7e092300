import { describe, expect, it } from "vitest";
import { expandTextLiterals } from "./text-literals.ts";

const declared = (name: string) =>
  `@external("text", "${name}") declare const text_${name}: usize;\n`;

describe("text literals", () => {
  it.each([
    ['f(text("AB"));\n', `f(text_4142);\n${declared("4142")}`],
    ['f(text(""));\n', `f(text_);\n${declared("")}`],
    ['f(text("é\\n\\""));\n', `f(text_c3a90a22);\n${declared("c3a90a22")}`],
    [
      'f(text("a"), text("a"), text("b"));\n',
      `f(text_61, text_61, text_62);\n${declared("61")}${declared("62")}`,
    ],
    ["putText(text);\n", "putText(text);\n"],
    ['context("x")\n', 'context("x")\n'],
  ])("%s becomes %s", (source, expanded) => {
    expect(expandTextLiterals(source)).toBe(expanded);
  });
});
