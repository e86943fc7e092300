import { describe, expect, it } from "vitest";
import { pcAppRange } from "./app-range.ts";

const page = 4096;
const wasmPage = 65_536;

describe("the part of an app's memory that comes with an image", () => {
  it.each([
    ["a C program, with the top of its stack", 0x4_0000, page, 5 * wasmPage, 0x3_f000, 0x4_5000],
    ["a small AssemblyScript program, whole", 0, page, wasmPage, 0, 0x1_0000],
    ["one with much memory, in part", 0x4_0000, 2 * page, 50 * wasmPage, 0x3_f000, 0x4_6000],
    ["one without contents", 0, 0, 2 * wasmPage, 0, 0x1_0000],
    ["one without memory", 0, 0, 0, 0, 0],
  ])("is that of %s", (_what, offset, memorySize, initialBytes, start, end) => {
    const range = pcAppRange({ offset, memorySize }, initialBytes);
    expect(range).toEqual({ offset: start, memorySize: end - start });
  });
});
