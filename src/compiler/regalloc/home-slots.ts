import { firstVirtualRegister, type MachineFunction } from "../machine/machine-function.ts";
import type { Liveness } from "./liveness.ts";
import type { SlotColours } from "./slot-colouring.ts";

const none = -1;

/** The first and last instruction at which each value matters, in the order of the code, or -1. */
export interface ValueSpans {
  readonly first: Int32Array;
  readonly last: Int32Array;
}

/** One slot for each value that needs one; values whose spans lie apart share slots. */
export function homeSlots(
  fn: MachineFunction,
  { first, last }: ValueSpans,
  needsSlot: Uint8Array,
): SlotColours {
  const starting = new Int32Array(fn.count + 1).fill(none);
  const ending = new Int32Array(fn.count + 1).fill(none);
  const nextStarting = new Int32Array(needsSlot.length);
  const nextEnding = new Int32Array(needsSlot.length);
  for (let value = needsSlot.length - 1; value >= 0; value--) {
    if (needsSlot[value] === 0 || first[value] === none) continue;
    const from = first[value] as number;
    nextStarting[value] = starting[from] as number;
    starting[from] = value;
  }
  const slotOf = new Int32Array(needsSlot.length).fill(none);
  const free: [number[], number[]] = [[], []];
  let slotCount = 0;
  for (let instruction = 0; instruction <= fn.count; instruction++) {
    for (let value = starting[instruction] as number; value >= 0; ) {
      const registerClass = fn.registerClasses[value] as 0 | 1;
      const slot = free[registerClass].pop() ?? slotCount;
      if (slot === slotCount) slotCount += fn.wordsOfClass[registerClass];
      slotOf[value] = slot;
      const end = last[value] as number;
      nextEnding[value] = ending[end] as number;
      ending[end] = value;
      value = nextStarting[value] as number;
    }
    // What begins at an instruction may be written before what ends there is read.
    for (let value = ending[instruction] as number; value >= 0; ) {
      free[fn.registerClasses[value] as 0 | 1].push(slotOf[value] as number);
      value = nextEnding[value] as number;
    }
  }
  return { slotOf, slotCount };
}

/** The spans of all values, with the blocks that they live through whole. */
export function spansOf(fn: MachineFunction, { liveIn, liveInStart }: Liveness): ValueSpans {
  const first = new Int32Array(fn.registerClasses.length).fill(none);
  const last = new Int32Array(fn.registerClasses.length).fill(none);
  const extend = (value: number, instruction: number) => {
    if (value < 0) return;
    if (first[value] === none || instruction < (first[value] as number)) first[value] = instruction;
    if (instruction > (last[value] as number)) last[value] = instruction;
  };
  for (let block = 0; block < fn.blockCount; block++) {
    const start = fn.blockStart[block] as number;
    const end = (fn.blockStart[block + 1] as number) - 1;
    for (const name of fn.blockParameters[block] as number[]) {
      extend(name - firstVirtualRegister, start);
    }
    for (const name of fn.blockArguments[block] as number[]) {
      extend(name - firstVirtualRegister, end);
    }
    for (let instruction = start; instruction <= end; instruction++) {
      const lastOperand = fn.operandStart[instruction + 1] as number;
      for (let at = fn.operandStart[instruction] as number; at < lastOperand; at++) {
        extend((fn.operandRegister[at] as number) - firstVirtualRegister, instruction);
      }
    }
    const liveEnd = liveInStart[block + 1] as number;
    for (let at = liveInStart[block] as number; at < liveEnd; at++) {
      const value = liveIn[at] as number;
      extend(value, start);
      for (const predecessor of fn.blockPredecessors[block] as number[]) {
        extend(value, (fn.blockStart[predecessor + 1] as number) - 1);
      }
    }
  }
  return { first, last };
}
