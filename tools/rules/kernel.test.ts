import { describe, expect, it } from "vitest";
import { SourceTree } from "../source/tree.ts";
import { formatViolation } from "../source/violation.ts";
import { checkKernel } from "./kernel.ts";

/** Violations in a kernel file whose exports a second file uses. */
function found(text: string, usedNames = ""): string[] {
  const files = {
    "src/kernel/a.as.ts": text,
    "src/kernel/index.as.ts": usedNames && `export { ${usedNames} } from "./a.as";\n`,
  };
  return checkKernel(SourceTree.of(files)).map(formatViolation);
}

const a = "src/kernel/a.as.ts";

describe("the kernel's language", () => {
  it("demands a docstring on each export, whatever decorates it", () => {
    const text = `/** Explained. */
@inline
export function explained(): void {}

// A plain comment is not a docstring.
@inline
export function silent(): void {}

export const size: u32 = 1;

/** Explained. */
export const count: u32 = size;

function unexplained(): void {}
unexplained();
export { unexplained };
`;
    expect(found(text, "explained, silent, size, count, unexplained")).toEqual([
      `${a}:6 kernel-docstring: silent is exported without a docstring`,
      `${a}:9 kernel-docstring: size is exported without a docstring`,
      `${a}:14 kernel-docstring: unexplained is exported without a docstring`,
    ]);
  });

  it("bans allocation and managed classes", () => {
    const text = `@unmanaged class Plain {}
class Managed {}
function make(): Plain {
  return changetype<Plain>(new Managed());
}
make();
`;
    expect(found(text)).toEqual([
      `${a}:4 kernel-allocation: new Managed allocates: use memory.data or the page allocator`,
      `${a}:2 kernel-managed: class Managed must be @unmanaged: the kernel has no collector`,
    ]);
  });

  it("reports a syntax error instead of passing over the file", () => {
    expect(found("function (\n").join()).toContain(`${a}:1 kernel-syntax`);
  });
});

describe("unused code", () => {
  it.each([
    ["import", 'import { gone } from "./index.as";', "gone"],
    ["renamed import", 'import { x as gone } from "./index.as";', "gone"],
    ["namespace import", 'import * as gone from "./index.as";', "gone"],
    ["function", "function gone(): void {}", "gone"],
    ["external function", '@external("port", "in8") declare function gone(): u32;', "gone"],
    ["constant", "const gone: u32 = 1;", "gone"],
    ["class", "@unmanaged class gone {}", "gone"],
    ["type", "type gone = u32;", "gone"],
  ])("finds an unused %s", (_kind, declaration, name) => {
    expect(found(`${declaration}\n`)).toEqual([
      `${a}:1 kernel-unused: ${name} is never used in this file: remove it`,
    ]);
  });

  it("finds an unused private method", () => {
    const text = "@unmanaged class A {\n  private gone(): void {}\n}\nsizeof<A>();\n";
    expect(found(text)).toEqual([
      `${a}:2 kernel-unused: gone is never used in this file: remove it`,
    ]);
  });

  it.each([
    ["called", "function used(): void {}\nused();\n"],
    ["a type argument", "@unmanaged class used {}\noffsetof<used>();\n"],
    ["a parameter's type", "type used = u32;\nfunction f(x: used): void {}\nf(1);\n"],
    ["a decorator's argument", "const used: u32 = 1;\n@x(used)\nfunction f(): void {}\nf();\n"],
    ["a default value", "const used: u32 = 1;\nfunction f(x: u32 = used): void {}\nf();\n"],
  ])("counts as used what is %s", (_how, text) => {
    expect(found(text)).toEqual([]);
  });

  it("lets a table list all of a standard's values", () => {
    const path = "src/kernel/errno.table.as.ts";
    const text = "/** No such file (WASI preview 1, errno). */\nexport const noEntry: u32 = 44;\n";
    expect(checkKernel(SourceTree.of({ [path]: text }))).toEqual([]);
  });

  it("finds an export that no other file imports", () => {
    const text =
      "/** One. */\nexport const one: u32 = 1;\n/** Two. */\nexport const two: u32 = 2;\n";
    expect(found(text, "one")).toEqual([
      `${a}:4 kernel-dead-export: two is exported but no AssemblyScript file imports it`,
    ]);
    expect(found(text, "one, two")).toEqual([]);
  });
});

describe("layout", () => {
  it("finds what a formatter would mend", () => {
    const text = `\tf();\nf(); \nf();\r\n\n\nf("${"1".repeat(98)}");\nf();`;
    expect(found(text)).toEqual([
      `${a}:7 kernel-layout: the last line must end with a line feed`,
      `${a}:1 kernel-layout: tab: indent with two spaces`,
      `${a}:2 kernel-layout: trailing space`,
      `${a}:3 kernel-layout: carriage return: end lines with a line feed alone`,
      `${a}:5 kernel-layout: two blank lines in a row`,
      `${a}:6 kernel-layout: 104 columns, 100 at most`,
    ]);
  });
});

it("leaves AssemblyScript outside the kernel alone", () => {
  const tree = SourceTree.of({ "examples/a.as.ts": "export class A {}\nnew A(); \n" });
  expect(checkKernel(tree)).toEqual([]);
});
