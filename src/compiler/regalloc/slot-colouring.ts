import type { MachineFunction, RegisterClassId } from "../machine/machine-function.ts";
import type { PieceTable } from "./pieces.ts";
import { endOfTime, Stage, stageOf } from "./positions.ts";

/** The slot of each value that has one. */
export interface SlotColours {
  /** Slot by value, or -1. */
  readonly slotOf: Int32Array;
  readonly slotCount: number;
}

/**
 * Gives spilled values slots, so that values whose times in slots do not overlap share one. The
 * two register classes share none, because their moves of one gap are emitted one after the other.
 */
export function colourSlots(
  fn: MachineFunction,
  pieces: PieceTable,
  isKept: Uint8Array,
): SlotColours {
  const values = fn.registerClasses.length;
  const slotOf = new Int32Array(values).fill(-1);
  const from = new Int32Array(values).fill(endOfTime);
  const to = new Int32Array(values).fill(-1);
  const spilled = findSpans(fn, pieces, isKept, from, to);
  spilled.sort((a, b) => (from[a] as number) - (from[b] as number) || a - b);
  let slotCount = 0;
  const busy = [new ReleaseHeap(), new ReleaseHeap()];
  for (const value of spilled) {
    const registerClass = fn.registerClasses[value] as RegisterClassId;
    const heap = busy[registerClass] as ReleaseHeap;
    const reused = heap.takeFree(from[value] as number);
    const slot = reused >= 0 ? reused : slotCount;
    if (reused < 0) slotCount += fn.wordsOfClass[registerClass];
    slotOf[value] = slot;
    heap.add(to[value] as number, slot);
  }
  return { slotOf, slotCount };
}

/** Finds when each value needs its slot, and returns the values that do. */
function findSpans(
  fn: MachineFunction,
  pieces: PieceTable,
  isKept: Uint8Array,
  from: Int32Array,
  to: Int32Array,
): number[] {
  const spilled: number[] = [];
  const found = new Uint8Array(from.length);
  for (let piece = 0; piece < pieces.count; piece++) {
    const value = pieces.value[piece] as number;
    if ((fn.rematerialization[value] as number) >= 0) continue;
    const inSlot = (pieces.location[piece] as number) < 0;
    if (!inSlot && isKept[value] === 0) continue;
    if (found[value] === 0) spilled.push(value);
    found[value] = 1;
    const start = pieces.start[piece] as number;
    // A piece that starts while an instruction writes is stored in the gap before it.
    const stored = stageOf(start) === Stage.write ? start - 1 : start;
    from[value] = Math.min(from[value] as number, stored);
    to[value] = Math.max(to[value] as number, pieces.end[piece] as number);
  }
  return spilled;
}

/** Slots in use, the one that becomes free first on top of a binary heap. */
class ReleaseHeap {
  private readonly ends: number[] = [];
  private readonly slots: number[] = [];

  /** Removes and returns a slot that is free from a position on, or returns -1. */
  takeFree(position: number): number {
    const [end] = this.ends;
    const [slot] = this.slots;
    if (end === undefined || slot === undefined || end > position) return -1;
    const lastEnd = this.ends.pop() as number;
    const lastSlot = this.slots.pop() as number;
    if (this.ends.length > 0) this.sink(lastEnd, lastSlot);
    return slot;
  }

  add(end: number, slot: number): void {
    let hole = this.ends.length;
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      if ((this.ends[parent] as number) <= end) break;
      this.ends[hole] = this.ends[parent] as number;
      this.slots[hole] = this.slots[parent] as number;
      hole = parent;
    }
    this.ends[hole] = end;
    this.slots[hole] = slot;
  }

  private sink(end: number, slot: number): void {
    let hole = 0;
    for (let child = 1; child < this.ends.length; child = 2 * hole + 1) {
      const right = child + 1;
      if (right < this.ends.length && (this.ends[right] as number) < (this.ends[child] as number)) {
        child = right;
      }
      if ((this.ends[child] as number) >= end) break;
      this.ends[hole] = this.ends[child] as number;
      this.slots[hole] = this.slots[child] as number;
      hole = child;
    }
    this.ends[hole] = end;
    this.slots[hole] = slot;
  }
}
