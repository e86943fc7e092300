import { describe, expect, it } from "vitest";
import { expandLiterals } from "./literals.ts";

const declared = (name: string) =>
  `@external("text", "${name}") declare const text_${name}: usize;\n`;

const table = (name: string, bytes: string) =>
  `@external("text", "${bytes}") declare const ${name}: usize;\n`;

describe("literals of the kernel", () => {
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
    [
      "const a = memory.data<u16>([\n  1, 0x1_02, // one\n]);\nf(a);\n",
      `\n\n\nf(a);\n${table("a", "01000201")}`,
    ],
    ["const a = memory.data(16, 4);\n", "const a = memory.data(16, 4);\n"],
  ])("%s becomes %s", (source, expanded) => {
    expect(expandLiterals(source)).toBe(expanded);
  });
});
