import { noRegister } from "../machine-x64/assembler.ts";
import {
  floatScratch,
  integerScratch,
  type Place,
  stackPointer,
} from "../machine-x64/calling-convention.ts";
import { Frame, type StackCheck } from "../machine-x64/emit/frame.ts";
import { Form } from "../machine-x64/encoding.ts";
import type { ValueTypeId } from "../ssa/operations.ts";
import { invalid } from "../wasm/errors.ts";
import { type BaselineContext, BaselineFunction } from "./baseline-function.ts";
import { handlers, takesFlags } from "./handlers.ts";
import { slotsOf } from "./local-homes.ts";

const wordBytes = 8;

/** What the frame of a function has, or must have, room for besides its locals. */
export interface FrameNeeds {
  /** Words for calls, below everything else. */
  readonly outgoing: number;
  /** Values of the operand stack. */
  readonly operands: number;
}

/** The code of one function, written when this is made. */
export class FunctionBody {
  private readonly fn: BaselineFunction;
  private readonly frame: Frame;
  /** Pairs of offsets in the code between which the frame and all locals are there. */
  private readonly ranges: number[] = [];

  constructor(
    private readonly context: BaselineContext,
    private readonly room: FrameNeeds,
    private readonly check: StackCheck | undefined,
    isVerified: boolean,
  ) {
    const { homes, writer } = context;
    this.fn = new BaselineFunction(context, room.outgoing);
    this.frame = new Frame(
      homes.mask,
      room.outgoing,
      homes.slotCount + room.operands * homes.operandSlots,
    );
    writer.comeFrom(0);
    this.enter();
    this.ranges.push(writer.assembler.offset);
    this.writeInstructions(isVerified);
    this.ranges.push(writer.assembler.offset);
    if (this.fn.isReachable) {
      this.frame.leave(writer.assembler);
      writer.assembler.emit(Form.ret);
      this.frame.resume(writer.assembler);
    }
    this.ranges.push(writer.assembler.offset);
    writer.emitColdPaths();
    this.ranges.push(writer.assembler.offset);
  }

  /** Room that the function needs in its frame. */
  get needs(): FrameNeeds {
    return {
      outgoing: Math.max(this.room.outgoing, this.fn.outgoingWords),
      operands: Math.max(this.room.operands, this.fn.stack.slottedHeight),
    };
  }

  /** Whether the room was enough. Else the code is of no use. */
  get hasRoom(): boolean {
    return this.needs.outgoing === this.room.outgoing && this.needs.operands === this.room.operands;
  }

  /** The code and what belongs to it. */
  finish(tracked: ReadonlySet<number>) {
    const { writer } = this.context;
    const { frame } = this;
    return {
      frameBytes: frame.bytes,
      unwinding: frame.unwinding,
      tables: writer.finishTables(),
      origins: writer.finishOrigins(),
      locals: this.placeLocals(tracked),
      code: writer.assembler.finish(),
    };
  }

  private writeInstructions(isVerified: boolean): void {
    const { context, fn } = this;
    const { reader, shape, writer } = context;
    const { frames, stack } = fn;
    fn.openForward(shape, 0);
    const outermost = fn.frame;
    while (frames.length > 0) {
      if (fn.isReachable) reader.next();
      else reader.skipBlock();
      writer.comeFrom(reader.offset);
      const { opcode } = reader;
      const handler = handlers[opcode];
      if (handler === undefined) throw invalid(reader.offset, "unexpected opcode");
      if (!takesFlags.has(opcode)) stack.settleFlags();
      handler(fn);
      if (isVerified) stack.check();
    }
    if (fn.isReachable) fn.arrange(outermost);
  }

  /** Makes the frame and brings all locals to their homes. */
  private enter(): void {
    const { homes, localTypes, shape, writer } = this.context;
    const { assembler } = writer;
    this.frame.enter(assembler, this.check);
    shape.places.forEach((place, local) => this.enterParameter(place, local));
    const zeroed: number[] = [];
    for (let local = shape.parameters.length; local < localTypes.length; local++) {
      const home = homes.registers[local] as number;
      if (home >= firstFloat) assembler.emit(Form.xorps_x_xm128, home, home);
      else if (home >= 0) assembler.emit(Form.xor_r32_rm32, home, home);
      else if ((homes.slots[local] as number) >= 0) {
        const slot = homes.slots[local] as number;
        for (let word = 0; word < slotsOf(localTypes[local] as ValueTypeId); word++) {
          zeroed.push(slot + word);
        }
      }
    }
    this.clearSlots(zeroed);
  }

  private enterParameter({ register, stackWord }: Place, local: number): void {
    const { homes, localTypes, writer } = this.context;
    const { assembler } = writer;
    const { mover } = this.fn;
    const type = localTypes[local] as ValueTypeId;
    const home = homes.registers[local] as number;
    const slot = homes.slots[local] as number;
    if (home < 0 && slot < 0) return;
    const source = register >= 0 ? register : home >= 0 ? home : integerScratch;
    if (register < 0) {
      const form = source >= firstFloat ? Form.movsd_x_m64 : Form.mov_r64_rm64;
      const offset = this.frame.incomingOffset + stackWord * wordBytes;
      assembler.emitMemory(form, source, stackPointer, noRegister, 0, offset);
    }
    if (home < 0) {
      const form = source >= firstFloat ? Form.movsd_m64_x : Form.mov_rm64_r64;
      mover.access(form, source, mover.slotOffset(slot));
    } else if (home !== source) {
      mover.copy(type, home, source);
    }
  }

  /** Clears slots that follow one another, two at a time. */
  private clearSlots(slots: readonly number[]): void {
    const { mover } = this.fn;
    const { assembler } = mover;
    const [first = 0] = slots;
    const pairs = slots.length >> 1;
    if (pairs > 0) assembler.emit(Form.xorps_x_xm128, floatScratch, floatScratch);
    for (let pair = 0; pair < pairs; pair++) {
      mover.access(Form.movups_xm128_x, floatScratch, mover.slotOffset(first + 2 * pair));
    }
    if (slots.length % 2 === 0) return;
    mover.access(Form.mov_rm64_imm32, 0, mover.slotOffset(first + slots.length - 1));
  }

  /** Where locals are, for `Chunk.locals`. */
  private placeLocals(tracked: ReadonlySet<number>): Int32Array {
    const { homes, localTypes } = this.context;
    const words: number[] = [];
    for (const local of tracked) {
      if (local >= localTypes.length) continue;
      const home = homes.registers[local] as number;
      const offset = this.fn.mover.slotOffset(homes.slots[local] as number);
      const place = home >= 0 ? home : -1 - offset;
      for (let at = 0; at < this.ranges.length; at += 2) {
        const [start = 0, end = 0] = this.ranges.slice(at, at + 2);
        if (start < end) words.push(local, start, end, place);
      }
    }
    return Int32Array.from(words);
  }
}

const firstFloat = 16;
