import { type Allocation, rematerializeBase } from "../../machine/allocation.ts";
import { type MachineFunction, slotOf } from "../../machine/machine-function.ts";
import { integerScratch } from "../calling-convention.ts";
import { conditionForm } from "../conditions.ts";
import { Form } from "../encoding.ts";
import { symbolOf } from "../instruction-shape.ts";
import { firstPseudo, Pseudo } from "../pseudo-instructions.ts";
import { BlockPlacement } from "./block-placement.ts";
import { emitCatchingCall } from "./catching-call.ts";
import { isDispatch } from "./dispatch.ts";
import { type EmissionEnvironment, type EmittedFunction, Emitter, readsFlags } from "./emitter.ts";
import { expansions, inverse } from "./expand.ts";

/** The test of a register whose flags a bitwise operation on that register has set already. */
const testAfter = new Map<number, number>([
  [Form.or_r32_rm32, Form.test_rm32_r32],
  [Form.and_r32_rm32, Form.test_rm32_r32],
  [Form.xor_r32_rm32, Form.test_rm32_r32],
  [Form.or_r64_rm64, Form.test_rm64_r64],
  [Form.and_r64_rm64, Form.test_rm64_r64],
  [Form.xor_r64_rm64, Form.test_rm64_r64],
]);

/** Emits an allocated function; jumps take their short forms wherever these reach. */
export function emitFunction(
  code: MachineFunction,
  allocation: Allocation,
  environment: EmissionEnvironment,
): EmittedFunction {
  const long = new FunctionEmission(code, allocation, environment, new Set());
  const short = long.shortJumps();
  if (short.size === 0) return long.finish();
  return new FunctionEmission(code, allocation, environment, short).finish();
}

class FunctionEmission {
  private readonly emitter: Emitter;
  private readonly moveCursor: { next: number } = { next: 0 };
  private readonly placement: BlockPlacement;
  private readonly timeline: number[] = [];
  private readonly leaves = new Set<number>();
  /** The tables of switches, whose copies share one. */
  private readonly tables = new Map<number, number>();
  private readonly hotBytes: number;

  constructor(
    private readonly code: MachineFunction,
    private readonly allocation: Allocation,
    environment: EmissionEnvironment,
    shortJumps: ReadonlySet<number>,
  ) {
    this.emitter = new Emitter(code, allocation, environment, shortJumps);
    this.placement = new BlockPlacement(code, allocation);
    this.emitter.comeFrom(0);
    this.emitter.frame.enter(this.emitter.assembler, environment.stackCheck);
    for (const block of this.placement.order) this.emitBlock(block);
    this.hotBytes = this.emitter.assembler.offset;
    this.emitter.emitColdPaths();
  }

  /** The jumps that reach with 8 bits; shortening others only brings targets nearer. */
  shortJumps(): Set<number> {
    const { jumps, assembler } = this.emitter;
    const short = new Set<number>();
    jumps.forEach(({ end, label }, position) => {
      const distance = assembler.labelOffset(label) - end;
      // A backward target comes nearer by the jump's own shortening as well.
      if (distance >= -128 && distance <= 127) short.add(position);
    });
    return short;
  }

  finish(): EmittedFunction {
    const { assembler, frame } = this.emitter;
    const tables = this.emitter.finishTables();
    const origins = this.emitter.finishOrigins();
    const { bytes: frameBytes, unwinding } = frame;
    const { hotBytes, leaves, timeline } = this;
    return {
      ...{ code: assembler.finish(), frameBytes, tables, origins, unwinding },
      ...{ timeline, hotBytes, leaves },
      slotOffset: (location) => frame.slotOffset(slotOf(location)),
    };
  }

  private emitBlock(block: number): void {
    const { emitter } = this;
    emitter.assembler.bind(emitter.labelOf(block));
    this.emitInstructions(block);
  }

  private emitInstructions(block: number): void {
    const { code, emitter } = this;
    const start = code.blockStart[block] as number;
    const end = code.blockStart[block + 1] as number;
    this.findMoves(start);
    for (let instruction = start; instruction < end; instruction++) {
      emitter.comeFrom(code.origin[instruction] as number);
      const moves = emitter.assembler.offset;
      this.emitMoves(instruction);
      if (emitter.environment.keepsOrigins) {
        this.timeline.push(instruction, moves, emitter.assembler.offset);
      }
      const follows = instruction > start && emitter.assembler.offset === moves;
      if (!follows || !this.repeatsFlags(instruction)) this.emitInstruction(block, instruction);
    }
  }

  /** Sets the cursor to the first move at or behind an instruction. */
  private findMoves(instruction: number): void {
    const { movePosition, moveCount } = this.allocation;
    let low = 0;
    let high = moveCount;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((movePosition[middle] as number) < instruction) low = middle + 1;
      else high = middle;
    }
    this.moveCursor.next = low;
  }

  private emitMoves(before: number): void {
    const { movePosition, moveSource, moveTarget, moveClass, moveCount } = this.allocation;
    const cursor = this.moveCursor;
    while (cursor.next < moveCount && movePosition[cursor.next] === before) {
      const source = moveSource[cursor.next] as number;
      const target = moveTarget[cursor.next] as number;
      if (source >= rematerializeBase) this.repeat(source - rematerializeBase, target);
      else this.emitter.move(source, target, moveClass[cursor.next] as number);
      cursor.next++;
    }
  }

  /** Makes a constant again in another register. */
  private repeat(instruction: number, target: number): void {
    const operand = this.code.operandStart[instruction] as number;
    const location = this.code.operandRegister[operand] as number;
    this.code.operandRegister[operand] = target;
    this.emitter.instruction(instruction);
    this.code.operandRegister[operand] = location;
  }

  private emitInstruction(block: number, instruction: number): void {
    const { code, emitter } = this;
    const opcode = code.opcode[instruction] as number;
    const immediate = code.immediateLow[instruction] as number;
    if (opcode < firstPseudo) {
      if (this.isRedundant(opcode, instruction)) return;
      if (this.isZeroing(opcode, instruction, immediate)) {
        const register = emitter.location(instruction, 0);
        emitter.assembler.emit(Form.xor_r32_rm32, register, register);
      } else emitter.instruction(instruction);
      return;
    }
    const expansion = expansions.get(opcode);
    if (expansion !== undefined) expansion(emitter, instruction, immediate);
    else this.emitTerminator(block, opcode, instruction, immediate);
  }

  /** A test of what the instruction right before has made, whose flags are the same. */
  private repeatsFlags(instruction: number): boolean {
    const { code, emitter } = this;
    const test = testAfter.get(code.opcode[instruction - 1] as number);
    if (test === undefined || code.opcode[instruction] !== test) return false;
    if (code.extra[instruction] !== 0 || code.extra[instruction - 1] !== 0) return false;
    const register = emitter.location(instruction, 0);
    if (emitter.location(instruction, 1) !== register) return false;
    return emitter.location(instruction - 1, 0) === register;
  }

  /** A copy whose source and target were given one register. */
  private isRedundant(opcode: number, instruction: number): boolean {
    if (opcode !== Form.mov_r64_rm64 && opcode !== Form.movaps_x_xm128) return false;
    if (this.code.extra[instruction] !== 0) return false;
    return this.emitter.location(instruction, 0) === this.emitter.location(instruction, 1);
  }

  /** xor is the shorter way to 0, where the flags are not wanted. */
  private isZeroing(opcode: number, instruction: number, immediate: number): boolean {
    if (opcode !== Form.mov_r32_imm32 || immediate !== 0) return false;
    if (this.code.extra[instruction] !== 0) return false;
    return !readsFlags(this.code.opcode[instruction + 1] as number);
  }

  private emitTerminator(
    block: number,
    opcode: number,
    instruction: number,
    immediate: number,
  ): void {
    const { emitter } = this;
    switch (opcode) {
      case Pseudo.return:
      case Pseudo.tailCall:
      case Pseudo.tailCallPointer:
        this.emitEnd(opcode, instruction);
        break;
      case Pseudo.callCatching:
      case Pseudo.callPointerCatching:
        emitCatchingCall(emitter, instruction, this.successor(block, 1));
        this.jumpUnlessNext(block, this.successor(block, 0));
        break;
      case Pseudo.jump:
        this.jumpUnlessNext(block, this.successor(block, 0));
        break;
      case Pseudo.branch:
        this.emitBranch(block, immediate);
        break;
      case Pseudo.branchFloatEqual:
        this.emitBranchFloatEqual(block);
        break;
      default:
        this.emitSwitch(block, instruction, immediate);
    }
  }

  /** Leaves the function for good. */
  private emitEnd(opcode: number, instruction: number): void {
    const { assembler, frame } = this.emitter;
    this.leaves.add(instruction);
    // The epilogue restores registers: an address waits in one that it leaves alone.
    if (opcode === Pseudo.tailCallPointer) {
      const address = this.emitter.location(instruction, 0);
      assembler.emit(Form.mov_r64_rm64, integerScratch, address);
    }
    frame.leave(assembler);
    if (opcode === Pseudo.return) assembler.emit(Form.ret);
    else if (opcode === Pseudo.tailCallPointer) assembler.emit(Form.jmp_rm64, integerScratch);
    else {
      const symbol = symbolOf(this.code.extra[instruction] as number);
      assembler.jumpToSymbol(Form.jmp_rel32, symbol);
    }
    frame.resume(assembler);
  }

  private successor(block: number, position: number): number {
    const successor = this.code.blockSuccessors[block]?.[position] ?? block;
    return this.placement.targets[successor] as number;
  }

  /** Goes on at a block, which stands behind, is jumped to, or chooses by a table here as well. */
  private jumpUnlessNext(block: number, target: number): void {
    if (this.placement.fallsInto(block, target)) return;
    if (isDispatch(this.code, block, target)) this.emitInstructions(target);
    else this.emitter.jump(Form.jmp_rel32, this.emitter.labelOf(target));
  }

  private emitBranch(block: number, condition: number): void {
    const taken = this.successor(block, 0);
    const other = this.successor(block, 1);
    const { emitter } = this;
    if (this.placement.fallsInto(block, taken)) {
      emitter.jump(conditionForm(Form.jo_rel32, inverse(condition) as 4), emitter.labelOf(other));
      return;
    }
    emitter.jump(conditionForm(Form.jo_rel32, condition as 4), emitter.labelOf(taken));
    this.jumpUnlessNext(block, other);
  }

  private emitBranchFloatEqual(block: number): void {
    const { emitter } = this;
    const other = this.successor(block, 1);
    emitter.jump(Form.jne_rel32, emitter.labelOf(other));
    emitter.jump(Form.jp_rel32, emitter.labelOf(other));
    this.jumpUnlessNext(block, this.successor(block, 0));
  }

  private emitSwitch(block: number, instruction: number, count: number): void {
    const { emitter } = this;
    const { assembler } = emitter;
    const index = emitter.location(instruction, 0);
    const cases = count - 1;
    const indices = this.code.immediateHigh[instruction] as number;
    if (indices === 0) {
      assembler.emitImmediate(Form.cmp_rm32_imm32, index, cases);
      emitter.jump(Form.jae_rel32, emitter.labelOf(this.successor(block, cases)));
    }
    emitter.jumpThroughTable(index, this.tableOf(block, instruction, indices || cases));
  }

  private tableOf(block: number, instruction: number, length: number): number {
    const known = this.tables.get(instruction);
    if (known !== undefined) return known;
    const cases = (this.code.immediateLow[instruction] as number) - 1;
    const targets = Array.from({ length }, (_, position) =>
      this.emitter.labelOf(this.successor(block, Math.min(position, cases))),
    );
    const table = this.emitter.createTable(targets);
    this.tables.set(instruction, table);
    return table;
  }
}
