import { describe, expect, it } from "vitest";
import { differencesOf, isComparable } from "./compare.ts";
import { trapClass } from "./outcome.ts";
import { runInReference } from "./reference.ts";
import { stressModule } from "./stress/stress-module.ts";

const run = (output: string, end = "returned") => ({ output, end });

describe("differencesOf", () => {
  it("finds none in equal outcomes", () => {
    expect(differencesOf(["a"], [run("x\n")], [run("x\n")])).toEqual([]);
  });

  it("notices another output, a longer output, another end and a run that is missing", () => {
    const runs = ["a", "b", "c", "d"];
    const expected = [run("1\n2\n"), run("1\n"), run("1\n", "unreachable"), run("")];
    const actual = [run("1\n3\n"), run("1\n2\n"), run("1\n")];
    const found = differencesOf(runs, expected, actual);
    expect(found.map((text) => text.split(/[:\n]/)[0])).toEqual([
      "run 0, a",
      "run 1, b",
      "run 2, c",
      "d",
    ]);
  });
});

describe("trapClass", () => {
  it.each([
    ["unreachable", "unreachable"],
    ["divide by zero", "integer divide by zero"],
    ["remainder by zero", "integer divide by zero"],
    ["memory access out of bounds", "out of bounds memory access"],
    ["data segment out of bounds", "out of bounds memory access"],
    ["table index is out of bounds", "undefined element"],
    ["table index is out of bounds", "out of bounds table access"],
    ["null function or function signature mismatch", "indirect call type mismatch"],
    ["float unrepresentable in integer range", "invalid conversion to integer"],
    ["divide result unrepresentable", "integer overflow"],
    ["Maximum call stack size exceeded", "call stack exhausted"],
  ])("takes V8's %j for our %j", (theirs, ours) => {
    expect(trapClass(theirs)).toBe(trapClass(ours));
  });
});

describe("stressModule", () => {
  it("makes valid modules, the same for the same seed", () => {
    for (let seed = 0; seed < 20; seed++) {
      const command = stressModule(seed);
      expect(isComparable(command)).toBe(true);
      expect(stressModule(seed).wasm).toEqual(command.wasm);
    }
  });

  it("makes modules whose output depends on what they compute", () => {
    const outputs = [1, 2, 3].map((seed) => runInReference(stressModule(seed))[0]?.output);
    expect(new Set(outputs).size).toBe(3);
  });
});
