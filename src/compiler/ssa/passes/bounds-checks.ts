import { trapKinds } from "../../../contracts/traps.ts";
import { isConstant } from "../bits.ts";
import { Builder } from "../builder.ts";
import { dominatorChildren, dominatorsOf } from "../control-flow.ts";
import { type Block, none, type SsaFunction, type Value } from "../function.ts";
import { Condition, Effect, effects, Operation, ValueType } from "../operations.ts";
import type { Pass } from "./pass.ts";

/**
 * Drops checks of memory bounds that others cover. A memory never shrinks: an index once found to be
 * in range stays so, and so does all that ends before it. Between reads of a block, which change
 * nothing that a trap would leave behind, the first check of an index is made for the farthest reach.
 */
export const boundsChecks: Pass = {
  name: "bounds-checks",
  run: (fn) => {
    const children = dominatorChildren(dominatorsOf(fn));
    const checks = new KnownChecks(fn);
    const waiting: (Block | (() => void))[] = [0];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      if (typeof next === "function") next();
      else {
        const mark = checks.mark();
        checks.visit(next);
        waiting.push(() => checks.forgetTo(mark), ...(children[next] ?? []));
      }
    }
    checks.finish();
  },
};

/** A check: does an index (i64), or nothing, and a constant make more than a memory's size? */
interface Check {
  readonly index: Value;
  readonly reach: number;
  /** The load of the variable with the size. */
  readonly size: Value;
}

/** The checks on the way from the entry to the current block. */
class KnownChecks {
  private readonly fn: SsaFunction;
  private readonly builder: Builder;
  /** The farthest reach by memory and index. */
  private readonly reaches = new Map<string, number>();
  private readonly log: { readonly key: string; readonly before: number | undefined }[] = [];

  constructor(fn: SsaFunction) {
    this.fn = fn;
    this.builder = new Builder(fn);
  }

  mark(): number {
    return this.log.length;
  }

  forgetTo(mark: number): void {
    for (const { key, before } of this.log.splice(mark).reverse()) {
      if (before === undefined) this.reaches.delete(key);
      else this.reaches.set(key, before);
    }
  }

  finish(): void {
    this.builder.finish();
  }

  visit(block: Block): void {
    const { fn } = this;
    /** Checks behind which there are only reads so far, by memory and index. */
    const open = new Map<string, Value>();
    const farther = new Map<Value, Check>();
    const kept = fn.instructionsOf(block).filter((instruction) => {
      const check = this.checkOf(instruction);
      if (check === undefined) {
        if (isBarrier(fn, instruction)) open.clear();
        return true;
      }
      const key = `${fn.low[check.size]} ${check.index}`;
      if (check.reach <= (this.reaches.get(key) ?? 0)) return false;
      this.learn(key, check.reach);
      const first = open.get(key);
      if (first === undefined) open.set(key, instruction);
      else farther.set(first, check);
      return first === undefined;
    });
    fn.blockInstructions[block] = kept.flatMap((instruction) => {
      const check = farther.get(instruction);
      return check === undefined
        ? [instruction]
        : [...this.extend(instruction, check), instruction];
    });
  }

  private learn(key: string, reach: number): void {
    this.log.push({ key, before: this.reaches.get(key) });
    this.reaches.set(key, reach);
  }

  /** Makes a check one of a farther reach; returns what has to stand before it. */
  private extend(trap: Value, { index, reach }: Check): Value[] {
    const { builder, fn } = this;
    const comparison = fn.resolve(fn.a[trap] as Value);
    const size = fn.b[comparison] as Value;
    const limit = builder.i64(BigInt(reach));
    const isSum = index !== none;
    const end = isSum ? fn.create(Operation.add, ValueType.i64, index, limit) : limit;
    const { compare } = Operation;
    const { i32 } = ValueType;
    const isBeyond = fn.create(compare, i32, end, size, none, Condition.greaterUnsigned);
    fn.a[trap] = isBeyond;
    return isSum ? [end, isBeyond] : [isBeyond];
  }

  private checkOf(instruction: Value): Check | undefined {
    const { fn } = this;
    if (!isBoundsTrap(fn, instruction)) return undefined;
    const comparison = fn.resolve(fn.a[instruction] as Value);
    if (fn.operation[comparison] !== Operation.compare) return undefined;
    if (fn.aux[comparison] !== Condition.greaterUnsigned) return undefined;
    const end = fn.resolve(fn.a[comparison] as Value);
    const size = fn.resolve(fn.b[comparison] as Value);
    if (fn.operation[size] !== Operation.loadSymbol) return undefined;
    if (isConstant(fn, end)) return { index: none, reach: unsigned(fn, end), size };
    if (fn.operation[end] !== Operation.add) return undefined;
    const reach = fn.resolve(fn.b[end] as Value);
    if (!isConstant(fn, reach)) return undefined;
    return { index: fn.resolve(fn.a[end] as Value), reach: unsigned(fn, reach), size };
  }
}

function isBoundsTrap(fn: SsaFunction, instruction: Value): boolean {
  const isTrap = fn.operation[instruction] === Operation.trapIf;
  return isTrap && fn.aux[instruction] === trapKinds.memoryOutOfBounds.id;
}

/** Whether a trap before an instruction would be told from one behind it. */
function isBarrier(fn: SsaFunction, instruction: Value): boolean {
  const effect = effects[fn.operation[instruction] as number];
  return effect !== Effect.none && effect !== Effect.read;
}

/** A 64-bit constant; exact as far as reaches go. */
function unsigned(fn: SsaFunction, value: Value): number {
  return (fn.high[value] as number) * 2 ** 32 + ((fn.low[value] as number) >>> 0);
}
