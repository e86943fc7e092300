import { describe, expect, it } from "vitest";
import { SourceTree } from "../source/tree.ts";
import { formatViolation } from "../source/violation.ts";
import { checkSizes } from "./sizes.ts";

function statements(count: number): string {
  return "  work();\n".repeat(count);
}

function found(files: Record<string, string>): string[] {
  return checkSizes(SourceTree.of(files)).map(formatViolation);
}

describe("function sizes", () => {
  it("accepts 70 lines and refuses 71, with name and place", () => {
    const fits = `export function fits() {\n${statements(68)}}\n`;
    const tooLong = `\nexport function tooLong() {\n${statements(69)}}\n`;
    expect(found({ "src/a.ts": fits + tooLong })).toEqual([
      "src/a.ts:72 function-size: tooLong has 71 lines, 70 at most: split it by purpose",
    ]);
  });

  it.each([
    ["method", (body: string) => `class A {\n  long() {\n${body}}\n}\n`],
    ["private method", (body: string) => `class A {\n  #long() {\n${body}}\n}\n`],
    ["arrow function", (body: string) => `const long = () => {\n${body}};\n`],
    ["property", (body: string) => `const a = { long: function () {\n${body}} };\n`],
  ])("finds and names a %s", (_kind, write) => {
    expect(found({ "src/a.ts": write(statements(69)) })).toEqual([
      expect.stringContaining("long has 71 lines"),
    ]);
  });

  it("lets a suite be long, but not the test in it", () => {
    const test = `it("t", () => {\n${statements(69)}});\n`;
    const suites = `describe.each([1])("s", () => {\n${test}});\n`;
    expect(found({ "src/a.test.ts": suites })).toEqual([
      expect.stringContaining("src/a.test.ts:2 function-size: unnamed function has 71 lines"),
    ]);
  });

  it("measures AssemblyScript, decorated functions and methods too", () => {
    const source = [
      `@inline\nexport function long(): void {\n${statements(69)}}`,
      `@unmanaged class A {\n  method(): void {\n${statements(69)}}\n}\n`,
    ].join("\n");
    expect(found({ "src/kernel/a.as.ts": source })).toEqual([
      expect.stringContaining("a.as.ts:1 function-size: long has 72 lines"),
      expect.stringContaining("a.as.ts:74 function-size: method has 71 lines"),
    ]);
  });
});

describe("file sizes", () => {
  it("accepts 600 lines and refuses 601", () => {
    expect(found({ "src/a.ts": "a();\n".repeat(600) })).toEqual([]);
    expect(found({ "src/a.ts": "a();\n".repeat(601) })).toEqual([
      "src/a.ts file-size: 601 lines, 600 at most: split it, one idea per file",
    ]);
  });

  it("exempts tables, not tests", () => {
    const long = "a();\n".repeat(601);
    const files = { "src/a.table.ts": long, "src/b.table.as.ts": long, "src/c.test.ts": long };
    expect(found(files)).toEqual([expect.stringContaining("src/c.test.ts file-size")]);
  });
});
