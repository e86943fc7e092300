import { type Allocation, rematerializeBase } from "../machine/allocation.ts";
import { firstVirtualRegister, type MachineFunction, Role } from "../machine/machine-function.ts";
import { Opcode } from "./random-function.fixture.ts";

const poison = 0x5eed;

/**
 * Runs a function on an imaginary processor, whose instructions hash what they read, and returns
 * one hash of all that every instruction read. Without an allocation operands are virtual.
 */
export function interpret(
  fn: MachineFunction,
  original: MachineFunction,
  allocation: Allocation | undefined,
  maximumSteps: number,
): number {
  const machine = new Interpreter(fn, original, allocation);
  let block: number | undefined = 0;
  while (block !== undefined && machine.steps < maximumSteps) block = machine.runBlock(block);
  return machine.trace;
}

class Interpreter {
  trace = 0;
  steps = 0;
  private readonly fn: MachineFunction;
  private readonly original: MachineFunction;
  private readonly allocation: Allocation | undefined;
  private readonly values = new Map<number, number>();
  private readonly movesAt = new Map<number, number[]>();

  constructor(fn: MachineFunction, original: MachineFunction, allocation: Allocation | undefined) {
    this.fn = fn;
    this.original = original;
    this.allocation = allocation;
    for (let move = 0; move < (allocation?.moveCount ?? 0); move++) {
      const position = allocation?.movePosition[move] as number;
      const moves = this.movesAt.get(position) ?? [];
      moves.push(move);
      this.movesAt.set(position, moves);
    }
  }

  runBlock(block: number): number | undefined {
    const { fn } = this;
    const end = fn.blockStart[block + 1] as number;
    let result = 0;
    for (let at = fn.blockStart[block] as number; at < end; at++) {
      this.runMoves(at);
      result = this.runInstruction(at);
    }
    const successors = fn.blockSuccessors[block] as number[];
    const next = successors[(result >>> 3) % Math.max(1, successors.length)];
    if (next !== undefined && this.allocation === undefined) this.passArguments(block, next);
    return next;
  }

  private passArguments(block: number, next: number): void {
    const passed = (this.fn.blockArguments[block] as number[]).map((value) => this.read(value));
    const parameters = this.fn.blockParameters[next] as number[];
    parameters.forEach((parameter, index) => {
      this.values.set(parameter, passed[index] as number);
    });
  }

  private runMoves(instruction: number): void {
    const { allocation } = this;
    if (allocation === undefined) return;
    for (const move of this.movesAt.get(instruction) ?? []) {
      const source = allocation.moveSource[move] as number;
      const target = allocation.moveTarget[move] as number;
      const value =
        source >= rematerializeBase
          ? this.hashOf(source - rematerializeBase, [], 0)
          : (this.values.get(source) ?? poison);
      if (source < 0 && target < 0) this.values.set(allocation.moveClass[move] ? 11 : 31, poison);
      this.values.set(target, value);
    }
  }

  private runInstruction(instruction: number): number {
    const { fn, original } = this;
    const operands: number[] = [];
    const end = fn.operandStart[instruction + 1] as number;
    for (let at = fn.operandStart[instruction] as number; at < end; at++) operands.push(at);
    const physical = (at: number) =>
      (original.operandRegister[at] as number) < firstVirtualRegister;
    const roleOf = (at: number) => fn.operandRole[at] as number;
    if (this.allocation !== undefined) this.poisonEarly(operands);
    const inputs = operands
      .filter((at) => !physical(at) && (roleOf(at) === Role.use || roleOf(at) === Role.useDefine))
      .map((at) => this.read(fn.operandRegister[at] as number));
    this.poisonClobbered(instruction);
    operands.forEach((at) => {
      if (roleOf(at) === Role.use || physical(at)) return;
      const copied = fn.opcode[instruction] === Opcode.move ? inputs[0] : undefined;
      const index = at - (operands[0] as number);
      const value = copied ?? this.hashOf(instruction, inputs, index);
      this.values.set(fn.operandRegister[at] as number, value);
    });
    this.steps++;
    const result = this.hashOf(instruction, inputs, 99);
    this.trace = mix(this.trace, result);
    return result;
  }

  private poisonEarly(operands: readonly number[]): void {
    for (const at of operands) {
      if (this.fn.operandRole[at] !== Role.earlyDefine) continue;
      this.values.set(this.fn.operandRegister[at] as number, poison);
    }
  }

  private poisonClobbered(instruction: number): void {
    const clobbers = this.fn.clobbers[instruction] as number;
    for (let register = 0; register < 32 && this.allocation !== undefined; register++) {
      if ((clobbers >>> register) & 1) this.values.set(register, poison);
    }
  }

  private read(location: number): number {
    const value = this.values.get(location);
    if (value === undefined) throw new Error(`location ${location} was never written`);
    return value;
  }

  private hashOf(instruction: number, inputs: readonly number[], index: number): number {
    const opcode = this.fn.opcode[instruction] as number;
    const constant = opcode === Opcode.constant;
    const own = mix(opcode, this.fn.immediateLow[instruction] as number);
    return inputs.reduce((hash, input) => mix(hash, input), mix(own, constant ? 0 : index));
  }
}

function mix(hash: number, value: number): number {
  const mixed = Math.imul(hash ^ value, 0x85ebca6b) + 0x9e3779b9;
  return mixed ^ (mixed >>> 13);
}
