import { firstVirtualRegister, type MachineFunction, Role } from "../machine/machine-function.ts";
import type { BlockLayout } from "./block-layout.ts";
import type { Liveness } from "./liveness.ts";
import { slotCode } from "./location-code.ts";
import { loopFrequency } from "./loop-frequency.ts";
import { type MoveList, MovePhase } from "./move-list.ts";
import { PieceLocation, type PieceTable } from "./pieces.ts";
import { positionOf, Stage } from "./positions.ts";

/**
 * Stores spilled values once, behind their last definition, where that is cheaper than the moves
 * to their slots wherever they leave registers; drops those moves, and all moves to slots of
 * values that are made anew by repeating an instruction.
 */
export class SpillStores {
  /** Whether a value's slot holds it from its last definition to its end. */
  readonly isKept: Uint8Array;
  private readonly fn: MachineFunction;
  private readonly layout: BlockLayout;
  private readonly liveness: Liveness;
  private readonly pieces: PieceTable;
  private readonly moves: MoveList;
  /** Instruction that defines each value last in the block that defines it, or -1 for a parameter. */
  private readonly lastDefinition: Int32Array;
  /** Register in which that instruction leaves the value by constraint, or -1. */
  private readonly fixedRegister: Int8Array;

  constructor(
    fn: MachineFunction,
    layout: BlockLayout,
    liveness: Liveness,
    pieces: PieceTable,
    moves: MoveList,
  ) {
    const values = fn.registerClasses.length;
    this.fn = fn;
    this.layout = layout;
    this.liveness = liveness;
    this.pieces = pieces;
    this.moves = moves;
    this.isKept = new Uint8Array(values);
    this.lastDefinition = new Int32Array(values).fill(-1);
    this.fixedRegister = new Int8Array(values).fill(-1);
  }

  /** Notes the last definition of each value; must run before operands become locations. */
  findDefinitions(): void {
    const { fn } = this;
    for (let instruction = 0; instruction < fn.count; instruction++) {
      const end = fn.operandStart[instruction + 1] as number;
      for (let operand = fn.operandStart[instruction] as number; operand < end; operand++) {
        const value = (fn.operandRegister[operand] as number) - firstVirtualRegister;
        if (value < 0 || fn.operandRole[operand] === Role.use) continue;
        this.lastDefinition[value] = instruction;
        this.fixedRegister[value] = Math.max(-1, fn.operandConstraint[operand] as number);
      }
    }
  }

  run(): void {
    const { moves } = this;
    const cost = new Float64Array(this.isKept.length);
    for (let move = 0; move < moves.count; move++) {
      if (!this.isStoreAfterDefinition(move)) continue;
      const value = moves.owner[move] as number;
      const block = this.layout.blockOf[moves.instruction[move] as number] as number;
      cost[value] = (cost[value] as number) + this.frequencyOf(block);
    }
    for (let value = 0; value < cost.length; value++) {
      if ((cost[value] as number) > 0) this.decide(value, cost[value] as number);
    }
    moves.filter((move) => !this.isSuperfluous(move));
  }

  private isSuperfluous(move: number): boolean {
    const value = this.moves.owner[move] as number;
    if (value < 0 || this.moves.target[move] !== slotCode(value)) return false;
    if ((this.fn.rematerialization[value] as number) >= 0) return true;
    return this.isKept[value] === 1 && this.isStoreAfterDefinition(move);
  }

  /** Whether a move stores a value behind the last of its definitions, in whatever block. */
  private isStoreAfterDefinition(move: number): boolean {
    const value = this.moves.owner[move] as number;
    if (value < 0 || this.moves.target[move] !== slotCode(value)) return false;
    const home = this.liveness.definingBlock[value] as number;
    if (home < 0) return false;
    const instruction = this.moves.instruction[move] as number;
    const definition = this.lastDefinition[value] as number;
    return instruction > definition || (this.layout.blockOf[instruction] as number) !== home;
  }

  private decide(value: number, cost: number): void {
    const { fn } = this;
    if ((fn.rematerialization[value] as number) >= 0) return;
    const home = this.liveness.definingBlock[value] as number;
    const definition = this.lastDefinition[value] as number;
    const fixed = this.fixedRegister[value] as number;
    const gap = definition < 0 ? (fn.blockStart[home] as number) : definition + 1;
    if (gap === fn.blockStart[home + 1]) return;
    const position =
      fixed >= 0
        ? positionOf(gap, Stage.read)
        : positionOf(gap, Stage.entry) - (definition < 0 ? 0 : 1);
    const location = this.locationAt(value, position);
    if (location < 0) {
      this.isKept[value] = 1;
    } else if (this.frequencyOf(home) < cost) {
      this.isKept[value] = 1;
      const source = fixed >= 0 ? fixed : location;
      const registerClass = fn.registerClasses[value] as number;
      this.moves.add(gap, MovePhase.main, source, slotCode(value), registerClass);
    }
  }

  private locationAt(value: number, position: number): number {
    let piece = this.pieces.first[value] as number;
    while ((this.pieces.end[piece] as number) <= position) {
      const next = this.pieces.sibling[piece] as number;
      if (next < 0) break;
      piece = next;
    }
    const location = this.pieces.location[piece] as number;
    return location >= 0 ? location : PieceLocation.slot;
  }

  private frequencyOf(block: number): number {
    return loopFrequency(this.fn.blockLoopDepth[block] as number);
  }
}
