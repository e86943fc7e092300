import type { Allocation } from "../machine/allocation.ts";
import {
  Constraint,
  firstVirtualRegister,
  type MachineFunction,
  Role,
} from "../machine/machine-function.ts";
import type { RegisterFile } from "../machine/register-file.ts";
import { AllocationError } from "./allocation-error.ts";
import { BlockValues } from "./block-values.ts";
import { finishAllocation } from "./finish-allocation.ts";
import { homeSlots } from "./home-slots.ts";
import { slotCode } from "./location-code.ts";
import { MoveList, MovePhase } from "./move-list.ts";

const nothing = -1;

/**
 * Like `allocateRegisters`, in a fraction of the time and for slower code: block by block, in one
 * walk. A value that more than one block knows has a slot, to which each of its definitions is
 * copied at once; registers hold it within a block only.
 */
export function allocateLocally(fn: MachineFunction, file: RegisterFile): Allocation {
  const values = new BlockValues(fn);
  const moves = new MoveList();
  new LocalAllocator(fn, file, values, moves).run();
  return finishAllocation(fn, file, moves, homeSlots(fn, values));
}

class LocalAllocator {
  /** The value of each operand, or a negative number. */
  private readonly valueOf: Int32Array;
  /** The value in each register, and the register of each value. */
  private readonly holder = new Int32Array(32).fill(nothing);
  private readonly register: Int32Array;
  /** Whether a value's slot holds what the value is now, or it can be made again. */
  private readonly isSaved: Uint8Array;
  /** Registers that may not be taken for anything else at the current instruction. */
  private busy = 0;
  /** Registers that the current instruction writes whatever is allocated. */
  private written = 0;

  constructor(
    private readonly fn: MachineFunction,
    private readonly file: RegisterFile,
    private readonly values: BlockValues,
    private readonly moves: MoveList,
  ) {
    this.valueOf = Int32Array.from(
      fn.operandRegister.subarray(0, fn.operandCount),
      (name) => name - firstVirtualRegister,
    );
    this.register = new Int32Array(fn.registerClasses.length).fill(nothing);
    this.isSaved = new Uint8Array(fn.registerClasses.length);
  }

  run(): void {
    const { fn } = this;
    for (let block = 0; block < fn.blockCount; block++) {
      for (const parameter of fn.blockParameters[block] as number[]) {
        this.isSaved[parameter - firstVirtualRegister] = 1;
      }
      const end = fn.blockStart[block + 1] as number;
      for (let instruction = fn.blockStart[block] as number; instruction < end; instruction++) {
        this.allocate(instruction);
      }
      this.passArguments(block, end - 1);
      for (let register = 0; register < 32; register++) this.release(register);
    }
  }

  private allocate(instruction: number): void {
    const first = this.fn.operandStart[instruction] as number;
    const end = this.fn.operandStart[instruction + 1] as number;
    this.findFixed(instruction, first, end);
    this.placeFixedUses(instruction, first, end);
    this.placeUses(instruction, first, end);
    this.define(instruction, first, end, Role.earlyDefine);
    this.leaveWritten(instruction);
    this.releaseUses(instruction, first, end);
    this.define(instruction, first, end, Role.define);
    this.keepDefinitions(instruction, first, end);
  }

  private findFixed(instruction: number, first: number, end: number): void {
    const { fn } = this;
    this.busy = 0;
    this.written = fn.clobbers[instruction] as number;
    for (let operand = first; operand < end; operand++) {
      const wanted = fn.operandConstraint[operand] as number;
      if (wanted < 0 || (this.valueOf[operand] as number) < 0) continue;
      const role = fn.operandRole[operand];
      if (role !== Role.define) this.busy |= 1 << wanted;
      if (role !== Role.use) this.written |= 1 << wanted;
      // Written before the others are read: they must not be there.
      if (role === Role.earlyDefine) this.evict(wanted, instruction);
    }
  }

  /** All moves into place are parallel, so that each reads what was there before the first. */
  private placeFixedUses(instruction: number, first: number, end: number): void {
    const { fn } = this;
    const each = (place: (value: number, wanted: number, operand: number) => void) => {
      for (let operand = first; operand < end; operand++) {
        const value = this.valueOf[operand] as number;
        const wanted = fn.operandConstraint[operand] as number;
        if (value >= 0 && wanted >= 0 && this.isRead(operand)) place(value, wanted, operand);
      }
    };
    each((value, wanted) => {
      if (this.holder[wanted] !== value) this.evict(wanted, instruction);
    });
    each((value, wanted) => this.bring(value, wanted, instruction));
    each((value, wanted, operand) => {
      if (this.register[value] === nothing) this.hold(value, wanted);
      fn.operandRegister[operand] = wanted;
    });
  }

  private placeUses(instruction: number, first: number, end: number): void {
    const { fn } = this;
    for (let operand = first; operand < end; operand++) {
      if (!this.isFreeRead(operand)) continue;
      const register = this.register[this.valueOf[operand] as number] as number;
      if (register !== nothing && !this.mustMove(operand, register)) this.busy |= 1 << register;
    }
    for (let operand = first; operand < end; operand++) {
      if (!this.isFreeRead(operand)) continue;
      const value = this.valueOf[operand] as number;
      const register = this.register[value] as number;
      const isThere = register !== nothing && !this.mustMove(operand, register);
      if (isThere) fn.operandRegister[operand] = register;
      else if (register === nothing && this.canStay(operand)) {
        this.values.needsSlot[value] = 1;
        fn.operandRegister[operand] = slotCode(value);
      } else fn.operandRegister[operand] = this.fetch(operand, instruction);
    }
  }

  /** Whether an operand that is changed in its register stands where something else is written. */
  private mustMove(operand: number, register: number): boolean {
    return (
      this.fn.operandRole[operand] === Role.useDefine && (this.written & (1 << register)) !== 0
    );
  }

  /** Whether an operand may be read from its slot. */
  private canStay(operand: number): boolean {
    const { fn } = this;
    if (fn.operandConstraint[operand] !== Constraint.registerOrSlot) return false;
    if (fn.operandRole[operand] !== Role.use) return false;
    return !this.isRepeated(this.valueOf[operand] as number);
  }

  private fetch(operand: number, instruction: number): number {
    const value = this.valueOf[operand] as number;
    const changes = this.fn.operandRole[operand] === Role.useDefine;
    const target = this.take(value, instruction, this.busy | (changes ? this.written : 0));
    this.bring(value, target, instruction);
    const before = this.register[value] as number;
    if (before !== nothing) this.release(before);
    this.hold(value, target);
    this.busy |= 1 << target;
    return target;
  }

  private define(instruction: number, first: number, end: number, role: number): void {
    const { fn } = this;
    const each = (isFixed: boolean) => {
      for (let operand = first; operand < end; operand++) {
        const value = this.valueOf[operand] as number;
        if (value < 0 || fn.operandRole[operand] !== role) continue;
        const wanted = fn.operandConstraint[operand] as number;
        if (wanted >= 0 !== isFixed) continue;
        const register = isFixed ? wanted : this.take(value, instruction, this.busy | this.written);
        this.busy |= 1 << register;
        fn.operandRegister[operand] = register;
        if (!isFixed || role === Role.define) this.renew(value, register);
      }
    };
    each(true);
    each(false);
  }

  /** What is in a register that the instruction writes has to be elsewhere afterwards. */
  private leaveWritten(instruction: number): void {
    for (let mask = this.written; mask !== 0; ) {
      const register = 31 - Math.clz32(mask);
      mask &= ~(1 << register);
      this.evict(register, instruction, instruction + 1);
    }
  }

  /** From here on `busy` holds the registers of definitions only. */
  private releaseUses(instruction: number, first: number, end: number): void {
    const { fn } = this;
    this.busy = 0;
    for (let operand = first; operand < end; operand++) {
      const value = this.valueOf[operand] as number;
      if (value < 0) continue;
      const role = fn.operandRole[operand];
      if (role === Role.useDefine || role === Role.earlyDefine) {
        this.busy |= 1 << (fn.operandRegister[operand] as number);
      } else if (role === Role.use && !this.isWantedAfter(value, instruction)) {
        this.release(this.register[value] as number);
      }
    }
  }

  private keepDefinitions(instruction: number, first: number, end: number): void {
    const { fn, moves, values } = this;
    for (let operand = first; operand < end; operand++) {
      const value = this.valueOf[operand] as number;
      if (value < 0 || fn.operandRole[operand] === Role.use) continue;
      const register = fn.operandRegister[operand] as number;
      this.renew(value, register);
      if (values.isCrossing[value] === 1 && !this.isRepeated(value)) {
        const registerClass = this.classOf(value);
        moves.add(instruction + 1, MovePhase.entry, register, slotCode(value), registerClass);
        values.needsSlot[value] = 1;
        this.isSaved[value] = 1;
      } else if (!this.isWantedAfter(value, instruction)) this.release(register);
    }
  }

  private passArguments(block: number, terminator: number): void {
    const { fn, moves } = this;
    const [successor] = fn.blockSuccessors[block] as number[];
    const passed = fn.blockArguments[block] as number[];
    if (successor === undefined || passed.length === 0) return;
    const parameters = fn.blockParameters[successor] as number[];
    passed.forEach((argument, index) => {
      const source = this.sourceOf(argument - firstVirtualRegister);
      const parameter = (parameters[index] as number) - firstVirtualRegister;
      this.values.needsSlot[parameter] = 1;
      const registerClass = this.classOf(parameter);
      moves.add(terminator, MovePhase.exit, source, slotCode(parameter), registerClass);
    });
  }

  /** A free register, or one whose value can wait in its slot. */
  private take(value: number, instruction: number, avoided: number): number {
    let victim = nothing;
    let victimUse = -1;
    for (const register of this.file.allocatable[this.classOf(value)]) {
      if ((avoided & (1 << register)) !== 0) continue;
      const holder = this.holder[register] as number;
      if (holder === nothing) return register;
      const use = this.values.lastUse[holder] as number;
      if (use <= victimUse) continue;
      victim = register;
      victimUse = use;
    }
    if (victim === nothing) {
      throw new AllocationError(this.fn.name, `instruction ${instruction} needs more registers`);
    }
    this.evict(victim, instruction);
    return victim;
  }

  /** Empties a register, for which the value in it may have to be saved before the instruction. */
  private evict(register: number, instruction: number, wantedFrom = instruction): void {
    const value = this.holder[register] as number;
    if (value === nothing) return;
    const isWanted = (this.values.lastUse[value] as number) >= wantedFrom;
    if (isWanted && this.isSaved[value] === 0 && !this.isRepeated(value)) {
      const registerClass = this.classOf(value);
      this.moves.add(instruction, MovePhase.entry, register, slotCode(value), registerClass);
      this.values.needsSlot[value] = 1;
      this.isSaved[value] = 1;
    }
    this.release(register);
  }

  /** Moves a value into a register before an instruction. */
  private bring(value: number, target: number, instruction: number): void {
    const source = this.sourceOf(value);
    this.moves.add(instruction, MovePhase.main, source, target, this.classOf(value));
  }

  private sourceOf(value: number): number {
    const register = this.register[value] as number;
    if (register !== nothing) return register;
    if (!this.isRepeated(value)) this.values.needsSlot[value] = 1;
    return slotCode(value);
  }

  /** A value is made in a register: nothing else holds it. */
  private renew(value: number, register: number): void {
    this.release(this.register[value] as number);
    this.release(register);
    this.hold(value, register);
    this.isSaved[value] = 0;
  }

  private hold(value: number, register: number): void {
    this.holder[register] = value;
    this.register[value] = register;
  }

  private release(register: number): void {
    if (register === nothing) return;
    const value = this.holder[register] as number;
    if (value === nothing) return;
    this.holder[register] = nothing;
    this.register[value] = nothing;
  }

  private isRead(operand: number): boolean {
    const role = this.fn.operandRole[operand];
    return role === Role.use || role === Role.useDefine;
  }

  private isFreeRead(operand: number): boolean {
    if ((this.valueOf[operand] as number) < 0 || !this.isRead(operand)) return false;
    return (this.fn.operandConstraint[operand] as number) < 0;
  }

  /** Whether a later instruction, of this block if the value belongs to it, names a value. */
  private isWantedAfter(value: number, instruction: number): boolean {
    return (
      this.values.isCrossing[value] === 1 || (this.values.lastUse[value] as number) > instruction
    );
  }

  private isRepeated(value: number): boolean {
    return (this.fn.rematerialization[value] as number) >= 0;
  }

  private classOf(value: number) {
    return this.fn.classOf(value + firstVirtualRegister);
  }
}
