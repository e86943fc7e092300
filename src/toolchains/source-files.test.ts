import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { filesBelow, isUnchanged, RecordedFiles } from "./source-files.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tsuki-test-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("RecordedFiles", () => {
  test("notes what was read, and that something was not there", () => {
    writeFileSync(join(folder, "a"), "1");
    const files = new RecordedFiles();
    expect(files.read(join(folder, "a"))).toEqual(Buffer.from("1"));
    expect(files.read(join(folder, "b"))).toBeUndefined();
    expect(files.looks.every(isUnchanged)).toBe(true);
    expect(files.looks.map(({ digest }) => digest === "")).toEqual([false, true]);
  });

  test.each([
    ["a changed file", () => writeFileSync(join(folder, "a"), "2")],
    ["a removed file", () => rmSync(join(folder, "a"))],
    ["a new file that was missed", () => writeFileSync(join(folder, "b"), "")],
    ["a new file in a folder that was listed", () => writeFileSync(join(folder, "c"), "")],
  ])("%s is noticed", (_name, change) => {
    writeFileSync(join(folder, "a"), "1");
    const files = new RecordedFiles();
    files.read(join(folder, "a"));
    files.read(join(folder, "b"));
    files.list(folder);
    change();
    expect(files.looks.every(isUnchanged)).toBe(false);
  });
});

describe("filesBelow", () => {
  test("finds files in folders, not in hidden ones, and stops at the limit", () => {
    mkdirSync(join(folder, "in"));
    mkdirSync(join(folder, ".git"));
    for (const name of ["a.h", "in/b.h", ".git/c.h", "d.c"]) writeFileSync(join(folder, name), "");
    const isHeader = (name: string) => name.endsWith(".h");
    const find = (limit: number) =>
      filesBelow(new RecordedFiles(), folder, isHeader, limit).map((path) =>
        path.slice(folder.length + 1),
      );
    expect(find(10)).toEqual(["a.h", "in/b.h"]);
    expect(find(1)).toEqual(["a.h"]);
  });
});
