import { ArrivalTimes } from "../arrival-times.ts";
import { isConstant } from "../bits.ts";
import { dominatorsOf } from "../control-flow.ts";
import { type Block, none, type SsaFunction, type Value } from "../function.ts";
import { hasLoop, type Loops, loopsOf } from "../loops.ts";
import { Operation } from "../operations.ts";
import { useCounts } from "../use-counts.ts";
import type { Pass } from "./pass.ts";

/** Operations whose operands may be taken in any order. */
const associative = new Set<number>([Operation.add, Operation.and, Operation.or, Operation.xor]);

/** More values would be kept waiting in registers. */
const maximumLeaves = 8;

/**
 * In sums of three values or more in loops, and the like, combines first what is known first: what
 * comes last, for which the next round waits, then passes through fewer operations.
 */
export const reassociation: Pass = {
  name: "reassociation",
  run: (fn) => {
    if (!hasLoop(fn)) return;
    const dominators = dominatorsOf(fn);
    const loops = loopsOf(fn, dominators);
    const trees = new Trees(fn, loops, new ArrivalTimes(fn, loops, dominators.order));
    for (const block of dominators.order) if (loops.depths[block] !== 0) trees.visit(block);
  },
};

/** A value to be combined with others, and when it is known. */
interface Term {
  readonly value: Value;
  readonly time: number;
}

class Trees {
  private readonly counts: Int32Array;
  /** The block at hand for its instructions. */
  private readonly homes: Int32Array;
  /** 1 for what was found to be part of a tree below its root. */
  private readonly isInner: Uint8Array;

  constructor(
    private readonly fn: SsaFunction,
    private readonly loops: Loops,
    private readonly times: ArrivalTimes,
  ) {
    this.counts = useCounts(fn);
    this.homes = new Int32Array(fn.count).fill(none);
    this.isInner = new Uint8Array(fn.count);
  }

  visit(block: Block): void {
    const instructions = this.fn.instructionsOf(block);
    for (const value of instructions) this.homes[value] = block;
    /** What goes before each root that was rebuilt, in order. */
    const before = new Map<Value, readonly Value[]>();
    for (let index = instructions.length - 1; index >= 0; index--) {
      const root = instructions[index] as Value;
      const inner = this.isInner[root] === 0 ? this.rebuild(root, block) : [];
      if (inner.length > 0) before.set(root, inner);
    }
    if (before.size === 0) return;
    const isMoved = new Set([...before.values()].flat());
    this.fn.blockInstructions[block] = instructions.flatMap((value) =>
      isMoved.has(value) ? [] : [...(before.get(value) ?? []), value],
    );
  }

  /** Returns what now goes before a root, in this order; nothing if it is well as it is. */
  private rebuild(root: Value, block: Block): readonly Value[] {
    const { fn } = this;
    if (!this.isPart(root)) return [];
    const header = this.loops.innermost[block] as Block;
    const leaves: Term[] = [];
    const nodes = [root];
    for (const node of nodes) {
      for (const value of [fn.b[node] as Value, fn.a[node] as Value]) {
        if (this.isBelow(value, root, block)) nodes.push(value);
        else leaves.push({ value, time: this.times.at(value, header) });
      }
    }
    for (const node of nodes) this.isInner[node] = 1;
    if (nodes.length === 1 || leaves.length > maximumLeaves) return [];
    nodes.reverse();
    const pairs = combine(leaves.reverse(), nodes);
    if ((pairs.at(-1)?.time as number) >= this.times.at(root, header)) return [];
    for (const { node, first, second } of pairs) {
      fn.a[node] = first;
      fn.b[node] = second;
    }
    return nodes.slice(0, -1);
  }

  private isBelow(operand: Value, root: Value, block: Block): boolean {
    const { fn } = this;
    return (
      this.homes[operand] === block &&
      this.counts[operand] === 1 &&
      fn.operation[operand] === fn.operation[root] &&
      fn.type[operand] === fn.type[root] &&
      this.isPart(operand)
    );
  }

  /** A constant summand stays where it is: it becomes part of an address, or of one instruction. */
  private isPart(value: Value): boolean {
    const { fn } = this;
    return associative.has(fn.operation[value] as number) && !isConstant(fn, fn.b[value] as Value);
  }
}

/** Which two values each node of a tree combines. */
interface Pair {
  readonly node: Value;
  readonly first: Value;
  readonly second: Value;
  readonly time: number;
}

/** Combines the two values that are known first until one is left, the last node's. */
function combine(leaves: readonly Term[], nodes: readonly Value[]): Pair[] {
  const terms = [...leaves];
  const takeEarliest = (): Term => {
    let best = 0;
    terms.forEach(({ time }, index) => {
      if (time < (terms[best] as Term).time) best = index;
    });
    return terms.splice(best, 1)[0] as Term;
  };
  return nodes.map((node) => {
    const first = takeEarliest();
    const second = takeEarliest();
    const time = Math.max(first.time, second.time) + 1;
    terms.push({ value: node, time });
    return { node, first: first.value, second: second.value, time };
  });
}
