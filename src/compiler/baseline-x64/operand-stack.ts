import { type ConditionCode, conditionForm } from "../machine-x64/conditions.ts";
import { Form, type FormId } from "../machine-x64/encoding.ts";
import type { ValueTypeId } from "../ssa/operations.ts";
import type { LocalHomes } from "./local-homes.ts";
import { Operand, Where } from "./operand.ts";
import {
  floatRegisters,
  integerRegisters,
  isFloatType,
  operandRegisters,
} from "./operand-registers.ts";
import type { ValueMover } from "./value-mover.ts";

/** What lies deeper than so many values goes into slots, so that no search takes long. */
const searchedDepth = 64;

/**
 * WebAssembly's operand stack while code is written: where each value is, and who has which
 * register. An operand that was popped keeps its register until it is released. What does not fit
 * into registers goes to the slot of its position on the stack.
 */
export class OperandStack {
  private readonly operands: Operand[] = [];
  /** Whose each register is. */
  private readonly owners = new Array<Operand | undefined>(32).fill(undefined);
  /** Registers of operands that nobody has, as a mask. */
  private free: number;
  /** Registers that are no local's home, as a mask. */
  private readonly allRegisters: number;
  /** Below here nothing is in a register, and nothing refers to a local. */
  private settledHeight = 0;
  /** Values for which there must be slots. */
  slottedHeight = 0;

  constructor(
    private readonly mover: ValueMover,
    private readonly homes: LocalHomes,
  ) {
    this.allRegisters = operandRegisters & ~homes.mask;
    this.free = this.allRegisters;
  }

  /** Values on the stack. */
  get height(): number {
    return this.operands.length;
  }

  /** Pushes an operand that was popped or made before. */
  push(operand: Operand): void {
    this.operands.push(operand);
    if (this.height - this.settledHeight > searchedDepth)
      this.settle(this.height - searchedDepth / 2);
  }

  pushConstant(type: ValueTypeId, low: number, high = 0): void {
    this.push(new Operand(type, Where.constant, low, high));
  }

  /** Pushes the values that stand in registers, of which nothing is. */
  pushRegisters(types: readonly ValueTypeId[], registers: readonly number[]): void {
    types.forEach((type, index) => {
      const operand = new Operand(type, Where.register, -1);
      this.give(registers[index] as number, operand);
      this.push(operand);
    });
  }

  /** Pushes the values of slots from a position on the stack on, into which they were stored. */
  pushSlots(types: readonly ValueTypeId[]): void {
    for (const type of types) this.push(new Operand(type, Where.slot, this.slotAt(this.height)));
  }

  /** Pops the topmost value, whose register stays its own until `release`. */
  pop(): Operand {
    const operand = this.operands.pop();
    if (operand === undefined) throw new RangeError("the operand stack is empty");
    if (this.settledHeight > this.height) this.settledHeight = this.height;
    return operand;
  }

  /** Pops several values, the topmost last. */
  popMany(count: number): Operand[] {
    const popped: Operand[] = [];
    for (let left = count; left > 0; left--) popped.push(this.pop());
    return popped.reverse();
  }

  /** The topmost values, the last one being the topmost. */
  peekMany(count: number): Operand[] {
    return this.operands.slice(this.height - count);
  }

  /** Drops what is above a height. */
  truncate(height: number): void {
    while (this.height > height) this.release(this.pop());
  }

  /** Gives back the register of an operand that was popped. */
  release(operand: Operand): void {
    if (operand.where !== Where.register) return;
    this.owners[operand.value] = undefined;
    this.free |= 1 << operand.value;
  }

  /** A new value in a register, not yet pushed, which the caller writes. */
  define(type: ValueTypeId): Operand {
    const operand = new Operand(type, Where.register, -1);
    this.give(this.findFree(type), operand);
    return operand;
  }

  /** A value in a certain register; who had that goes elsewhere. */
  reserve(type: ValueTypeId, register: number): Operand {
    const operand = new Operand(type, Where.register, -1);
    this.evict(register, 0);
    this.give(register, operand);
    return operand;
  }

  /** The register in which an operand is, and which may be overwritten. */
  own(operand: Operand): number {
    if (operand.where === Where.register) return operand.value;
    const register = this.findFree(operand.type);
    this.mover.load(operand, register);
    this.give(register, operand);
    return register;
  }

  /** A register that holds an operand, and must not be overwritten: it may be a local's home. */
  read(operand: Operand): number {
    const register = this.mover.registerOf(operand);
    return register >= 0 ? register : this.own(operand);
  }

  /** Brings an operand into a certain register of operands, as its own. */
  moveTo(operand: Operand, register: number): void {
    if (operand.where === Where.register && operand.value === register) return;
    this.evict(register, 0);
    this.mover.load(operand, register);
    this.release(operand);
    this.give(register, operand);
  }

  /** Appends `form register, operand`, the operand from where it is if that is possible. */
  combine(form: FormId, register: number, operand: Operand, immediate = 0): void {
    const offset = this.mover.memoryOf(operand);
    if (offset >= 0) this.mover.access(form, register, offset, immediate);
    else this.mover.assembler.emit(form, register, this.read(operand), immediate);
  }

  /** Appends `form operand, immediate`, the operand from where it is if that is possible. */
  combineImmediate(form: FormId, operand: Operand, immediate: number): void {
    const offset = this.mover.memoryOf(operand);
    if (offset >= 0) this.mover.access(form, 0, offset, immediate);
    else this.mover.assembler.emitImmediate(form, this.read(operand), immediate);
  }

  /** Makes a number of the topmost value, if it is in the flags. */
  settleFlags(): void {
    const top = this.operands[this.height - 1];
    if (top?.where !== Where.flags) return;
    const condition = top.value as ConditionCode;
    const register = this.findFree(top.type);
    const { assembler } = this.mover;
    assembler.emit(conditionForm(Form.seto_rm8, condition), register);
    assembler.emit(Form.movzx_r32_rm8, register, register);
    this.give(register, top);
  }

  /** Copies what refers to a local that is about to be written. */
  detachLocal(local: number): void {
    for (let position = this.height - 1; position >= this.settledHeight; position--) {
      const operand = this.operands[position] as Operand;
      if (operand.where === Where.local && operand.value === local) this.own(operand);
    }
  }

  /** Brings what is below a height to where it stays while a block runs: into slots, but for constants. */
  settle(height: number): void {
    for (let position = this.settledHeight; position < height; position++) {
      const { where } = this.operands[position] as Operand;
      if (where !== Where.constant && where !== Where.slot) this.spill(position);
    }
    this.settledHeight = Math.max(this.settledHeight, height);
  }

  /** Stores the topmost values into slots, constants too. */
  spillTop(count: number): void {
    for (let position = this.height - count; position < this.height; position++) {
      if (this.operands[position]?.where !== Where.slot) this.spill(position);
    }
  }

  /** Stores whatever a call would destroy. */
  spillRegisters(): void {
    for (let position = this.height - 1; position >= this.settledHeight; position--) {
      if (this.operands[position]?.where === Where.register) this.spill(position);
    }
  }

  /**
   * Brings operands that were popped into registers, all at once, each into its own; what else is on the
   * stack and in one of these goes elsewhere.
   */
  transfer(operands: readonly Operand[], registers: readonly number[]): void {
    let targets = 0;
    for (const register of registers) targets |= 1 << register;
    for (const register of registers) {
      const owner = this.owners[register];
      if (owner !== undefined && !operands.includes(owner)) this.evict(register, targets);
    }
    this.moveRegisters(operands, registers);
    operands.forEach((operand, index) => {
      if (this.mover.registerOf(operand) < 0) this.mover.load(operand, registers[index] as number);
    });
    for (const operand of operands) this.release(operand);
    operands.forEach((operand, index) => {
      this.give(registers[index] as number, operand);
    });
  }

  /** The moves between registers of a transfer, each when nobody needs its target any more. */
  private moveRegisters(operands: readonly Operand[], registers: readonly number[]): void {
    const sources = operands.map((operand) => this.mover.registerOf(operand));
    const isThere = (index: number) => sources[index] === registers[index];
    let waiting = [...sources.keys()].filter(
      (index) => (sources[index] as number) >= 0 && !isThere(index),
    );
    while (waiting.length > 0) {
      const isNeeded = (register: number, by: number) =>
        waiting.some((other) => other !== by && sources[other] === register);
      const ready = waiting.find((index) => !isNeeded(registers[index] as number, index));
      const [first = 0] = waiting;
      const index = ready ?? first;
      const source = sources[index] as number;
      const target = registers[index] as number;
      waiting = waiting.filter((other) => other !== index);
      if (ready !== undefined) {
        this.mover.copy((operands[index] as Operand).type, target, source);
        continue;
      }
      // They wait for one another in a circle.
      this.mover.exchange(target, source);
      for (const other of waiting) if (sources[other] === target) sources[other] = source;
      waiting = waiting.filter((other) => !isThere(other));
    }
  }

  /** Sends whoever has a register elsewhere, but not into the registers of a mask. */
  private evict(register: number, avoided: number): void {
    const owner = this.owners[register];
    if (owner === undefined) return;
    const others = this.free & registersFor(owner.type) & ~avoided;
    const position = others === 0 ? this.operands.lastIndexOf(owner) : -1;
    if (position >= 0) {
      this.spill(position);
      return;
    }
    const target = others === 0 ? this.findFree(owner.type) : lowest(others);
    this.mover.load(owner, target);
    this.release(owner);
    this.give(target, owner);
  }

  /** Stores the value at a position into the slot of that. */
  private spill(position: number): void {
    const operand = this.operands[position] as Operand;
    const slot = this.slotAt(position);
    this.mover.store(operand, this.mover.slotOffset(slot));
    this.release(operand);
    operand.where = Where.slot;
    operand.value = slot;
  }

  private slotAt(position: number): number {
    this.slottedHeight = Math.max(this.slottedHeight, position + 1);
    return this.homes.slotCount + position * this.homes.operandSlots;
  }

  private give(register: number, operand: Operand): void {
    operand.where = Where.register;
    operand.value = register;
    this.owners[register] = operand;
    this.free &= ~(1 << register);
  }

  /** A free register for a type; if there is none, the lowest value on the stack makes room. */
  private findFree(type: ValueTypeId): number {
    const candidates = registersFor(type);
    if ((this.free & candidates) === 0) this.spillLowest(candidates);
    return lowest(this.free & candidates);
  }

  private spillLowest(candidates: number): void {
    for (let position = this.settledHeight; position < this.height; position++) {
      const { value, where } = this.operands[position] as Operand;
      if (where !== Where.register || (candidates & (1 << value)) === 0) continue;
      this.spill(position);
      return;
    }
    throw new RangeError("an instruction needs more registers than there are");
  }

  /** Proves that registers are those of values on the stack, each of one. For tests. */
  check(): void {
    let owned = 0;
    for (const operand of this.operands) {
      if (operand.where !== Where.register) continue;
      const bit = 1 << operand.value;
      if (this.owners[operand.value] !== operand || (owned & bit) !== 0) {
        throw new RangeError(`register ${operand.value} has two values`);
      }
      owned |= bit;
    }
    if ((owned | this.free) !== this.allRegisters || (owned & this.free) !== 0) {
      throw new RangeError("a register is lost");
    }
  }
}

function registersFor(type: ValueTypeId): number {
  return isFloatType(type) ? floatRegisters : integerRegisters;
}

function lowest(mask: number): number {
  return 31 - Math.clz32(mask & -mask);
}
