import type { Allocation } from "../../machine/allocation.ts";
import { type MachineFunction, RegisterClass, slotOf } from "../../machine/machine-function.ts";
import type { Unwinding } from "../../object/unwinding.ts";
import { type AssembledCode, Assembler, type Label } from "../assembler.ts";
import { floatScratch, integerScratch, stackPointer } from "../calling-convention.ts";
import { Form, type FormId, forms } from "../encoding.ts";
import { Layout } from "../encoding-layout.ts";
import {
  explicitRegisters,
  memoryOperandPosition,
  Shape,
  scaleOf,
  symbolOf,
} from "../instruction-shape.ts";
import { Frame } from "./frame.ts";

/** A place outside the hot path where a condition's failure goes. */
interface ColdPath {
  readonly label: Label;
  readonly origin: number;
  emit(): void;
}

/** Machine code of one function and what belongs to it. */
export interface EmittedFunction {
  readonly code: AssembledCode;
  /** Bytes between the stack pointer and the return address in the body. */
  readonly frameBytes: number;
  /** Jump tables: code offsets of their targets. */
  readonly tables: readonly { readonly symbol: number; readonly offsets: readonly number[] }[];
  /** What code comes from, if that was asked for: see `Chunk`. */
  readonly origins: Int32Array | undefined;
  readonly unwinding: Unwinding;
  /**
   * If origins were asked for: triples in the order of the code, an instruction and the offsets of
   * the moves before it and of itself.
   */
  readonly timeline: readonly number[];
  /** Where cold paths begin. */
  readonly hotBytes: number;
  /** Instructions that leave the function, at the end of whose code the frame is gone. */
  readonly leaves: ReadonlySet<number>;
  /** How far above the stack pointer the spill slot of a location is, in bytes. */
  slotOffset(location: number): number;
}

/** Names of symbols that emission refers to. */
export interface EmissionEnvironment {
  symbol(name: string): number;
  /** Symbol of the function's n-th jump table. */
  tableSymbol(position: number): number;
  /** Whether to note what each instruction comes from. */
  readonly keepsOrigins: boolean;
  /** Whether to look for jumps that reach with 8 bits. */
  readonly shortensJumps: boolean;
  /** Another assembler to write with than a plain one. */
  readonly newAssembler?: (() => Assembler) | undefined;
}

/** The tools of emission for one allocated function: locations, labels, cold paths. */
export class Emitter {
  readonly assembler: Assembler;
  readonly frame: Frame;
  readonly tables: { symbol: number; targets: Label[] }[] = [];
  private readonly coldPaths: ColdPath[] = [];
  private readonly blockLabels: Label[];

  constructor(
    readonly code: MachineFunction,
    readonly allocation: Allocation,
    readonly environment: EmissionEnvironment,
    /** Jumps, by their position among the function's, that reach with 8 bits; all others take 32. */
    private readonly shortJumps: ReadonlySet<number>,
  ) {
    this.assembler =
      environment.newAssembler?.() ?? new Assembler(64, Math.max(64, code.count * 8));
    this.frame = new Frame(code, allocation);
    this.blockLabels = Array.from({ length: code.blockCount }, () => this.assembler.newLabel());
  }

  /** Every jump to a label so far: offset behind it, label. For the choice of short ones. */
  readonly jumps: { end: number; label: Label }[] = [];

  /** Pairs: a code offset, and what the instructions from there on come from. */
  private readonly origins: number[] = [];

  /** Says what the instructions that follow come from. */
  comeFrom(origin: number): void {
    const { origins } = this;
    if (!this.environment.keepsOrigins || origins.at(-1) === origin) return;
    const { offset } = this.assembler;
    // Nothing came from the one before.
    if (origins.at(-2) === offset) origins.length -= 2;
    if (origins.at(-1) !== origin) origins.push(offset, origin);
  }

  /** What code comes from, if that was asked for. */
  finishOrigins(): Int32Array | undefined {
    return this.environment.keepsOrigins ? Int32Array.from(this.origins) : undefined;
  }

  /** The label of a block. */
  labelOf(block: number): Label {
    return this.blockLabels[block] as Label;
  }

  /** The location of an instruction's n-th operand. */
  location(instruction: number, position: number): number {
    const operand = (this.code.operandStart[instruction] as number) + position;
    return this.code.operandRegister[operand] as number;
  }

  /** Jumps to a label by the 32-bit form of a family, or its 8-bit twin where it reaches. */
  jump(longForm: FormId, label: Label): void {
    const position = this.jumps.length;
    this.assembler.jump(this.shortJumps.has(position) ? shortForm(longForm) : longForm, label);
    this.jumps.push({ end: this.assembler.offset, label });
  }

  /** A label outside the hot path; `emit` writes what stands there when the body is done. */
  cold(emit: () => void): Label {
    const label = this.assembler.newLabel();
    this.coldPaths.push({ label, origin: this.origins.at(-1) ?? 0, emit });
    return label;
  }

  /** A cold stub that traps. */
  trapStub(kind: number): Label {
    return this.cold(() => this.trap(kind));
  }

  /** Calls the runtime's trap; the return address names the site. */
  trap(kind: number): void {
    this.assembler.jumpToSymbol(Form.call_rel32, this.environment.symbol(`runtime.trap.${kind}`));
  }

  /** Writes the cold paths, which may add further ones. */
  emitColdPaths(): void {
    for (let path = this.coldPaths.shift(); path !== undefined; path = this.coldPaths.shift()) {
      this.comeFrom(path.origin);
      this.assembler.bind(path.label);
      path.emit();
    }
  }

  /** A move between locations; slot to slot through the other class's scratch. */
  move(source: number, target: number, registerClass: number): void {
    const { assembler } = this;
    const integer = registerClass === RegisterClass.integer;
    const isVector = this.code.wordsOfClass[integer ? 0 : 1] > 1;
    const loadFloat = isVector ? Form.movups_x_xm128 : Form.movsd_x_m64;
    const storeFloat = isVector ? Form.movups_xm128_x : Form.movsd_m64_x;
    if (source >= 0 && target >= 0) {
      assembler.emit(integer ? Form.mov_r64_rm64 : Form.movaps_x_xm128, target, source);
    } else if (source >= 0) {
      this.slotAccess(integer ? Form.mov_rm64_r64 : storeFloat, source, target);
    } else if (target >= 0) {
      this.slotAccess(integer ? Form.mov_r64_rm64 : loadFloat, target, source);
    } else if (integer) {
      this.slotAccess(Form.movsd_x_m64, floatScratch, source);
      this.slotAccess(Form.movsd_m64_x, floatScratch, target);
    } else {
      for (let word = 0; word < this.code.wordsOfClass[1]; word++) {
        // Slots are numbered downwards.
        this.slotAccess(Form.mov_r64_rm64, integerScratch, source - word);
        this.slotAccess(Form.mov_rm64_r64, integerScratch, target - word);
      }
    }
  }

  /** An instruction of the encoding table with its operands and address. */
  instruction(instruction: number): void {
    const { assembler, code } = this;
    const form = code.opcode[instruction] as FormId;
    const extra = code.extra[instruction] as number;
    const immediate = code.immediateLow[instruction] as number;
    if ((extra & Shape.memory) !== 0) {
      this.memoryInstruction(instruction, form, extra, immediate);
      return;
    }
    if ((extra & Shape.symbolImmediate) !== 0) {
      this.symbolInstruction(instruction, form, extra);
      return;
    }
    const registers = explicitRegisters(form);
    const first = registers > 0 ? this.location(instruction, 0) : 0;
    const second = registers > 1 ? this.location(instruction, 1) : 0;
    const position = memoryOperandPosition(form);
    if (registers > 2) {
      assembler.emitThree(form, first, second, this.location(instruction, 2));
      return;
    }
    if (first < 0 || second < 0) {
      const slot = position === 0 ? first : second;
      const register = registers > 1 ? (position === 0 ? second : first) : 0;
      this.slotAccess(form, register, slot, immediate);
    } else if (form === Form.mov_r64_imm64) {
      const high = code.immediateHigh[instruction] as number;
      assembler.emitImmediate(form, first, immediate, high);
    } else {
      const merges = ((forms.layout[form] as number) & Layout.merges) !== 0;
      // What the target held before would delay an instruction that keeps a part of it.
      if (merges && first !== second) assembler.emit(Form.xorps_x_xm128, first, first);
      assembler.emit(form, first, second, immediate);
    }
  }

  private symbolInstruction(instruction: number, form: FormId, extra: number): void {
    const symbol = symbolOf(extra);
    if (form === Form.call_rel32) {
      this.assembler.jumpToSymbol(form, symbol);
      return;
    }
    const addend = this.code.displacement[instruction] as number;
    this.assembler.emitImmediateSymbol(form, this.location(instruction, 0), symbol, addend);
  }

  private memoryInstruction(
    instruction: number,
    form: FormId,
    extra: number,
    immediate: number,
  ): void {
    let position = 0;
    const takesRegister = explicitRegisters(form) > 1;
    const register = takesRegister ? this.location(instruction, position++) : 0;
    let base = (extra & Shape.base) !== 0 ? this.location(instruction, position++) : -1;
    const index = (extra & Shape.index) !== 0 ? this.location(instruction, position++) : -1;
    let displacement = this.code.displacement[instruction] as number;
    if ((extra & (Shape.outgoing | Shape.incoming)) !== 0) {
      base = stackPointer;
      if ((extra & Shape.incoming) !== 0) displacement += this.frame.incomingOffset;
    }
    const scale = scaleOf(extra);
    if ((extra & Shape.symbolAddress) !== 0) {
      const symbol = symbolOf(extra);
      this.assembler.emitMemorySymbol(
        form,
        register,
        base,
        index,
        scale,
        symbol,
        displacement,
        immediate,
      );
    } else {
      this.assembler.emitMemory(form, register, base, index, scale, displacement, immediate);
    }
  }

  private slotAccess(form: FormId, register: number, slot: number, immediate = 0): void {
    const offset = this.frame.slotOffset(slotOf(slot));
    this.assembler.emitMemory(form, register, stackPointer, -1, 0, offset, immediate);
  }
}

/** The 8-bit twin of a 32-bit jump form. */
function shortForm(longForm: FormId): FormId {
  if (longForm === Form.jmp_rel32) return Form.jmp_rel8;
  return longForm - Form.jo_rel32 + Form.jo_rel8;
}

/** Whether an instruction reads flags: nothing before it may write them. */
export function readsFlags(opcode: number): boolean {
  return ((forms.flags[opcode] ?? 0) & 1) !== 0;
}
