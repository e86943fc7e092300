import { firstVirtualRegister, type MachineFunction, Role } from "../machine/machine-function.ts";
import { AllocationError } from "./allocation-error.ts";
import { PairList } from "./pair-list.ts";

/** A value that is written in several blocks, or around a loop through the block that writes it. */
const manyBlocks = -2;

/**
 * Which values live into which blocks, as one list per block. A value is a virtual register,
 * counted from zero.
 */
export interface Liveness {
  /** First entry of each block in `liveIn`; one more at the end. */
  readonly liveInStart: Int32Array;
  /** The values, ascending in each block. */
  readonly liveIn: Int32Array;
  /** The only block that writes each value and into which it does not live; or `manyBlocks`, or -1. */
  readonly definingBlock: Int32Array;
}

/**
 * Finds live values by walking, value by value, from each block that reads it before writing it up
 * to the blocks that write it (Boissinot et al. 2011, "A non-iterative data-flow algorithm").
 * The time is that of writing the answer, where bit sets would cost blocks times values.
 */
export function computeLiveness(fn: MachineFunction): Liveness {
  const accesses = new BlockAccesses(fn);
  const live = new PairList();
  const walk = new LiveWalk(fn, accesses, live);
  for (let value = 0; value < fn.registerClasses.length; value++) walk.explore(value);
  const liveInStart = new Int32Array(fn.blockCount + 1);
  for (let pair = 0; pair < live.count; pair++) {
    const block = live.first[pair] as number;
    liveInStart[block + 1] = (liveInStart[block + 1] as number) + 1;
  }
  for (let block = 0; block < fn.blockCount; block++) {
    liveInStart[block + 1] = (liveInStart[block + 1] as number) + (liveInStart[block] as number);
  }
  const liveIn = new Int32Array(live.count);
  const fill = liveInStart.slice();
  for (let pair = 0; pair < live.count; pair++) {
    const block = live.first[pair] as number;
    const entry = fill[block] as number;
    liveIn[entry] = live.second[pair] as number;
    fill[block] = entry + 1;
  }
  return { liveInStart, liveIn, definingBlock: accesses.definingBlock };
}

/** Per value, the blocks that read it before writing it and the blocks that write it. */
class BlockAccesses {
  readonly exposedHead: Int32Array;
  readonly definedHead: Int32Array;
  /** Pairs of a block and the value's next entry. */
  readonly entries = new PairList();
  readonly definingBlock: Int32Array;

  constructor(fn: MachineFunction) {
    const values = fn.registerClasses.length;
    this.exposedHead = new Int32Array(values).fill(-1);
    this.definedHead = new Int32Array(values).fill(-1);
    this.definingBlock = new Int32Array(values).fill(-1);
    for (let block = 0; block < fn.blockCount; block++) this.scan(fn, block);
  }

  private scan(fn: MachineFunction, block: number): void {
    for (const parameter of fn.blockParameters[block] as number[]) {
      this.define(parameter - firstVirtualRegister, block);
    }
    const end = fn.blockStart[block + 1] as number;
    for (let instruction = fn.blockStart[block] as number; instruction < end; instruction++) {
      this.scanInstruction(fn, instruction, block);
    }
    for (const argument of fn.blockArguments[block] as number[]) {
      this.use(argument - firstVirtualRegister, block);
    }
  }

  private scanInstruction(fn: MachineFunction, instruction: number, block: number): void {
    const first = fn.operandStart[instruction] as number;
    const end = fn.operandStart[instruction + 1] as number;
    for (let operand = first; operand < end; operand++) {
      const value = (fn.operandRegister[operand] as number) - firstVirtualRegister;
      const role = fn.operandRole[operand] as number;
      if (value >= 0 && (role === Role.use || role === Role.useDefine)) this.use(value, block);
    }
    for (let operand = first; operand < end; operand++) {
      const value = (fn.operandRegister[operand] as number) - firstVirtualRegister;
      if (value >= 0 && fn.operandRole[operand] !== Role.use) this.define(value, block);
    }
  }

  private use(value: number, block: number): void {
    if (this.isHead(this.definedHead, value, block)) return;
    if (this.isHead(this.exposedHead, value, block)) return;
    this.exposedHead[value] = this.entries.add(block, this.exposedHead[value] as number);
  }

  private define(value: number, block: number): void {
    if (this.isHead(this.definedHead, value, block)) return;
    this.definedHead[value] = this.entries.add(block, this.definedHead[value] as number);
    this.definingBlock[value] = this.definingBlock[value] === -1 ? block : manyBlocks;
  }

  private isHead(heads: Int32Array, value: number, block: number): boolean {
    const head = heads[value] as number;
    return head >= 0 && this.entries.first[head] === block;
  }
}

/** Walks against control flow from the uses of one value at a time. */
class LiveWalk {
  private readonly definedMark: Int32Array;
  private readonly liveMark: Int32Array;
  private readonly stack: number[] = [];
  private readonly fn: MachineFunction;
  private readonly accesses: BlockAccesses;
  private readonly live: PairList;

  constructor(fn: MachineFunction, accesses: BlockAccesses, live: PairList) {
    this.fn = fn;
    this.accesses = accesses;
    this.live = live;
    this.definedMark = new Int32Array(fn.blockCount).fill(-1);
    this.liveMark = new Int32Array(fn.blockCount).fill(-1);
  }

  explore(value: number): void {
    const { exposedHead, definedHead, definingBlock, entries } = this.accesses;
    let entry = exposedHead[value] as number;
    if (entry < 0) return;
    for (let at = definedHead[value] as number; at >= 0; at = entries.second[at] as number) {
      this.definedMark[entries.first[at] as number] = value;
    }
    for (; entry >= 0; entry = entries.second[entry] as number) {
      this.visit(entries.first[entry] as number, value);
    }
    for (let block = this.stack.pop(); block !== undefined; block = this.stack.pop()) {
      for (const predecessor of this.fn.blockPredecessors[block] as number[]) {
        if (this.definedMark[predecessor] !== value) this.visit(predecessor, value);
      }
    }
    const home = definingBlock[value] as number;
    if (home >= 0 && this.liveMark[home] === value) definingBlock[value] = manyBlocks;
  }

  private visit(block: number, value: number): void {
    if (this.liveMark[block] === value) return;
    if (block === 0) {
      const register = value + firstVirtualRegister;
      throw new AllocationError(this.fn.name, `register ${register} lives into the entry block`);
    }
    this.liveMark[block] = value;
    this.live.add(block, value);
    this.stack.push(block);
  }
}
