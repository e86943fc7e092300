import fc from "fast-check";
import { expect, test } from "vitest";
import { Assembler } from "../machine-x64/assembler.ts";
import { integerArguments, integerResults } from "../machine-x64/calling-convention.ts";
import { ValueType } from "../ssa/operations.ts";
import type { LocalHomes } from "./local-homes.ts";
import { type Operand, Where } from "./operand.ts";
import { OperandStack } from "./operand-stack.ts";
import { ValueMover } from "./value-mover.ts";

const floats = [0, 1, 2, 3, 4, 5].map((number) => 16 + number);

const noLocals: LocalHomes = {
  registers: new Int8Array(0),
  slots: new Int32Array(0),
  slotCount: 0,
  operandSlots: 1,
  mask: 0,
  saved: [],
};

/** A mover that moves the names of values instead of writing instructions. */
class NameMover extends ValueMover {
  readonly names = new Map<number, string>();

  constructor() {
    super(new Assembler(), noLocals, 0);
  }

  override copy(_type: number, target: number, source: number): void {
    this.names.set(target, this.names.get(source) ?? "");
  }

  /** Where an operand is: a register, or -1 less its offset from the stack pointer. */
  placeOf({ value, where }: Operand): number {
    return where === Where.slot ? -1 - this.slotOffset(value) : value;
  }

  override store(operand: Operand, offset: number): void {
    this.copy(0, -1 - offset, operand.value);
  }

  override exchange(one: number, other: number): void {
    const name = this.names.get(one) ?? "";
    this.copy(0, one, other);
    this.names.set(other, name);
  }
}

/** Some of the registers, in some order. */
const several = (registers: readonly number[]) =>
  fc.shuffledSubarray([...registers], { minLength: 1 });

test.each([
  ["integers", ValueType.i64, integerArguments, integerResults],
  ["floats", ValueType.f64, floats, floats],
] as const)("a transfer brings every value to its place: %s", (_, type, from, to) => {
  fc.assert(
    fc.property(several(from), several(to), (sources, targets) => {
      const mover = new NameMover();
      const stack = new OperandStack(mover, noLocals);
      const names = sources.map((register) => `v${register}`);
      sources.forEach((register) => mover.names.set(register, `v${register}`));
      stack.pushRegisters(
        sources.map(() => type),
        sources,
      );
      const count = Math.min(sources.length, targets.length);
      const moved = stack.popMany(count);
      stack.transfer(moved, targets.slice(0, count));
      for (const operand of moved) stack.push(operand);
      stack.check();
      const places = stack.peekMany(stack.height).map((operand) => mover.placeOf(operand));
      expect(places.slice(-count)).toEqual(targets.slice(0, count));
      expect(places.map((place) => mover.names.get(place))).toEqual(names);
    }),
  );
});

test("what is deep in the stack goes into slots, each of its own position", () => {
  const stack = new OperandStack(new NameMover(), noLocals);
  const types = Array.from({ length: 100 }, () => ValueType.i32);
  for (const type of types) stack.push(stack.define(type));
  stack.check();
  stack.spillRegisters();
  expect(stack.peekMany(100).map(({ value }) => value)).toEqual([...types.keys()]);
  expect(stack.slottedHeight).toBe(100);
});
