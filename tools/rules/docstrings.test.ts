import { expect, it } from "vitest";
import { SourceTree } from "../source/tree.ts";
import { formatViolation } from "../source/violation.ts";
import { checkDocstrings } from "./docstrings.ts";

function silentNames(files: Record<string, string>): string[] {
  return checkDocstrings(SourceTree.of(files)).map(formatViolation);
}

it.each([
  ["function", "export function f(): void {}"],
  ["asynchronous function", "export async function f(): Promise<void> {}"],
  ["constant", "export const f = 1;"],
  ["class", "export class f {}"],
  ["interface", "export interface f {}"],
  ["type", "export type f = 1;"],
  ["local export", "function f() {}\nexport { f };"],
])("demands a docstring on an exported %s", (_kind, declaration) => {
  expect(silentNames({ "src/a.ts": `${declaration}\n` })).toEqual([
    "src/a.ts:1 docstring: f is exported without a /** docstring */: say in one sentence what it is",
  ]);
  expect(silentNames({ "src/a.ts": `/** It is explained. */\n${declaration}\n` })).toEqual([]);
});

it("does not take an empty, plain or distant comment for a docstring", () => {
  const comments = ["/** */", "// Plain.", "/* Plain. */", "/** Distant. */\nlet other = 1;"];
  for (const comment of comments) {
    expect(silentNames({ "src/a.ts": `${comment}\nexport const f = 1;\n` })).toHaveLength(1);
  }
});

it("asks once for overloads and for a constant with its type", () => {
  const text = `/** Kinds. */
export const Kind = { a: 1 } as const;
export type Kind = keyof typeof Kind;
/** Parses. */
export function parse(text: string): string;
export function parse(text: number): number;
export function parse(text: unknown): unknown { return text; }
`;
  expect(silentNames({ "src/a.ts": text })).toEqual([]);
});

it("leaves re-exports, private names, tests and other folders alone", () => {
  expect(
    silentNames({
      "src/a.ts": 'export { b } from "./b.ts";\nexport * from "./c.ts";\nconst d = 1;\n',
      "src/a.test.ts": "export const f = 1;\n",
      "benchmarks/a.ts": "export const f = 1;\n",
    }),
  ).toEqual([]);
});

it("asks nothing of what Node's documentation explains", () => {
  const path = "src/toolchains/javascript/library/node/os.ts";
  expect(silentNames({ [path]: "export const EOL = '\\n';\n" })).toEqual([]);
});
