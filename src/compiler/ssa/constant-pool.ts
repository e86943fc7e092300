import { none, type SsaFunction, type Value } from "./function.ts";
import { Operation, type ValueTypeId } from "./operations.ts";

/** The constants of a function, each once, in the entry block. */
export class ConstantPool {
  private readonly fn: SsaFunction;
  /** By type, high half and low half. */
  private readonly known = new Map<number, Map<number, Value>>();
  private readonly fresh: Value[] = [];

  constructor(fn: SsaFunction) {
    this.fn = fn;
    if (fn.blockCount === 0) return;
    for (const value of fn.instructionsOf(0)) {
      if (fn.operation[value] === Operation.constant) this.learn(value);
    }
  }

  /** The constant with these bits. */
  get(type: ValueTypeId, low: number, high: number): Value {
    const { fn } = this;
    const group = this.group(type, high | 0);
    const known = group.get(low | 0);
    if (known !== undefined) return known;
    const value = fn.create(Operation.constant, type, none, none, none, 0, low, high);
    group.set(low | 0, value);
    this.fresh.push(value);
    return value;
  }

  /** Puts the constants made since the last time before everything in the entry block. */
  place(): void {
    if (this.fresh.length === 0) return;
    this.fn.blockInstructions[0] = [...this.fresh, ...this.fn.instructionsOf(0)];
    this.fresh.length = 0;
  }

  private learn(value: Value): void {
    const { fn } = this;
    const group = this.group(fn.type[value] as number, fn.high[value] as number);
    group.set(fn.low[value] as number, value);
  }

  private group(type: number, high: number): Map<number, Value> {
    const key = type * 2 ** 32 + high;
    let group = this.known.get(key);
    if (group === undefined) {
      group = new Map();
      this.known.set(key, group);
    }
    return group;
  }
}
