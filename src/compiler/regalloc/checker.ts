import { type Allocation, rematerializeBase } from "../machine/allocation.ts";
import {
  Constraint,
  firstVirtualRegister,
  MachineFunction,
  RegisterClass,
  Role,
  slotOf,
} from "../machine/machine-function.ts";
import type { RegisterFile } from "../machine/register-file.ts";
import { SymbolicState } from "./symbolic-state.ts";

/** An allocation that does not compute what the function says. */
export class AllocationCheckError extends Error {
  readonly code = "REGISTER_ALLOCATION_CHECK";

  constructor(functionName: string, instruction: number, problem: string) {
    super(`wrong register allocation of ${functionName} at instruction ${instruction}: ${problem}`);
    this.name = "AllocationCheckError";
  }
}

/** A copy of a function whose operands stay virtual while the function itself is allocated. */
export function copyForCheck(fn: MachineFunction): MachineFunction {
  const copy: MachineFunction = Object.assign(new MachineFunction(fn.name), fn);
  copy.operandRegister = fn.operandRegister.slice();
  return copy;
}

/**
 * Proves by abstract interpretation that each use of an allocated function finds its value, with
 * constraints, clobbers and the bounds of the allocation respected; shares no code with the
 * allocator. Throws an `AllocationCheckError`.
 */
export function checkAllocation(
  original: MachineFunction,
  allocated: MachineFunction,
  allocation: Allocation,
  file: RegisterFile,
): void {
  const checker = new AllocationChecker(original, allocated, allocation, file);
  checker.checkMoves();
  checker.findStates();
  checker.checkBlocks();
}

class AllocationChecker {
  private readonly original: MachineFunction;
  private readonly allocated: MachineFunction;
  private readonly allocation: Allocation;
  private readonly file: RegisterFile;
  /** First move at or after each instruction. */
  private readonly moveStart: Int32Array;
  /** First word and class of the slot that each word of spilled values belongs to, in one number. */
  private readonly slotOfWord: Int32Array;
  private readonly entryStates: (SymbolicState | undefined)[] = [];
  private reporting = false;

  constructor(
    original: MachineFunction,
    allocated: MachineFunction,
    allocation: Allocation,
    file: RegisterFile,
  ) {
    this.original = original;
    this.allocated = allocated;
    this.allocation = allocation;
    this.file = file;
    this.slotOfWord = new Int32Array(allocation.slotCount).fill(-1);
    this.moveStart = new Int32Array(original.count + 1).fill(allocation.moveCount);
    for (let move = allocation.moveCount - 1; move >= 0; move--) {
      this.moveStart[allocation.movePosition[move] as number] = move;
    }
    for (let at = original.count - 1; at >= 0; at--) {
      const next = this.moveStart[at + 1] as number;
      if ((this.moveStart[at] as number) > next) this.moveStart[at] = next;
    }
  }

  /** Checks what each move names, whatever it holds. */
  checkMoves(): void {
    const { movePosition, moveSource, moveTarget, moveClass, moveCount } = this.allocation;
    let before = 0;
    for (let move = 0; move < moveCount; move++) {
      const position = movePosition[move] as number;
      if (position < before) this.fail(position, "moves are not sorted");
      before = position;
      const registerClass = moveClass[move] as number;
      const source = moveSource[move] as number;
      const target = moveTarget[move] as number;
      this.checkPlace(position, target, registerClass);
      if (source < rematerializeBase) {
        this.checkPlace(position, source, registerClass);
      } else if (!this.original.rematerialization.includes(source - rematerializeBase)) {
        this.fail(position, `instruction ${source - rematerializeBase} must not be repeated`);
      } else if (target < 0) {
        this.fail(position, "an instruction is repeated into a slot");
      }
      if (target >= 0) this.checkWritten(position, target);
      else if (source < 0) this.checkWritten(position, this.otherScratch(registerClass));
    }
  }

  /** Finds the states at block entries: a descending fixpoint. */
  findStates(): void {
    this.entryStates[0] = new SymbolicState();
    const waiting = [0];
    for (let block = waiting.pop(); block !== undefined; block = waiting.pop()) {
      const leaving = this.runBlock(block);
      for (const successor of this.original.blockSuccessors[block] as number[]) {
        const state = leaving.copy();
        const parameters = this.original.blockParameters[successor] as number[];
        state.rename(parameters, this.original.blockArguments[block] as number[]);
        const known = this.entryStates[successor];
        if (known === undefined) this.entryStates[successor] = state;
        else if (!known.meet(state)) continue;
        waiting.push(successor);
      }
    }
  }

  checkBlocks(): void {
    this.reporting = true;
    for (let block = 0; block < this.original.blockCount; block++) {
      if (this.entryStates[block] !== undefined) this.runBlock(block);
      this.checkArguments(block);
    }
  }

  private checkArguments(block: number): void {
    const values = this.original.blockArguments[block] as number[];
    const successors = this.original.blockSuccessors[block] as number[];
    const end = (this.original.blockStart[block + 1] as number) - 1;
    for (const successor of successors) {
      const parameters = this.original.blockParameters[successor] as number[];
      if (parameters.length !== values.length) this.fail(end, "arguments do not match parameters");
    }
    if (values.length > 0 && successors.length !== 1) {
      this.fail(end, "arguments go to several successors");
    }
  }

  private runBlock(block: number): SymbolicState {
    const state = (this.entryStates[block] as SymbolicState).copy();
    const end = this.original.blockStart[block + 1] as number;
    for (let at = this.original.blockStart[block] as number; at < end; at++) {
      this.runMoves(at, state);
      this.runInstruction(at, state);
    }
    return state;
  }

  private runMoves(instruction: number, state: SymbolicState): void {
    const { moveSource, moveTarget, moveClass } = this.allocation;
    const limit = this.moveStart[instruction + 1] as number;
    for (let move = this.moveStart[instruction] as number; move < limit; move++) {
      const source = moveSource[move] as number;
      const target = moveTarget[move] as number;
      if (source < 0 && target < 0) state.set(this.otherScratch(moveClass[move] as number), []);
      state.set(
        target,
        source < rematerializeBase ? state.at(source) : this.repeated(source - rematerializeBase),
      );
    }
  }

  /** The virtual registers whose value a repeated instruction makes. */
  private repeated(instruction: number): number[] {
    const operand = this.original.operandStart[instruction] as number;
    const register = this.original.operandRegister[operand] as number;
    const repeats = this.original.rematerialization[register - firstVirtualRegister];
    return repeats === instruction ? [register] : [];
  }

  private runInstruction(instruction: number, state: SymbolicState): void {
    const { original, allocated } = this;
    const first = original.operandStart[instruction] as number;
    const end = original.operandStart[instruction + 1] as number;
    if (this.reporting) this.checkOperands(instruction, first, end);
    this.write(first, end, state, (role) => role === Role.earlyDefine);
    for (let operand = first; operand < end && this.reporting; operand++) {
      const role = original.operandRole[operand] as number;
      const register = original.operandRegister[operand] as number;
      if (register < firstVirtualRegister || !isRead(role)) continue;
      const location = allocated.operandRegister[operand] as number;
      if (!state.at(location).includes(register)) this.failMissing(instruction, operand, state);
    }
    for (let register = 0; register < 32; register++) {
      if (((original.clobbers[instruction] as number) >>> register) & 1) state.set(register, []);
    }
    this.write(first, end, state, (role) => role === Role.earlyDefine || isWritten(role));
  }

  /** Writes operands: all old values go first, since no two results may share a location. */
  private write(
    first: number,
    end: number,
    state: SymbolicState,
    isAffected: (role: number) => boolean,
  ): void {
    const { original, allocated } = this;
    for (let operand = first; operand < end; operand++) {
      if (!isAffected(original.operandRole[operand] as number)) continue;
      const register = original.operandRegister[operand] as number;
      if (register >= firstVirtualRegister) state.forget(register);
    }
    for (let operand = first; operand < end; operand++) {
      if (!isAffected(original.operandRole[operand] as number)) continue;
      const register = original.operandRegister[operand] as number;
      const location = allocated.operandRegister[operand] as number;
      state.set(location, register >= firstVirtualRegister ? [register] : []);
    }
  }

  private checkOperands(instruction: number, first: number, end: number): void {
    const { original, allocated } = this;
    const results = new Set<number>();
    for (let operand = first; operand < end; operand++) {
      const register = original.operandRegister[operand] as number;
      const location = allocated.operandRegister[operand] as number;
      const role = original.operandRole[operand] as number;
      if (register < firstVirtualRegister) {
        if (location !== register) this.fail(instruction, `physical register ${register} changed`);
        continue;
      }
      this.checkConstraint(instruction, operand, original.classOf(register));
      if (!isWritten(role) && role !== Role.earlyDefine) continue;
      if (results.has(location)) this.fail(instruction, `two results in ${location}`);
      results.add(location);
      if (location >= 0) this.checkWritten(instruction, location);
    }
  }

  private checkConstraint(instruction: number, operand: number, registerClass: number): void {
    const { original } = this;
    const location = this.allocated.operandRegister[operand] as number;
    const constraint = original.operandConstraint[operand] as number;
    const name = `operand ${operand - (original.operandStart[instruction] as number)}`;
    if (constraint >= 0) {
      if (location !== constraint) this.fail(instruction, `${name} is not in ${constraint}`);
      return;
    }
    if (location < 0 && constraint === Constraint.register) {
      this.fail(instruction, `${name} is in a slot`);
    }
    this.checkPlace(instruction, location, registerClass);
    const isResult = original.operandRole[operand] !== Role.use;
    const clobbers = original.clobbers[instruction] as number;
    if (isResult && location >= 0 && (clobbers >>> location) & 1) {
      this.fail(instruction, `${name} is in a clobbered register`);
    }
    const allocatable = registerClass === RegisterClass.integer ? 0 : 1;
    if (location >= 0 && !this.file.allocatable[allocatable].includes(location)) {
      this.fail(instruction, `${name} is in ${location}, which may not be allocated`);
    }
  }

  private checkPlace(instruction: number, location: number, registerClass: number): void {
    if (location < 0) this.checkSlot(instruction, slotOf(location), registerClass);
    else if (location >= 32 || location >> 4 !== registerClass) {
      this.fail(instruction, `${location} is no register of class ${registerClass}`);
    }
  }

  /** A slot lies inside of the frame, and shares no word with another one. */
  private checkSlot(instruction: number, slot: number, registerClass: number): void {
    const words = this.original.wordsOfClass[registerClass === RegisterClass.integer ? 0 : 1];
    if (slot + words > this.allocation.slotCount) {
      this.fail(instruction, `slot ${slot} does not exist`);
    }
    const owner = slot * 2 + registerClass;
    for (let word = slot; word < slot + words; word++) {
      const known = this.slotOfWord[word] as number;
      if (known !== -1 && known !== owner) this.fail(instruction, `slot ${slot} overlaps another`);
      this.slotOfWord[word] = owner;
    }
  }

  private checkWritten(instruction: number, register: number): void {
    if (((this.allocation.writtenRegisters >>> register) & 1) === 0) {
      this.fail(instruction, `register ${register} is missing among the written ones`);
    }
  }

  private otherScratch(registerClass: number): number {
    return this.file.scratch[registerClass === RegisterClass.integer ? 1 : 0];
  }

  private failMissing(instruction: number, operand: number, state: SymbolicState): never {
    const register = this.original.operandRegister[operand] as number;
    const location = this.allocated.operandRegister[operand] as number;
    const holds = state.at(location).join(", ") || "nothing";
    const places = state.locationsOf(register).join(", ") || "nowhere";
    this.fail(
      instruction,
      `${register} is read from ${location}, which holds ${holds}; ${register} is in ${places}`,
    );
  }

  private fail(instruction: number, problem: string): never {
    throw new AllocationCheckError(this.original.name, instruction, problem);
  }
}

function isRead(role: number): boolean {
  return role === Role.use || role === Role.useDefine;
}

function isWritten(role: number): boolean {
  return role === Role.define || role === Role.useDefine;
}
