import { expect, it } from "vitest";
import { encodeImageDefaults, noDefaults } from "./image-defaults.ts";

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString("latin1");

it("writes counts, arguments, names and values", () => {
  const record = encodeImageDefaults({ arguments: ["app", ""], environment: ["A=1", "B=x=y"] });
  expect(text(record)).toBe("\x02\0\0\0\x02\0\0\0app\0\0A\x001\0B\0x=y\0");
});

it("keeps the last of several values", () => {
  const record = encodeImageDefaults({ arguments: [], environment: ["A=1", "A=2"] });
  expect(text(record)).toBe("\0\0\0\0\x01\0\0\0A\x002\0");
});

it("says nothing in eight bytes", () => {
  expect(encodeImageDefaults(noDefaults)).toEqual(new Uint8Array(8));
});
