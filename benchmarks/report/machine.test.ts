import { expect, test } from "vitest";
import { describeLoad } from "./machine.ts";

test("a quiet machine's load is told as it is", () => {
  expect(describeLoad(0.4, 2)).toBe("load average 0.40 before the run");
});

test("a busy machine's figures come with a warning", () => {
  expect(describeLoad(9, 2)).toContain("BUSY");
});
