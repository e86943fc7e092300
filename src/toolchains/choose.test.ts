import { describe, expect, test } from "vitest";
import { toolchainNameFor } from "./choose.ts";

describe("toolchainNameFor", () => {
  test.each([
    ["a.c", "c"],
    ["a.cc", "c"],
    ["a.cpp", "c"],
    ["dir.ts/a.as.ts", "assemblyscript"],
    ["a.wasm", "wasm"],
    ["a.ts", "javascript"],
    ["a.js", "javascript"],
  ])("%s is for %s", (source, name) => expect(toolchainNameFor(source)).toBe(name));

  test.each([
    ["a.rs", "source-kind", "cargo build"],
    ["a.txt", "source-kind", "it takes .ts"],
    ["a", "source-kind", "it takes .ts"],
  ])("%s is refused: %s, %s", (source, code, text) => {
    expect(() => toolchainNameFor(source)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(text) as unknown }),
    );
  });
});
