import { expect, test } from "vitest";
import { toFirstByte } from "./guest-share.ts";

const log = [
  "QEMU says something else",
  "19358@1795221043.999602:serial_write write addr 0x07 val 0x5a",
  "19358@1795221043.999638:serial_write write addr 0x00 val 0x01",
  "19358@1795221044.001102:serial_write write addr 0x00 val 0x48",
  "19358@1795221044.001104:serial_write write addr 0x00 val 0x65",
].join("\n");

test("counts microseconds from the first access to the byte", () => {
  expect(toFirstByte(log, "H")).toBe(1500);
});

test("is undefined when the byte was never sent, or nothing was logged", () => {
  expect(toFirstByte(log, "x")).toBeUndefined();
  expect(toFirstByte("", "H")).toBeUndefined();
});
