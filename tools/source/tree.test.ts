import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { SourceTree } from "./tree.ts";

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "tsuki-tree-"));
  execFileSync("git", ["init", "-q"], { cwd: root });
});

afterEach(() => {
  rmSync(root, { recursive: true });
});

function write(path: string, text: string): void {
  mkdirSync(join(root, path, ".."), { recursive: true });
  writeFileSync(join(root, path), text);
}

it("holds tracked and new files, without ignored, deleted and linked ones", () => {
  write(".gitignore", "dist/\n");
  write("src/b.ts", "export const b = 1;\n");
  write("src/deleted.ts", "");
  execFileSync("git", ["add", "."], { cwd: root });
  rmSync(join(root, "src/deleted.ts"));
  write("src/new name.ts", "");
  write("dist/built.js", "");
  symlinkSync("b.ts", join(root, "src/link.ts"));
  const tree = SourceTree.open(root);
  expect(tree.paths).toEqual([".gitignore", "src/b.ts", "src/new name.ts"]);
  expect(tree.text("src/b.ts")).toBe("export const b = 1;\n");
});

it("reports a syntax error with its line", () => {
  const tree = SourceTree.of({ "a.ts": "let a = 1;\nlet = ;\n" });
  expect(tree.outline("a.ts").errors).toEqual([expect.objectContaining({ line: 2 })]);
});
