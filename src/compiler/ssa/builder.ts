import { ConstantPool } from "./constant-pool.ts";
import type { Emitter } from "./emitter.ts";
import { fold } from "./fold.ts";
import { type Block, none, type SsaFunction, type Value } from "./function.ts";
import { Condition, Operation, ValueType, type ValueTypeId } from "./operations.ts";
import { isZeroTest } from "./simplify-compare.ts";

/**
 * Appends instructions to a block, folding as it goes. What is known at once becomes a constant;
 * constants stand once each in the entry block, where they dominate everything.
 */
export class Builder implements Emitter {
  readonly fn: SsaFunction;
  /** The block that is being filled, or `none` after its end. */
  block: Block = none;
  private readonly constants: ConstantPool;
  private target: Value[] = [];

  constructor(fn: SsaFunction) {
    this.fn = fn;
    this.constants = new ConstantPool(fn);
  }

  /** Whether instructions can be reached here. */
  get isReachable(): boolean {
    return this.block !== none;
  }

  /** Goes on at the end of a block. */
  continueAt(block: Block): void {
    this.block = block;
    this.target = this.fn.instructionsOf(block);
  }

  /** Fills a block anew: the caller gets its old instructions and hands them on one by one. */
  rebuild(block: Block): readonly Value[] {
    const old = this.fn.instructionsOf(block);
    this.block = block;
    this.target = [];
    this.fn.blockInstructions[block] = this.target;
    return old;
  }

  /** Puts the constants made so far into the entry block; to be called once, at the end. */
  finish(): void {
    this.constants.place();
  }

  /** A constant by its bits. */
  constant(type: ValueTypeId, low: number, high = 0): Value {
    return this.constants.get(type, low, high);
  }

  /** An i32 constant. */
  i32(value: number): Value {
    return this.constants.get(ValueType.i32, value, 0);
  }

  /** An i64 constant. */
  i64(value: bigint): Value {
    return this.bits(ValueType.i64, value);
  }

  /** A constant by its bits, in one integer. */
  bits(type: ValueTypeId, bits: bigint): Value {
    const low = Number(BigInt.asIntN(32, bits));
    return this.constants.get(type, low, Number(BigInt.asIntN(32, bits >> 32n)));
  }

  /** A v128 constant by its halves. */
  vector(low: bigint, high: bigint): Value {
    return this.operate(Operation.pair, ValueType.v128, this.i64(low), this.i64(high));
  }

  /** The zero of a type. */
  zero(type: ValueTypeId): Value {
    return type === ValueType.v128 ? this.vector(0n, 0n) : this.constant(type, 0);
  }

  /** Appends an instruction as it is; operands must be resolved. */
  emit(
    operation: number,
    type: ValueTypeId,
    a: Value = none,
    b: Value = none,
    c: Value = none,
    aux = 0,
    low = 0,
    high = 0,
  ): Value {
    const value = this.fn.create(operation, type, a, b, c, aux, low, high);
    this.target.push(value);
    return value;
  }

  /** Appends an instruction that exists already. */
  append(instruction: Value): void {
    this.target.push(instruction);
  }

  /** The result of an operation without list and immediate, folded where possible. */
  operate(
    operation: number,
    type: ValueTypeId,
    a: Value,
    b: Value = none,
    c: Value = none,
    aux = 0,
  ): Value {
    const known = fold(this, operation, type, a, b, c, aux);
    return known === none ? this.emit(operation, type, a, b, c, aux) : known;
  }

  /** Whether two values of one type stand in a relation, an i32. */
  compare(condition: number, a: Value, b: Value): Value {
    return this.operate(Operation.compare, ValueType.i32, a, b, none, condition);
  }

  /** `condition` (an i32) ? b : c. */
  select(condition: Value, b: Value, c: Value): Value {
    return this.operate(Operation.select, this.typeOf(b), condition, b, c);
  }

  /** An i64 from an i32, zero-extended. */
  extendUnsigned(value: Value): Value {
    return this.operate(Operation.extendUnsigned, ValueType.i64, value);
  }

  /** Sum of two integers of one type. */
  add(a: Value, b: Value): Value {
    return this.operate(Operation.add, this.typeOf(a), a, b);
  }

  /** An instruction with an argument list; `low` is the symbol of a call. */
  emitWithList(
    operation: number,
    type: ValueTypeId,
    list: readonly Value[],
    { a = none, aux = 0, low = 0 }: { a?: Value; aux?: number; low?: number } = {},
  ): Value {
    return this.emit(operation, type, a, this.fn.createList(list), list.length, aux, low);
  }

  /** Ends the program with a trap if a condition holds; always so, nothing is reachable behind. */
  trapIf(condition: Value, trap: number): void {
    const { fn } = this;
    if (fn.operation[condition] !== Operation.constant) {
      this.emit(Operation.trapIf, ValueType.none, condition, none, none, trap);
    } else if (fn.low[condition] !== 0) this.trap(trap);
  }

  /** Ends the block: goes to another one. */
  jump(to: Block, values: readonly Value[] = []): void {
    if (!this.isReachable) return;
    this.end(Operation.jump, none, [this.fn.createEdge(this.block, to, [...values])]);
  }

  /** Ends the block: goes to `then` if a condition that is not constant holds, else to `otherwise`. */
  branch(
    condition: Value,
    then: Block,
    otherwise: Block,
    thenValues: readonly Value[] = [],
    otherwiseValues: readonly Value[] = [],
  ): void {
    if (!this.isReachable) return;
    const { fn } = this;
    const test = branchTest(fn, condition);
    const thenEdge = fn.createEdge(this.block, then, [...thenValues]);
    const otherwiseEdge = fn.createEdge(this.block, otherwise, [...otherwiseValues]);
    const edges = test.isInverted ? [otherwiseEdge, thenEdge] : [thenEdge, otherwiseEdge];
    this.end(Operation.branch, test.condition, edges);
  }

  /** Ends the block: goes to the target with the number of `index`, else to the last one. */
  switch(index: Value, targets: readonly Block[], values: readonly Value[]): void {
    if (!this.isReachable) return;
    const edges = targets.map((to) => this.fn.createEdge(this.block, to, [...values]));
    this.end(Operation.switch, index, edges);
  }

  /** Ends the block: returns from the function. */
  return(values: readonly Value[]): void {
    this.end(Operation.return, none, values);
  }

  /** Ends the block behind a call: goes to `next` when it returns, else to `landing`. */
  unwind(next: Block, landing: Block): void {
    const { block, fn } = this;
    this.end(Operation.unwind, none, [fn.createEdge(block, next), fn.createEdge(block, landing)]);
  }

  /** Ends the block: calls a symbol (`low`) or code address (`a`) and returns what that returns. */
  tailCall(values: readonly Value[], { a = none, low = 0 }: { a?: Value; low?: number }): void {
    const operation = a === none ? Operation.tailCall : Operation.tailCallPointer;
    this.emitWithList(operation, ValueType.none, values, { a, low });
    this.leave();
  }

  /** Ends the block: ends the program with a trap. */
  trap(kind: number): void {
    this.emit(Operation.trap, ValueType.none, none, none, none, kind);
    this.leave();
  }

  /** The type of a value. */
  typeOf(value: Value): ValueTypeId {
    return this.fn.type[value] as ValueTypeId;
  }

  private end(operation: number, a: Value, list: readonly number[]): void {
    this.emitWithList(operation, ValueType.none, list, { a });
    this.leave();
  }

  /** What is still emitted behind the end of a block goes nowhere. */
  private leave(): void {
    this.block = none;
    this.target = [];
  }
}

/** What a branch may test instead: `x` for `x != 0`, and `x` the other way round for `x == 0`. */
export function branchTest(
  fn: SsaFunction,
  condition: Value,
): { readonly condition: Value; readonly isInverted: boolean } {
  let value = condition;
  let isInverted = false;
  while (isZeroTest(fn, value) && fn.type[fn.a[value] as number] === ValueType.i32) {
    if (fn.aux[value] === Condition.equal) isInverted = !isInverted;
    value = fn.resolve(fn.a[value] as number);
  }
  return { condition: value, isInverted };
}
