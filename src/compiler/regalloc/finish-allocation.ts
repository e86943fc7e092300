import { type Allocation, rematerializeBase, type Whereabouts } from "../machine/allocation.ts";
import { type MachineFunction, Role, slotLocation } from "../machine/machine-function.ts";
import type { RegisterFile } from "../machine/register-file.ts";
import { valueOfSlot } from "./location-code.ts";
import type { MoveList } from "./move-list.ts";
import { ParallelMoves } from "./parallel-moves.ts";
import type { SlotColours } from "./slot-colouring.ts";

/** Puts slots in the place of codes, in operands and moves, and the moves into sequences. */
export function finishAllocation(
  fn: MachineFunction,
  file: RegisterFile,
  moves: MoveList,
  { slotCount, slotOf }: SlotColours,
): Allocation {
  const placeSlot = (code: number): number => {
    if (code >= 0) return code;
    const value = valueOfSlot(code);
    const repeated = fn.rematerialization[value] as number;
    return repeated >= 0 ? rematerializeBase + repeated : slotLocation(slotOf[value] as number);
  };
  placeOperands(fn, placeSlot);
  const list = orderMoves(fn, file, moves, slotCount, placeSlot);
  const writtenRegisters = findWritten(fn, file, list);
  const whereabouts = new Map<number, readonly Whereabouts[]>();
  return { slotCount, writtenRegisters, whereabouts, moveCount: list.movePosition.length, ...list };
}

function placeOperands(fn: MachineFunction, placeSlot: (code: number) => number): void {
  for (let operand = 0; operand < fn.operandCount; operand++) {
    const code = fn.operandRegister[operand] as number;
    if (code < 0) fn.operandRegister[operand] = placeSlot(code);
  }
}

type OrderedMoves = Pick<Allocation, "movePosition" | "moveSource" | "moveTarget" | "moveClass">;

const noMoves: OrderedMoves = {
  movePosition: new Int32Array(0),
  moveSource: new Int32Array(0),
  moveTarget: new Int32Array(0),
  moveClass: new Uint8Array(0),
};

/** Orders gaps by instruction and phase, one register class after the other, and makes sequences. */
function orderMoves(
  fn: MachineFunction,
  file: RegisterFile,
  moves: MoveList,
  slotCount: number,
  placeSlot: (code: number) => number,
): OrderedMoves {
  const positions: number[] = [];
  const sources: number[] = [];
  const targets: number[] = [];
  const classes: number[] = [];
  if (moves.count === 0) return noMoves;
  const parallel = file.scratch.map((scratch) => new ParallelMoves(fn.name, slotCount, scratch));
  const order = sortedByGroup(moves);
  for (let index = 0; index < order.length; ) {
    const first = order[index] as number;
    const group = groupOf(moves, first);
    const registerClass = moves.registerClass[first] as number;
    const sequence = parallel[registerClass] as ParallelMoves;
    for (; index < order.length && groupOf(moves, order[index] as number) === group; index++) {
      const move = order[index] as number;
      sequence.add(
        placeSlot(moves.source[move] as number),
        placeSlot(moves.target[move] as number),
      );
    }
    sequence.flush((source, target) => {
      positions.push(moves.instruction[first] as number);
      sources.push(source);
      targets.push(target);
      classes.push(registerClass);
    });
  }
  return {
    movePosition: Int32Array.from(positions),
    moveSource: Int32Array.from(sources),
    moveTarget: Int32Array.from(targets),
    moveClass: Uint8Array.from(classes),
  };
}

/** Number of the group of parallel moves to which a move belongs, ascending in order of execution. */
function groupOf(moves: MoveList, move: number): number {
  const gap = (moves.instruction[move] as number) * 4 + (moves.phase[move] as number);
  return gap * 2 + (moves.registerClass[move] as number);
}

function sortedByGroup(moves: MoveList): Int32Array {
  const keys = new Float64Array(moves.count);
  const factor = 2 ** 24;
  for (let move = 0; move < moves.count; move++) keys[move] = groupOf(moves, move) * factor + move;
  keys.sort();
  return Int32Array.from(keys, (key) => key % factor);
}

function findWritten(fn: MachineFunction, file: RegisterFile, moves: OrderedMoves): number {
  let written = 0;
  for (let instruction = 0; instruction < fn.count; instruction++) {
    written |= fn.clobbers[instruction] as number;
  }
  for (let operand = 0; operand < fn.operandCount; operand++) {
    const location = fn.operandRegister[operand] as number;
    if (fn.operandRole[operand] !== Role.use && location >= 0) written |= 1 << location;
  }
  moves.moveTarget.forEach((target, index) => {
    if (target >= 0) written |= 1 << target;
    else if ((moves.moveSource[index] as number) < 0) {
      written |= 1 << file.scratch[moves.moveClass[index] === 0 ? 1 : 0];
    }
  });
  return written;
}
