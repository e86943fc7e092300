import { dominatorChildren, dominatorsOf } from "../control-flow.ts";
import type { Block, SsaFunction, Value } from "../function.ts";
import { Effect, effects, isCommutative, Operation } from "../operations.ts";
import { removeAliases, resolveOperands } from "../remove-aliases.ts";
import type { Pass } from "./pass.ts";

/**
 * Computes once what is computed alike in a block and in those it dominates. Operations that may
 * trap count too: the first one has trapped already if the second one would.
 */
export const valueNumbering: Pass = {
  name: "value-numbering",
  run: (fn) => {
    const dominators = dominatorsOf(fn);
    const children = dominatorChildren(dominators);
    const numbering = new Numbering(fn);
    const stack: { readonly block: Block; readonly mark: number; next: number }[] = [];
    const enter = (block: Block) => {
      stack.push({ block, mark: numbering.mark(), next: 0 });
      numbering.visit(block);
    };
    enter(0);
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const child = children[top.block]?.[top.next++];
      if (child !== undefined) enter(child);
      else {
        numbering.forgetTo(top.mark);
        stack.pop();
      }
    }
    removeAliases(fn);
  },
};

/** The values known on the way from the entry to the current block. */
class Numbering {
  private readonly fn: SsaFunction;
  /** By hash. */
  private readonly known = new Map<number, Value[]>();
  private readonly hashes: number[] = [];

  constructor(fn: SsaFunction) {
    this.fn = fn;
  }

  mark(): number {
    return this.hashes.length;
  }

  forgetTo(mark: number): void {
    while (this.hashes.length > mark) this.known.get(this.hashes.pop() as number)?.pop();
  }

  visit(block: Block): void {
    const { fn } = this;
    fn.blockInstructions[block] = fn.instructionsOf(block).filter((instruction) => {
      resolveOperands(fn, instruction);
      if (!isComparable(fn, instruction)) return true;
      this.orderOperands(instruction);
      return this.learn(instruction);
    });
  }

  /** Whether an instruction is the first of its kind; if not, it becomes an alias. */
  private learn(instruction: Value): boolean {
    const { fn } = this;
    const hash = this.hash(instruction);
    const candidates = this.known.get(hash);
    const same = candidates?.find((candidate) => this.isSame(candidate, instruction));
    if (same !== undefined) {
      fn.alias[instruction] = same;
      return false;
    }
    if (candidates === undefined) this.known.set(hash, [instruction]);
    else candidates.push(instruction);
    this.hashes.push(hash);
    return true;
  }

  private orderOperands(instruction: Value): void {
    const { a, b } = this.fn;
    if (isCommutative[this.fn.operation[instruction] as number] === 0) return;
    const first = a[instruction] as Value;
    const second = b[instruction] as Value;
    // Constants stand second, as folding left them; they were made last or first, so ask for them.
    const isSecondConstant = this.fn.operation[second] === Operation.constant;
    if (isSecondConstant || first <= second) return;
    if (this.fn.operation[first] === Operation.constant) return;
    a[instruction] = second;
    b[instruction] = first;
  }

  private hash(instruction: Value): number {
    const { a, aux, b, c, high, low, operation, type } = this.fn;
    let hash = ((operation[instruction] as number) << 3) | (type[instruction] as number);
    for (const column of [a, b, c, aux, low, high]) {
      hash = Math.imul(hash ^ (column[instruction] as number), 0x9e3779b1);
      hash ^= hash >>> 15;
    }
    return hash;
  }

  private isSame(one: Value, other: Value): boolean {
    const { a, aux, b, c, high, low, operation, type } = this.fn;
    return [operation, type, a, b, c, aux, low, high].every(
      (column) => column[one] === column[other],
    );
  }
}

function isComparable(fn: SsaFunction, instruction: Value): boolean {
  const operation = fn.operation[instruction] as number;
  if (operation === Operation.result || operation === Operation.parameter) return false;
  return effects[operation] === Effect.none || effects[operation] === Effect.trap;
}
