import { expect, test } from "vitest";
import type { Allocation } from "../../machine/allocation.ts";
import { MachineFunction } from "../../machine/machine-function.ts";
import { Pseudo } from "../pseudo-instructions.ts";
import { BlockPlacement } from "./block-placement.ts";

/** A function of blocks that hold one move before their end, given by their successors. */
function placed(successors: readonly (readonly number[])[], empty: readonly number[] = []) {
  const code = new MachineFunction("f");
  successors.forEach((targets, block) => {
    if (!empty.includes(block)) code.append(Pseudo.entry);
    const ends = [Pseudo.return, Pseudo.jump, Pseudo.branch];
    code.append(ends[targets.length] as number);
    code.endBlock([...targets], [], [], 0);
  });
  code.finishBlocks();
  return new BlockPlacement(code, noMoves);
}

const noMoves: Allocation = {
  slotCount: 0,
  writtenRegisters: 0,
  moveCount: 0,
  movePosition: new Int32Array(0),
  moveSource: new Int32Array(0),
  moveTarget: new Int32Array(0),
  moveClass: new Uint8Array(0),
  whereabouts: new Map(),
};

test("blocks stay in order where nothing jumps back", () => {
  const placement = placed([[1, 2], [3], [3], []]);
  expect(placement.order).toEqual([0, 1, 2, 3]);
  expect(placement.fallsInto(0, 1)).toBe(true);
  expect(placement.fallsInto(1, 3)).toBe(false);
});

test("what a loop does before its next round goes before its first block", () => {
  expect(placed([[1], [3, 2], [1], []]).order).toEqual([0, 2, 1, 3]);
});

test("a block that is only reached by a jump stays: the loop would jump all the same", () => {
  expect(placed([[1], [2, 4], [3], [1], []]).order).toEqual([0, 1, 2, 3, 4]);
});

test("a block that only jumps on is left out, and jumps to it arrive where it leads", () => {
  const placement = placed([[1, 2], [3], [3], []], [1]);
  expect(placement.order).toEqual([0, 2, 3]);
  expect(placement.targets[1]).toBe(3);
});

test("a block that goes before another is followed by what goes before it in turn", () => {
  const placement = placed([[1], [5, 2], [3, 1], [5, 4], [2], []]);
  expect(new Set(placement.order)).toEqual(new Set([0, 1, 2, 3, 4, 5]));
  expect(placement.order).toHaveLength(6);
  expect(placement.order[0]).toBe(0);
  expect(placed([[1], [5, 2], [1], [5, 4], [2], []]).order).toEqual([0, 4, 2, 1, 3, 5]);
});
