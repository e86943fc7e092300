import { describe, expect, it } from "vitest";
import { wasiErrors } from "../../contracts/wasi-preview1.ts";
import { Calls } from "../../simulator/kernel.fixture.ts";

const { success, fault } = wasiErrors;
const pageBytes = 65_536;

const lists = [
  ["args", { arguments: ["app", "", "größe", "x y"] }, ["app", "", "größe", "x y"]],
  ["environ", { environment: ["A=1", "EMPTY="] }, ["A=1", "EMPTY="]],
  ["args", {}, []],
] as const;

describe.each(lists)("%s", (family, options, expected) => {
  const bytes = expected.map((text) => `${text}\0`).join("");
  const total = new TextEncoder().encode(bytes).length;

  it("tells how many and how long", () => {
    const calls = new Calls(options);
    expect(calls.call(`${family}_sizes_get`, 16, 20)).toBe(success);
    expect(calls.view.getUint32(16, true)).toBe(expected.length);
    expect(calls.view.getUint32(20, true)).toBe(total);
  });

  it("gives pointers and strings", () => {
    const calls = new Calls(options);
    expect(calls.call(`${family}_get`, 256, 1024)).toBe(success);
    expect(calls.text(1024, total)).toBe(bytes);
    expected.forEach((text, index) => {
      const pointer = calls.view.getUint32(256 + 4 * index, true);
      const length = new TextEncoder().encode(text).length;
      expect(calls.text(pointer, length + 1)).toBe(`${text}\0`);
    });
  });

  it("gives EFAULT where it does not fit", () => {
    const calls = new Calls(options);
    expect(calls.call(`${family}_sizes_get`, pageBytes - 3, 0)).toBe(fault);
    expect(calls.call(`${family}_sizes_get`, 0, -1)).toBe(fault);
    const isEmpty = expected.length === 0;
    expect(calls.call(`${family}_get`, pageBytes - 2, 0)).toBe(isEmpty ? success : fault);
    expect(calls.call(`${family}_get`, 0, pageBytes - total + 1)).toBe(isEmpty ? fault : fault);
  });
});

describe("many arguments", () => {
  it("arrive whole", () => {
    const many = Array.from({ length: 3000 }, (_, index) => `argument ${index}`);
    const calls = new Calls({ arguments: many });
    expect(calls.call("args_get", 0, 12_000)).toBe(success);
    const pointer = calls.view.getUint32(4 * 2999, true);
    expect(calls.text(pointer, 14)).toBe("argument 2999\0");
  });
});
