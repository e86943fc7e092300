import { expect, test } from "vitest";
import { Assembler } from "../assembler.ts";
import { Frame } from "./frame.ts";

const check = { low: 1, overflow: 2 };

/** The code with which a function begins whose frame has so many words, and what it refers to. */
function entryCode(words: number, isLeaf: boolean, isChecked = true) {
  const assembler = new Assembler();
  new Frame(0, 0, words, isLeaf).enter(assembler, isChecked ? check : undefined);
  const { bytes, relocations } = assembler.finish();
  const symbols = [check.low, check.overflow].filter((symbol) => relocations.mention(symbol));
  return { hex: Buffer.from(bytes).toString("hex"), symbols };
}

test("compares the stack pointer before it makes a frame, with room to spare", () => {
  // cmp rsp, 1024 + 16 above the stack's low end; jb to the overflow; sub rsp, 16
  const { hex, symbols } = entryCode(2, false);
  expect(hex).toMatch(/^4881fc[0-9a-f]{8}0f82[0-9a-f]{8}4883ec10$/);
  expect(symbols).toEqual([check.low, check.overflow]);
});

test("compares nothing where a guard tells, nor in leaves with small frames", () => {
  expect(entryCode(2, false, false)).toEqual({ hex: "4883ec10", symbols: [] });
  expect(entryCode(0, true)).toEqual({ hex: "", symbols: [] });
  expect(entryCode(64, true).symbols).toEqual([]);
  expect(entryCode(65, true).symbols).toEqual([check.low, check.overflow]);
  expect(entryCode(0, false).symbols).toEqual([check.low, check.overflow]);
});
