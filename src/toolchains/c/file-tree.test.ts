import { describe, expect, test } from "vitest";
import { placeFiles } from "./file-tree.ts";

const bytes = Uint8Array.of(1);
const at = (...paths: string[]) => new Map(paths.map((path) => [path, bytes]));

describe("placeFiles", () => {
  test("files below the working folder keep the names the user gave", () => {
    const placed = placeFiles(at("/home/u/a.c", "/home/u/lib/b.h"), "/home/u");
    expect(placed.tree).toEqual({ source: { "a.c": bytes, lib: { "b.h": bytes } } });
    expect(placed.outside("source/lib/b.h:1:2: error: x")).toBe("lib/b.h:1:2: error: x");
  });

  test("files elsewhere are named in messages as the user knows them", () => {
    const placed = placeFiles(at("/home/other/a.c"), "/home/u");
    expect(placed.inside("/home/other/a.c")).toBe("source/other/a.c");
    expect(placed.outside("/source/other/a.c:1:2: error: x")).toBe("../other/a.c:1:2: error: x");
  });

  test("of two names, one within the other, the longer is replaced", () => {
    const placed = placeFiles(at("/x/a.c", "/x/y/x/a.c"), "/x/y/z");
    expect(placed.outside("source/y/x/a.c:3:1: note")).toBe("../x/a.c:3:1: note");
  });
});
