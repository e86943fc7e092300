import { type Assembler, noRegister } from "../machine-x64/assembler.ts";
import { floatScratch, integerScratch, stackPointer } from "../machine-x64/calling-convention.ts";
import { Form, type FormId } from "../machine-x64/encoding.ts";
import { ValueType, type ValueTypeId } from "../ssa/operations.ts";
import type { LocalHomes } from "./local-homes.ts";
import { type Operand, Where } from "./operand.ts";
import { isFloatType } from "./operand-registers.ts";

const wordBytes = 8;

/** Writes the instructions that move values; none of them changes the flags. */
export class ValueMover {
  constructor(
    readonly assembler: Assembler,
    private readonly homes: LocalHomes,
    private readonly outgoingWords: number,
  ) {}

  /** Offset of a slot from the stack pointer, in bytes. */
  slotOffset(slot: number): number {
    return (this.outgoingWords + slot) * wordBytes;
  }

  /** The register that an operand is in, which may be a local's home; or -1. */
  registerOf({ value, where }: Operand): number {
    if (where === Where.register) return value;
    return where === Where.local ? (this.homes.registers[value] as number) : -1;
  }

  /** Where in the frame an operand is, as an offset from the stack pointer; or -1. */
  memoryOf(operand: Operand): number {
    const { value, where } = operand;
    if (where === Where.slot) return this.slotOffset(value);
    if (where !== Where.local || this.registerOf(operand) >= 0) return -1;
    return this.slotOffset(this.homes.slots[value] as number);
  }

  /** Brings an operand into a register, and leaves it where it is. */
  load(operand: Operand, target: number): void {
    const source = this.registerOf(operand);
    if (source >= 0) {
      if (source !== target) this.copy(operand.type, target, source);
    } else if (operand.where === Where.constant) this.loadConstant(operand, target);
    else this.access(loadForms[operand.type] as FormId, target, this.memoryOf(operand));
  }

  /** Stores an operand at an offset from the stack pointer, zero-extended to a word. */
  store(operand: Operand, offset: number): void {
    const { immediate, type } = operand;
    const isFloat = isFloatType(type);
    let source = this.registerOf(operand);
    // Of 32 bits, a negative number would be extended by its sign.
    const isExtended = type === ValueType.i64 || type === ValueType.f64;
    if (immediate !== undefined && (isExtended || immediate >= 0)) {
      this.access(Form.mov_rm64_imm32, 0, offset, immediate);
      return;
    }
    if (source < 0) {
      source = isFloat && operand.where !== Where.constant ? floatScratch : integerScratch;
      if (operand.where === Where.constant) this.loadBits(operand, source);
      else this.load(operand, source);
    }
    this.access(storeForm(type, source), source, offset);
  }

  /** Copies a value of a type from one register to another. */
  copy(type: ValueTypeId, target: number, source: number): void {
    this.assembler.emit(
      isFloatType(type) ? Form.movaps_x_xm128 : Form.mov_r64_rm64,
      target,
      source,
    );
  }

  /** Exchanges two registers of one class. */
  exchange(one: number, other: number): void {
    const { assembler } = this;
    if (one < floatFile) {
      assembler.emit(Form.xchg_r64_rm64, one, other);
      return;
    }
    assembler.emit(Form.movaps_x_xm128, floatScratch, one);
    assembler.emit(Form.movaps_x_xm128, one, other);
    assembler.emit(Form.movaps_x_xm128, other, floatScratch);
  }

  /** An instruction with an operand in the frame. */
  access(form: FormId, register: number, offset: number, immediate = 0): void {
    this.assembler.emitMemory(form, register, stackPointer, noRegister, 0, offset, immediate);
  }

  private loadConstant(operand: Operand, target: number): void {
    const { assembler } = this;
    if (!isFloatType(operand.type)) {
      this.loadBits(operand, target);
      return;
    }
    if (operand.value === 0 && operand.high === 0) {
      assembler.emit(Form.xorps_x_xm128, target, target);
      return;
    }
    this.loadBits(operand, integerScratch);
    const isWide = operand.type === ValueType.f64;
    assembler.emit(isWide ? Form.movq_x_rm64 : Form.movd_x_rm32, target, integerScratch);
  }

  /** Loads a constant's bits into a general register. */
  private loadBits({ high, immediate, value }: Operand, target: number): void {
    const { assembler } = this;
    if (high === 0) assembler.emitImmediate(Form.mov_r32_imm32, target, value);
    else if (immediate !== undefined) assembler.emitImmediate(Form.mov_rm64_imm32, target, value);
    else assembler.emitImmediate(Form.mov_r64_imm64, target, value, high);
  }
}

const floatFile = 16;

/** The load of a whole word of the frame, by type. */
const loadForms: readonly FormId[] = [
  -1,
  Form.mov_r32_rm32,
  Form.mov_r64_rm64,
  Form.movss_x_m32,
  Form.movsd_x_m64,
  Form.movups_x_xm128,
];

/** The store of a register that holds a value, perhaps its bits, as a whole word or two. */
function storeForm(type: ValueTypeId, source: number): FormId {
  if (source < floatFile) return Form.mov_rm64_r64;
  return type === ValueType.v128 ? Form.movups_xm128_x : Form.movsd_m64_x;
}
