import { describe, expect, test } from "vitest";
import { parseMachine, parseMemory, parsePlatform, parseVariable } from "./choices.ts";

describe("parseMemory", () => {
  test.each([
    ["64", 64],
    ["64M", 64],
    ["64MiB", 64],
    ["2g", 2048],
  ])("%s is %d MiB", (text, mebibytes) => expect(parseMemory(text)).toBe(mebibytes));

  test.each(["", "0", "M", "64K", "-1", "5G", "1e3", "99999"])("%j is refused", (text) => {
    expect(() => parseMemory(text)).toThrow(expect.objectContaining({ code: "usage" }));
  });
});

describe("parseVariable", () => {
  test.each(["A=", "A=b=c", "ä=ö"])("%s is taken", (text) =>
    expect(parseVariable(text)).toBe(text),
  );
  test.each(["A", "=b", ""])("%j is refused", (text) => {
    expect(() => parseVariable(text)).toThrow(/NAME=value/);
  });
});

test("unknown names are answered with the known ones", () => {
  expect(() => parsePlatform("xen")).toThrow(/there are pc, linux, node, solo5/);
  expect(() => parseMachine("pc")).toThrow(/there are microvm, q35/);
});
