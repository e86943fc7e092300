import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Cache, cacheFolder } from "./cache.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tsuki-test-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("Cache", () => {
  test("gives back what was written, and nothing else is in the folder", () => {
    const cache = new Cache(folder);
    expect(cache.read("apps", "a")).toBeUndefined();
    const path = cache.write("apps", "a", Buffer.from("x"), 0o700);
    expect(cache.read("apps", "a")).toEqual(Buffer.from("x"));
    expect(cache.find("apps", "a")).toBe(path);
    expect(statSync(path).mode & 0o777).toBe(0o700);
    expect(readdirSync(join(folder, "apps"))).toEqual(["a"]);
  });

  test("refuses a folder that others can write", () => {
    const cache = new Cache(folder);
    cache.write("images", "a", Buffer.from("x"), 0o700);
    chmodSync(join(folder, "images"), 0o777);
    expect(() => cache.write("images", "b", Buffer.from("x"), 0o700)).toThrow(
      expect.objectContaining({ code: "cache-unusable" }),
    );
  });

  test("says where it cannot write", () => {
    writeFileSync(join(folder, "file"), "");
    const cache = new Cache(join(folder, "file"));
    expect(() => cache.write("apps", "a", Buffer.of(), 0o600)).toThrow(/set XDG_CACHE_HOME/);
  });

  test("drops what was not used for longest", () => {
    const cache = new Cache(folder);
    for (let index = 0; index < 256; index++) {
      const path = cache.write("apps", `old-${index}`, Buffer.of(), 0o600);
      utimesSync(path, index, index);
    }
    cache.find("apps", "old-0");
    cache.write("apps", "new", Buffer.of(), 0o600);
    const names = new Set(readdirSync(join(folder, "apps")));
    expect(names.size).toBe(129);
    expect([names.has("old-0"), names.has("new"), names.has("old-1")]).toEqual([true, true, false]);
  });

  test("lies where XDG says", () => {
    expect(cacheFolder({ XDG_CACHE_HOME: "/c" })).toBe("/c/tsuki");
  });
});
