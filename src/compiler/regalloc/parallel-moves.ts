import { rematerializeBase } from "../machine/allocation.ts";
import { AllocationError } from "./allocation-error.ts";

/** One move after another, as `Allocation` lists them. */
export type EmitMove = (source: number, target: number) => void;

/**
 * Puts parallel moves into an order in which no source is overwritten before it is read, breaking
 * cycles through a scratch register. Locations are registers and slots; a source may also repeat
 * an instruction.
 */
export class ParallelMoves {
  private readonly functionName: string;
  private readonly scratch: number;
  private sources: number[] = [];
  private targets: number[] = [];
  /** How many waiting moves read each location, registers first, then slots. */
  private readonly readers: Int32Array;
  /** The waiting move that writes each location, or -1. */
  private readonly writer: Int32Array;
  private repeats: number[] = [];

  constructor(functionName: string, slotCount: number, scratch: number) {
    this.functionName = functionName;
    this.scratch = scratch;
    this.readers = new Int32Array(32 + slotCount);
    this.writer = new Int32Array(32 + slotCount).fill(-1);
  }

  add(source: number, target: number): void {
    if (source === target) return;
    if (source >= rematerializeBase) {
      this.repeats.push(source, target);
      return;
    }
    const present = this.writer[indexOf(target)] as number;
    if (present >= 0) {
      if (this.sources[present] === source) return;
      throw new AllocationError(this.functionName, `two values move to ${target}`);
    }
    this.writer[indexOf(target)] = this.sources.length;
    const reader = indexOf(source);
    this.readers[reader] = (this.readers[reader] as number) + 1;
    this.sources.push(source);
    this.targets.push(target);
  }

  /** Emits all moves added since the last call. */
  flush(emit: EmitMove): void {
    const count = this.sources.length;
    for (let move = 0; move < count; move++) {
      if (this.isReady(move)) this.drain(move, emit);
    }
    for (let move = 0; move < count; move++) {
      const target = this.targets[move] as number;
      if (this.writer[indexOf(target)] !== move) continue;
      const source = this.sources[move] as number;
      emit(source, this.scratch);
      this.sources[move] = this.scratch;
      this.readers[indexOf(this.scratch)] = 1;
      this.release(source, emit);
    }
    this.sources = [];
    this.targets = [];
    this.flushRepeats(emit);
  }

  /** Repeated instructions read nothing, so they come last; a slot is filled through the scratch. */
  private flushRepeats(emit: EmitMove): void {
    for (let index = 0; index < this.repeats.length; index += 2) {
      const source = this.repeats[index] as number;
      const target = this.repeats[index + 1] as number;
      if (target >= 0) {
        emit(source, target);
      } else {
        emit(source, this.scratch);
        emit(this.scratch, target);
      }
    }
    this.repeats = [];
  }

  private isReady(move: number): boolean {
    const target = indexOf(this.targets[move] as number);
    return this.writer[target] === move && this.readers[target] === 0;
  }

  /** Emits a move whose target nobody waits to read, and the moves that this makes ready in turn. */
  private drain(first: number, emit: EmitMove): void {
    let move = first;
    while (move >= 0 && this.isReady(move)) {
      const source = this.sources[move] as number;
      const target = this.targets[move] as number;
      emit(source, target);
      this.writer[indexOf(target)] = -1;
      const reader = indexOf(source);
      this.readers[reader] = (this.readers[reader] as number) - 1;
      move = this.writer[reader] as number;
    }
  }

  private release(source: number, emit: EmitMove): void {
    const reader = indexOf(source);
    this.readers[reader] = (this.readers[reader] as number) - 1;
    this.drain(this.writer[reader] as number, emit);
  }
}

function indexOf(location: number): number {
  return location >= 0 ? location : 31 - location;
}
