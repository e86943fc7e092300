import { RelocationKind, type Relocations, RelocationWriter } from "../object/relocations.ts";
import { avxForm, type FormId, formNames, forms, operandRole } from "./encoding.ts";
import { EncodingError } from "./encoding-error.ts";
import { Layout, Role } from "./encoding-layout.ts";
import { nopPadding } from "./nop-padding.ts";
import { Register } from "./registers.ts";

/** A place in the code, known or to come: an index into the assembler's labels. */
export type Label = number;

/** The processor mode that instructions are encoded for. */
export type Mode = 32 | 64;

/** Finished code. */
export interface AssembledCode {
  readonly bytes: Uint8Array;
  /** In the order of their offsets. */
  readonly relocations: Relocations;
}

/** In place of a base or index register: there is none. */
export const noRegister = -1;

const stackPointer = 4;
const longestInstruction = 15;
const unbound = -1;
const xmmFile = 1;
/** Hardly ever written (calling-convention.ts): whoever takes lanes from it need not wait. */
const idleRegister = Register.xmm15;

/**
 * Appends machine code to a growable buffer. Instructions are named by their form; operands are
 * plain numbers (registers as in `Register`), so that emitting allocates nothing. Operands that
 * the form cannot encode throw EncodingError.
 */
export class Assembler {
  #bytes: Uint8Array;
  #length = 0;
  #mode: Mode;
  #usesAvx = false;
  /** What stands in VEX.vvvv of the next instruction; 0 where it says nothing. */
  #vexRegister = 0;
  readonly #relocations = new RelocationWriter();
  readonly #labelOffsets: number[] = [];
  /** Four numbers each: offset of the field, its size, the label, the offset it counts from. */
  readonly #fixups: number[] = [];

  /** Starts with an empty buffer of `capacityBytes`. */
  constructor(mode: Mode = 64, capacityBytes = 1024) {
    this.#mode = mode;
    this.#bytes = new Uint8Array(Math.max(capacityBytes, 2 * longestInstruction));
  }

  /** Length of the code so far, in bytes: the offset of the next instruction. */
  get offset(): number {
    return this.#length;
  }

  /** Encodes what follows for another processor mode. */
  setMode(mode: Mode): void {
    this.#mode = mode;
  }

  /** Encodes what follows as AVX does, wherever that has an instruction of SSE. */
  useAvx(): void {
    this.#usesAvx = true;
  }

  /** The form that stands for another one in this code. */
  protected encodedForm(form: FormId): FormId {
    return this.#usesAvx ? avxForm(form) : form;
  }

  /** Names the second register operand of the next instruction, if that has memory as its third. */
  setSecond(register: number): void {
    this.#vexRegister = register;
  }

  /** Names what `encoded` reads besides what `form` does, where that is a register. */
  #setKept(form: FormId, encoded: FormId, register: number): void {
    const takesSecond = ((forms.layout[encoded] ?? 0) & Layout.vexSecond) !== 0;
    if (takesSecond) this.#vexRegister = keptRegister(form, register, 0);
  }

  /** What `setSecond` named. */
  protected get second(): number {
    return this.#vexRegister;
  }

  /**
   * Appends an instruction without a memory operand. `first` and `second` are its register
   * operands in the order of the row, leaving out those that the opcode fixes; 0 where there is none.
   */
  emit(form: FormId, first = 0, second = 0, immediate = 0): void {
    const encoded = this.encodedForm(form);
    const layout = forms.layout[encoded] ?? 0;
    if (encoded === form) {
      const isFirst = (layout & Layout.vexFirst) !== 0;
      if (isFirst) this.#vexRegister = first;
      this.#emitRegisters(form, isFirst ? second : first, isFirst ? 0 : second, immediate);
    } else if ((layout & Layout.vexSecond) !== 0) {
      this.emitThree(encoded, first, keptRegister(form, first, second), second, immediate);
    } else {
      this.emit(encoded, first, (layout & Layout.vexFirst) !== 0 ? first : second, immediate);
    }
  }

  #emitRegisters(form: FormId, first: number, second: number, immediate: number): void {
    const layout = this.#begin(form);
    const rmFirst = (layout & Layout.rmFirst) !== 0;
    this.#writeRegisters(form, layout, rmFirst ? second : first, rmFirst ? first : second);
    this.#writeImmediate(form, layout, immediate, 0);
  }

  /** Appends an instruction with three register operands, in the order of the row. */
  emitThree(form: FormId, first: number, second: number, third: number, immediate = 0): void {
    const isSecond = ((forms.layout[form] ?? 0) & Layout.vexSecond) !== 0;
    this.#vexRegister = isSecond ? second : third;
    this.#emitRegisters(form, first, isSecond ? third : second, immediate);
  }

  /**
   * Appends an instruction with at most one register operand and an immediate. Of a 64-bit
   * immediate `low` and `high` are the halves; of a far target they are offset and selector.
   */
  emitImmediate(form: FormId, register: number, low: number, high = 0): void {
    const layout = this.#begin(form);
    if ((layout & Layout.rmFirst) === 0) throw wrongOperand(form, "takes two registers");
    this.#writeRegisters(form, layout, 0, register);
    this.#writeImmediate(form, layout, low, high);
  }

  /**
   * Appends an instruction with the memory operand [base + index << scaleShift + displacement].
   * `register` is its other register operand, or 0; `base` and `index` may be `noRegister`.
   */
  emitMemory(
    form: FormId,
    register: number,
    base: number,
    index: number,
    scaleShift: number,
    displacement: number,
    immediate = 0,
  ): void {
    const encoded = this.encodedForm(form);
    if (encoded !== form) {
      this.#setKept(form, encoded, register);
      this.emitMemory(encoded, register, base, index, scaleShift, displacement, immediate);
      return;
    }
    const layout = this.#begin(form);
    this.#writeMemory(form, layout, register, base, index, scaleShift, displacement, false);
    this.#writeImmediate(form, layout, immediate, 0);
  }

  /** Like `emitMemory`; the displacement is the address of `symbol` plus `addend` (absolute32). */
  emitMemorySymbol(
    form: FormId,
    register: number,
    base: number,
    index: number,
    scaleShift: number,
    symbol: number,
    addend: number,
    immediate = 0,
  ): void {
    const encoded = this.encodedForm(form);
    if (encoded !== form) {
      this.#setKept(form, encoded, register);
      this.emitMemorySymbol(encoded, register, base, index, scaleShift, symbol, addend, immediate);
      return;
    }
    const layout = this.#begin(form);
    this.#writeMemory(form, layout, register, base, index, scaleShift, 0, true);
    this.#relocate(RelocationKind.absolute32, 4, symbol, addend);
    this.#writeImmediate(form, layout, immediate, 0);
  }

  /** Appends an instruction whose memory operand is [rip + symbol + addend] (pc32). */
  emitRelativeSymbol(
    form: FormId,
    register: number,
    symbol: number,
    addend: number,
    immediate = 0,
  ): void {
    const layout = this.#begin(form);
    this.#writeRelative(form, layout, register);
    // rip points behind the immediate, the relocation counts from the end of the field before it.
    const tailBytes = forms.immediateBytes[form] ?? 0;
    this.#relocate(RelocationKind.pc32, 4, symbol, addend - tailBytes);
    this.#writeImmediate(form, layout, immediate, 0);
  }

  /** Appends an instruction whose memory operand is [rip + label]. */
  emitRelativeLabel(form: FormId, register: number, label: Label, immediate = 0): void {
    const layout = this.#begin(form);
    this.#writeRelative(form, layout, register);
    const field = this.#length - 4;
    this.#writeImmediate(form, layout, immediate, 0);
    this.#fixups.push(field, 4, label, this.#length);
  }

  /**
   * Appends an instruction whose immediate is the address of `symbol` plus `addend` (absolute32 or
   * absolute64, by its size); for a far target, `high` is the selector.
   */
  emitImmediateSymbol(
    form: FormId,
    register: number,
    symbol: number,
    addend: number,
    high = 0,
  ): void {
    this.emitImmediate(form, register, 0, high);
    const size = forms.immediateBytes[form] ?? 0;
    if (size < 4) throw wrongOperand(form, "has no immediate for an address");
    this.#relocate(
      size === 8 ? RelocationKind.absolute64 : RelocationKind.absolute32,
      size,
      symbol,
      addend,
    );
  }

  /** A label that is not bound yet. */
  newLabel(): Label {
    return this.#labelOffsets.push(unbound) - 1;
  }

  /** Binds a label to the current offset. */
  bind(label: Label): void {
    if (this.#labelOffsets[label] !== unbound) {
      throw new EncodingError(`Label ${label} is unknown or bound already: bind it once.`);
    }
    this.#labelOffsets[label] = this.#length;
  }

  /** The offset of a bound label in the code, in bytes. */
  labelOffset(label: Label): number {
    const offset = this.#labelOffsets[label] ?? unbound;
    if (offset === unbound) throw new EncodingError(`Label ${label} is not bound: bind it first.`);
    return offset;
  }

  /** Appends a branch or call (a form with rel8 or rel32) to a label. */
  jump(form: FormId, label: Label): void {
    this.#writeBranch(form);
    const size = forms.immediateBytes[form] ?? 0;
    this.#fixups.push(this.#length - size, size, label, this.#length);
  }

  /** Appends a branch or call (a form with rel32) to a symbol (pc32). */
  jumpToSymbol(form: FormId, symbol: number, addend = 0): void {
    this.#writeBranch(form);
    if (forms.immediateBytes[form] !== 4) throw wrongOperand(form, "reaches labels only");
    this.#relocate(RelocationKind.pc32, 4, symbol, addend);
  }

  /** Appends data. */
  writeBytes(bytes: ArrayLike<number>): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** Appends the 32-bit distance from one label to another, as jump tables hold it. */
  writeLabelDistance(from: Label, to: Label): void {
    this.writeBytes([0, 0, 0, 0]);
    this.#fixups.push(this.#length - 4, 4, to, ~from);
  }

  /** Appends the address of `symbol` plus `addend` in 4 or 8 bytes (absolute32, absolute64). */
  writeSymbolAddress(sizeBytes: 4 | 8, symbol: number, addend: number): void {
    this.writeBytes(sizeBytes === 4 ? [0, 0, 0, 0] : [0, 0, 0, 0, 0, 0, 0, 0]);
    this.#relocate(
      sizeBytes === 8 ? RelocationKind.absolute64 : RelocationKind.absolute32,
      sizeBytes,
      symbol,
      addend,
    );
  }

  /** Pads with as few nop instructions as possible to a multiple of `alignmentBytes`. */
  align(alignmentBytes: number): void {
    for (;;) {
      const missing = (alignmentBytes - (this.#length % alignmentBytes)) % alignmentBytes;
      if (missing === 0) return;
      this.writeBytes(nopPadding(missing));
    }
  }

  /** Resolves the labels; the assembler must not be used afterwards. */
  finish(): AssembledCode {
    for (let at = 0; at < this.#fixups.length; at += 4) {
      const [field = 0, size = 0, label = 0, from = 0] = this.#fixups.slice(at, at + 4);
      const distance = this.labelOffset(label) - (from < 0 ? this.labelOffset(~from) : from);
      if (size === 1 && (distance << 24) >> 24 !== distance) {
        throw new EncodingError(`A rel8 branch at ${field} is ${distance} bytes away: use rel32.`);
      }
      this.#store(field, size, distance);
    }
    return { bytes: this.#bytes.slice(0, this.#length), relocations: this.#relocations.finish() };
  }

  #reserve(bytes: number): void {
    const needed = this.#length + bytes;
    if (needed <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, 2 * this.#bytes.length));
    grown.set(this.#bytes);
    this.#bytes = grown;
  }

  /** Makes room for an instruction and returns the layout of its form. */
  #begin(form: FormId): number {
    this.#reserve(longestInstruction);
    const layout = forms.layout[form];
    if (layout === undefined) throw new EncodingError(`There is no instruction form ${form}.`);
    if ((layout & (this.#mode === 64 ? Layout.mode32Only : Layout.mode64Only)) !== 0) {
      throw wrongOperand(form, `does not exist in ${this.#mode}-bit mode`);
    }
    return layout;
  }

  #byte(value: number): void {
    this.#bytes[this.#length++] = value;
  }

  #store(at: number, size: number, value: number): void {
    for (let index = 0; index < size; index++) this.#bytes[at + index] = value >> (8 * index);
  }

  #append(size: number, value: number): void {
    this.#store(this.#length, size, value);
    this.#length += size;
  }

  #relocate(kind: number, bytesBack: number, symbol: number, addend: number): void {
    this.#relocations.add(this.#length - bytesBack, kind, symbol, addend);
  }

  /** Checks the register in ModRM.reg and returns the field's value, extension bit included. */
  #regField(form: FormId, layout: number, register: number): number {
    if ((layout & Layout.regPresent) === 0) {
      if (register !== 0) throw wrongOperand(form, "takes no such register");
      return forms.digit[form] ?? 0;
    }
    if (register >>> 4 !== ((layout & Layout.regXmm) !== 0 ? xmmFile : 0)) {
      throw wrongOperand(form, `does not take register ${register}`);
    }
    return register & 15;
  }

  #writeRegisters(form: FormId, layout: number, reg: number, rm: number): void {
    if ((layout & Layout.rmRegister) === 0) {
      if (reg !== 0 || rm !== 0 || (layout & Layout.rmMemory) !== 0) {
        throw wrongOperand(form, "does not take these registers");
      }
      this.#writeOpcode(form, layout, 0, 0);
      return;
    }
    if (rm >>> 4 !== ((layout & Layout.rmXmm) !== 0 ? xmmFile : 0)) {
      throw wrongOperand(form, `does not take register ${rm}`);
    }
    const regField = this.#regField(form, layout, reg);
    let rex = ((regField & 8) >> 1) | ((rm & 8) >> 3);
    if (needsRex(layout, Layout.rmByte, rm)) rex |= 0x40;
    if (needsRex(layout, Layout.regByte, regField)) rex |= 0x40;
    const opcodeRegister = (layout & Layout.opcodeRegister) !== 0 ? rm & 7 : 0;
    this.#writeOpcode(form, layout, rex, opcodeRegister);
    if ((layout & Layout.modRm) !== 0) this.#byte(0xc0 | ((regField & 7) << 3) | (rm & 7));
  }

  /** Writes prefixes, REX and opcode; `rex` holds R, X, B and, where a byte register wants it, 0x40. */
  #writeOpcode(form: FormId, layout: number, rex: number, opcodeRegister: number): void {
    if ((layout & Layout.vex) !== 0) {
      this.#writeVex(form, layout, rex);
      return;
    }
    for (let prefixes = forms.prefixes[form] ?? 0; prefixes !== 0; prefixes >>= 8) {
      this.#byte(prefixes);
    }
    const fullRex = (layout & Layout.rexW) !== 0 ? rex | 0x48 : rex;
    if (fullRex !== 0) {
      if (this.#mode !== 64) throw wrongOperand(form, "needs REX, which 32-bit mode has not");
      this.#byte(fullRex | 0x40);
    }
    // A register stands in the opcode's last byte, and in one-byte and 0F opcodes only.
    const opcodeBytes = forms.opcodeBytes[form] ?? 0;
    const opcode = (forms.opcode[form] ?? 0) | (opcodeRegister << (8 * (opcodeBytes - 1)));
    this.#append(opcodeBytes, opcode);
  }

  /**
   * VEX and the opcode; R, X, B and vvvv stand inverted, vectors have 128 bits. Two bytes have no
   * room for X, B, W and an opcode map other than 0F.
   */
  #writeVex(form: FormId, layout: number, rex: number): void {
    if (this.#mode !== 64) throw wrongOperand(form, "needs VEX, which exists in 64-bit mode only");
    const fields = forms.prefixes[form] ?? 0;
    const map = fields >> 8;
    const last = ((~this.#vexRegister & 15) << 3) | (fields & 3);
    this.#vexRegister = 0;
    const wide = (layout & Layout.rexW) !== 0 ? 0x80 : 0;
    if (map === 1 && wide === 0 && (rex & 3) === 0) {
      this.#byte(0xc5);
      this.#byte(((~rex & 4) << 5) | last);
    } else {
      this.#byte(0xc4);
      this.#byte(((~rex & 7) << 5) | map);
      this.#byte(wide | last);
    }
    this.#byte(forms.opcode[form] ?? 0);
  }

  #writeMemory(
    form: FormId,
    layout: number,
    register: number,
    base: number,
    index: number,
    scaleShift: number,
    displacement: number,
    wideDisplacement: boolean,
  ): void {
    if (base < 0 && index >= 0 && scaleShift === 0) {
      // As a base it needs neither SIB nor a wide displacement.
      this.#writeMemory(form, layout, register, index, -1, 0, displacement, wideDisplacement);
      return;
    }
    if ((layout & Layout.rmMemory) === 0) throw wrongOperand(form, "takes no memory operand");
    this.#checkAddress(form, base, index, scaleShift, displacement);
    const regField = this.#regField(form, layout, register);
    const indexBit = index >= 0 ? (index & 8) >> 2 : 0;
    const baseBit = base >= 0 ? (base & 8) >> 3 : 0;
    let rex = ((regField & 8) >> 1) | indexBit | baseBit;
    if (needsRex(layout, Layout.regByte, regField)) rex |= 0x40;
    this.#writeOpcode(form, layout, rex, 0);
    const reg = (regField & 7) << 3;
    if (base < 0) {
      this.#writeBaseless(reg, index, scaleShift, displacement);
      return;
    }
    // With rbp and r13 as base, mod 0 means something else: they always have a displacement.
    let mod = displacement === 0 && (base & 7) !== 5 ? 0 : 1;
    if (wideDisplacement || (displacement << 24) >> 24 !== displacement) mod = 2;
    if (index >= 0 || (base & 7) === stackPointer) {
      const indexField = index >= 0 ? index & 7 : stackPointer;
      this.#byte((mod << 6) | reg | 4);
      this.#byte((scaleShift << 6) | (indexField << 3) | (base & 7));
    } else {
      this.#byte((mod << 6) | reg | (base & 7));
    }
    if (mod === 1) this.#byte(displacement);
    else if (mod === 2) this.#append(4, displacement);
  }

  /** Writes ModRM, SIB and displacement of [index << scaleShift + displacement]. */
  #writeBaseless(reg: number, index: number, scaleShift: number, displacement: number): void {
    if (index < 0 && this.#mode === 32) {
      this.#byte(reg | 5);
    } else {
      this.#byte(reg | 4);
      this.#byte((scaleShift << 6) | ((index >= 0 ? index & 7 : stackPointer) << 3) | 5);
    }
    this.#append(4, displacement);
  }

  #checkAddress(
    form: FormId,
    base: number,
    index: number,
    scaleShift: number,
    displacement: number,
  ): void {
    if (base < -1 || base > 15 || index < -1 || index > 15 || index === stackPointer) {
      throw wrongOperand(form, `cannot address memory by ${base} and ${index}`);
    }
    if (scaleShift >>> 2 !== 0 || (index < 0 && scaleShift !== 0)) {
      throw wrongOperand(form, `cannot scale by 1 << ${scaleShift}`);
    }
    const fits = (displacement | 0) === displacement || this.#mode === 32;
    if (!fits) throw wrongOperand(form, `has a displacement of 32 bits, not ${displacement}`);
  }

  #writeRelative(form: FormId, layout: number, register: number): void {
    if ((layout & Layout.rmMemory) === 0) throw wrongOperand(form, "takes no memory operand");
    if (this.#mode !== 64) throw wrongOperand(form, "has no rip in 32-bit mode");
    const regField = this.#regField(form, layout, register);
    let rex = (regField & 8) >> 1;
    if (needsRex(layout, Layout.regByte, regField)) rex |= 0x40;
    this.#writeOpcode(form, layout, rex, 0);
    this.#byte(((regField & 7) << 3) | 5);
    this.#append(4, 0);
  }

  #writeBranch(form: FormId): void {
    const layout = this.#begin(form);
    if ((layout & Layout.relative) === 0) throw wrongOperand(form, "is no relative branch");
    this.#writeOpcode(form, layout, 0, 0);
    this.#append(forms.immediateBytes[form] ?? 0, 0);
  }

  #writeImmediate(form: FormId, layout: number, low: number, high: number): void {
    const size = forms.immediateBytes[form] ?? 0;
    if (size === 0) {
      if (low !== 0 || high !== 0) throw wrongOperand(form, "has no immediate");
      return;
    }
    if ((layout & Layout.relative) !== 0) throw wrongOperand(form, "is a branch: use jump()");
    if (!immediateFits(size, (layout & Layout.immediateSigned) !== 0, low, high)) {
      throw wrongOperand(form, `does not take the immediate ${low} (${high})`);
    }
    this.#append(Math.min(size, 4), low);
    if (size > 4) this.#append(size - 4, high);
  }
}

/** Whether a byte register is one of spl, bpl, sil and dil, which only REX can name. */
function needsRex(layout: number, byteBit: number, register: number): boolean {
  return (layout & byteBit) !== 0 && register >= 4 && register < 8;
}

function immediateFits(size: number, signed: boolean, low: number, high: number): boolean {
  const limit = size === 1 ? 0x80 : size === 2 ? 0x8000 : 0x8000_0000;
  if (!Number.isInteger(low) || low < -limit || low >= (signed ? limit : 2 * limit)) return false;
  if (size <= 4) return high === 0;
  const highLimit = size === 6 ? 0x1_0000 : 0x1_0000_0000;
  return Number.isInteger(high) && high >= -0x8000_0000 && high < highLimit;
}

/** What AVX's form reads besides the operands of one of SSE: a target that is changed, or an idle one. */
function keptRegister(form: FormId, first: number, second: number): number {
  if (operandRole(form, 0) === Role.readWrite) return first;
  return second >>> 4 === xmmFile ? second : idleRegister;
}

function wrongOperand(form: FormId, problem: string): EncodingError {
  return new EncodingError(`${formNames[form] ?? form} ${problem}.`);
}
