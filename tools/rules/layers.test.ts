import { describe, expect, it } from "vitest";
import { SourceTree } from "../source/tree.ts";
import { formatViolation } from "../source/violation.ts";
import { checkLayers } from "./layers.ts";

const layers = `# a comment
src/low

src/high
  imports   src/low   # trailing comment
  packages  node:* commander
  tests     src/test-bench fast-check

src/high/inner

src/test-bench
  imports   src/low
`;

const targets = {
  "src/low/a.ts": "export const a = 1;\n",
  "src/high/b.ts": "export const b = 1;\n",
  "src/high/inner/c.ts": "export const c = 1;\n",
  "src/test-bench/d.ts": "export const d = 1;\n",
};

function found(files: Record<string, string>, rules = layers): string[] {
  return checkLayers(SourceTree.of({ LAYERS: rules, ...targets, ...files })).map(formatViolation);
}

describe("imports", () => {
  it("may go where LAYERS says and within the layer", () => {
    const source = 'import { a } from "../low/a.ts";\nimport { b } from "./b.ts";\n';
    expect(found({ "src/high/x.ts": source })).toEqual([]);
  });

  it.each([
    ["import", 'import { b } from "../high/b.ts";'],
    ["type-only import", 'import type { B } from "../high/b.ts";'],
    ["inline type import", 'import { type B } from "../high/b.ts";'],
    ["import for side effects", 'import "../high/b.ts";'],
    ["re-export", 'export { b } from "../high/b.ts";'],
    ["type-only re-export of all", 'export type * from "../high/b.ts";'],
    ["dynamic import", 'const b = await import("../high/b.ts");'],
    ["import in a type", 'type B = import("../high/b.ts").B;'],
  ])("may not climb: %s", (_kind, statement) => {
    expect(found({ "src/low/x.ts": `\n${statement}\n` })).toEqual([
      "src/low/x.ts:2 layers: src/low may not import src/high (LAYERS:2)",
    ]);
  });

  it("belong to the innermost layer on both sides", () => {
    expect(
      found({
        "src/high/x.ts": 'import { c } from "./inner/c.ts";\n',
        "src/high/inner/y.ts": 'import { b } from "../b.ts";\n',
      }),
    ).toEqual([
      "src/high/inner/y.ts:1 layers: src/high/inner may not import src/high (LAYERS:9)",
      "src/high/x.ts:1 layers: src/high may not import src/high/inner (LAYERS:4)",
    ]);
  });

  it("reach inner layers only where LAYERS says so", () => {
    const files = {
      "src/x/x.ts": 'import { b } from "../high/b.ts";\nimport { c } from "../high/inner/c.ts";\n',
    };
    const outer = `${layers}\nsrc/x\n  imports src/high`;
    expect(found(files, outer)).toEqual([
      "src/x/x.ts:2 layers: src/x may not import src/high/inner (LAYERS:14)",
    ]);
    expect(found(files, `${outer}/**`)).toEqual([]);
    expect(found(files, `${outer} src/high/inner/c.ts`)).toEqual([]);
  });

  it("of AssemblyScript are held too, without asc's extension", () => {
    expect(
      found({
        "src/high/e.as.ts": "export const e: u32 = 1;\n",
        "src/low/x.as.ts":
          '@inline\nexport function f(): void {}\nimport { e } from "../high/e.as";\n',
        "src/low/y.as.ts": 'export * from "../high/e.as";\n',
      }),
    ).toEqual([
      "src/low/x.as.ts:3 layers: src/low may not import src/high (LAYERS:2)",
      "src/low/y.as.ts:1 layers: src/low may not import src/high (LAYERS:2)",
    ]);
  });

  it("must lead to a file", () => {
    expect(found({ "src/low/x.ts": 'import "./gone.ts";\n' })).toEqual([
      'src/low/x.ts:1 layers: "./gone.ts" leads to no file',
    ]);
  });

  it("of tests may go further, and nothing else may import tests", () => {
    const further = 'import { d } from "../test-bench/d.ts";\nimport fc from "fast-check";\n';
    expect(found({ "src/high/x.test.ts": `${further}import { it } from "vitest";\n` })).toEqual([]);
    expect(found({ "src/high/x.ts": further })).toEqual([
      "src/high/x.ts:1 layers: src/high may not import src/test-bench (LAYERS:4)",
      "src/high/x.ts:2 layers: src/high may not use the package fast-check (LAYERS:4)",
    ]);
    const product = 'import { shared } from "./x.suite.ts";\n';
    expect(found({ "src/high/x.suite.ts": "", "src/high/x.ts": product })).toEqual([
      "src/high/x.ts:1 layers: src/high/x.suite.ts exists for tests only",
    ]);
  });
});

describe("packages", () => {
  it("are those that LAYERS lists, submodules included", () => {
    const source = 'import "commander/esm.mjs";\nimport "node:fs/promises";\nimport "left-pad";\n';
    expect(found({ "src/high/x.ts": source })).toEqual([
      "src/high/x.ts:3 layers: src/high may not use the package left-pad (LAYERS:4)",
    ]);
    expect(found({ "src/low/x.ts": 'import { join } from "node:path";\n' })).toEqual([
      "src/low/x.ts:1 layers: src/low may not use the package node:path (LAYERS:2)",
    ]);
  });
});

describe("LAYERS itself", () => {
  it("must name every folder under src", () => {
    expect(found({ "src/other/x.ts": "" })).toEqual([
      "src/other/x.ts layers: this file lies in no layer: name its folder in LAYERS",
    ]);
  });

  it("must not go round in a circle", () => {
    const circle = "LAYERS:1 layers-file: layers import one another in a circle";
    for (const way of ["src/a", "src/a/one.ts", "src/**"]) {
      const circular = `src/a\n  imports src/b\nsrc/b\n  imports ${way}\n`;
      expect(checkLayers(SourceTree.of({ LAYERS: circular })).map(formatViolation)).toEqual([
        `${circle}: src/a -> src/b -> src/a`,
      ]);
    }
  });

  it("may go round where a facade dispatches to its implementations", () => {
    const rules = "src/facade\n  dispatches src/made\nsrc/made\n  imports src/facade\n";
    const files = {
      LAYERS: rules,
      "src/facade/a.ts": 'import "../made/b.ts";\n',
      "src/made/b.ts": 'import "../facade/a.ts";\n',
    };
    expect(checkLayers(SourceTree.of(files))).toEqual([]);
  });

  it.each([
    ["a word it does not know", "src/a\n  exports src/b\n", "LAYERS:2"],
    ["a permission of no folder", "  imports src/b\n", "LAYERS:1"],
    ["the same folder twice", "src/a\nsrc/a\n", "LAYERS:2"],
  ])("must not hold %s", (_what, text, place) => {
    const messages = checkLayers(SourceTree.of({ LAYERS: text })).map(formatViolation);
    expect(messages).toEqual([expect.stringContaining(`${place} layers-file: `)]);
  });

  it("must be there", () => {
    expect(checkLayers(SourceTree.of({})).map(formatViolation)).toEqual([
      "LAYERS layers: the file is missing",
    ]);
  });
});
