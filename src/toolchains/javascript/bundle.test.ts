import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { TsukiError } from "../../contracts/errors.ts";
import { bundleProgram } from "./bundle.ts";

let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tsuki-bundle-"));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

function put(name: string, text: string): void {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), text);
}

async function failure(text: string, name = "app.ts"): Promise<TsukiError> {
  put(name, text);
  try {
    await bundleProgram(join(folder, name), folder);
  } catch (error) {
    if (error instanceof TsukiError) return error;
    throw error;
  }
  throw new Error("it was bundled");
}

it("names a syntax error's file and line, and shows the place", async () => {
  const { code, message, detail } = await failure("const a = 1;\nlet b = ;\n");
  expect(code).toBe("javascript-bundle");
  expect(message).toBe('app.ts:2: Unexpected ";"');
  expect(detail).toMatch(/app\.ts:2:8:\n +2 . let b = ;\n.* +\^/);
});

const refused: readonly (readonly [string, string, RegExp])[] = [
  ["a dependency that is not installed", 'import "not-there";', /app\.ts:1: .*"not-there"/],
  ["a file that is not there", '\nimport "./missing.ts";', /app\.ts:2: .*"\.\/missing\.ts"/],
  ["an unknown node: module", 'import "node:vm";', /app\.ts:1: .*Tsuki has no node:vm/],
  ["a built-in without prefix", 'import "worker_threads";', /Tsuki has no node:worker_threads/],
  [
    "an unknown tsuki: module",
    'import "tsuki:nothing";',
    /app\.ts:1: .*Tsuki has no tsuki:nothing/,
  ],
  ["a native addon", 'require("./build/fast.node");', /app\.ts:1: .*native addon/],
  ["a native addon's loader", 'require("bindings");', /app\.ts:1: bindings is a native addon/],
];

it.each(refused)("refuses %s with file and line", async (_what, text, message) => {
  expect((await failure(text)).message).toMatch(message);
});

it("takes in npm dependencies, drops what is not used, and maps lines to sources", async () => {
  put("node_modules/greet/package.json", '{"name":"greet","type":"module","exports":"./index.js"}');
  put(
    "node_modules/greet/index.js",
    "export const used = () => 1;\nexport const unused = () => 'never seen';\n",
  );
  put(
    "app.ts",
    'import { used } from "greet";\n\ninterface A { b: string }\nexport default used;\n',
  );
  const { code, lines, inputs } = await bundleProgram(join(folder, "app.ts"), folder);
  expect(code).not.toContain("never seen");
  expect(inputs).toContain(join(folder, "node_modules/greet/index.js"));
  const line = code.split("\n").findIndex((text) => text.includes("used =")) + 1;
  expect(lines.find(line)).toBe("node_modules/greet/index.js:1");
});

const commonJs: readonly (readonly [string, string, string])[] = [
  ["a script", "globalThis.ran = 1;", "undefined"],
  ["module.exports", "module.exports = { fetch: 1 };", '{"fetch":1}'],
  [
    "compiled ES modules",
    "exports.__esModule = true;\nexports.default = { fetch: 2 };",
    '{"fetch":2}',
  ],
];

it.each(commonJs)("gives a CommonJS program's default: %s", async (_what, text, expected) => {
  put("package.json", '{"type":"commonjs"}');
  put("app.js", text);
  const { code } = await bundleProgram(join(folder, "app.js"), folder);
  const module = (await import(`data:text/javascript,${encodeURIComponent(code)}`)) as {
    readonly default: unknown;
  };
  expect(JSON.stringify(module.default) ?? "undefined").toBe(expected);
});

it("bundles .tsx by the project's own settings", async () => {
  put("tsconfig.json", '{"compilerOptions":{"jsx":"react","jsxFactory":"make"}}');
  put("app.tsx", "const make = (name: string) => name;\nexport default <p />;\n");
  const { code } = await bundleProgram(join(folder, "app.tsx"), folder);
  expect(code).toContain('make("p"');
});
