import { expect, test } from "vitest";
import { parseOptions } from "./options.ts";

test("measures everything unless told otherwise", () => {
  expect(parseOptions([])).toEqual({
    quick: false,
    json: false,
    kvm: false,
    areas: ["process", "qemu", "building", "code", "services", "instances", "network", "solo5"],
  });
});

test("takes several areas", () => {
  expect(parseOptions(["--only", "qemu", "--only", "process"]).areas).toEqual(["qemu", "process"]);
});

test("names the areas there are", () => {
  expect(() => parseOptions(["--only", "kvm"])).toThrow(
    "say process, qemu, building, code, services",
  );
});
