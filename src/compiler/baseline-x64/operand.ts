import type { ValueTypeId } from "../ssa/operations.ts";

/** Where a value is. */
export const Where = {
  /** Nowhere: `value` and `high` are its bits. */
  constant: 0,
  /** In register `value`, which nothing else uses. */
  register: 1,
  /** In the home of local `value`, which has not been written since. */
  local: 2,
  /** In slot `value` of the frame. */
  slot: 3,
  /** In the processor's flags: it is 1 if condition `value` holds, else 0. */
  flags: 4,
} as const;

/** A value on WebAssembly's operand stack, or just popped off it: where it is changes over time. */
export class Operand {
  constructor(
    public type: ValueTypeId,
    public where: number,
    public value: number,
    public high = 0,
  ) {}

  /** The value as an immediate that is sign-extended from 32 bits; undefined if it is none. */
  get immediate(): number | undefined {
    if (this.where !== Where.constant) return undefined;
    return this.type === 1 || this.high === this.value >> 31 ? this.value : undefined;
  }
}
