import { Assembler, type Label } from "./assembler.ts";
import { type FormId, forms } from "./encoding.ts";
import { type InstructionOperands, instructionText } from "./instruction-text.ts";

/** One instruction, or bytes that are none, as text. */
export interface ListedInstruction {
  /** From the start of the code, in bytes. */
  readonly offset: number;
  readonly text: string;
}

/** An assembler that lists what it emits, for readers, in 64-bit mode. */
export class ListingAssembler extends Assembler {
  readonly #symbolName: (symbol: number) => string;
  /** In order; what names a label is text once that is bound. */
  readonly #entries: { readonly offset: number; readonly text: () => string }[] = [];

  constructor(symbolName: (symbol: number) => string) {
    super();
    this.#symbolName = symbolName;
  }

  /** What was emitted; every label must be bound. */
  list(): ListedInstruction[] {
    return this.#entries.map(({ offset, text }) => ({ offset, text: text() }));
  }

  override emit(form: FormId, first = 0, second = 0, immediate = 0): void {
    this.#note(form, { registers: [first, second], immediate: signed(form, immediate) });
    super.emit(form, first, second, immediate);
  }

  override emitThree(
    form: FormId,
    first: number,
    second: number,
    third: number,
    immediate = 0,
  ): void {
    this.#note(form, {
      registers: [first, second, third],
      immediate: signed(form, immediate),
    });
    super.emitThree(form, first, second, third, immediate);
  }

  override emitImmediate(form: FormId, register: number, low: number, high = 0): void {
    this.#note(form, { registers: [register], immediate: signed(form, low, high) });
    super.emitImmediate(form, register, low, high);
  }

  override emitMemory(
    form: FormId,
    register: number,
    base: number,
    index: number,
    scaleShift: number,
    displacement: number,
    immediate = 0,
  ): void {
    const memory = { base, index, scaleShift, displacement };
    this.#note(form, {
      registers: [register, this.second],
      memory,
      immediate: signed(form, immediate),
    });
    super.emitMemory(form, register, base, index, scaleShift, displacement, immediate);
  }

  override emitMemorySymbol(
    form: FormId,
    register: number,
    base: number,
    index: number,
    scaleShift: number,
    symbol: number,
    addend: number,
    immediate = 0,
  ): void {
    const place = { base, index, scaleShift, displacement: addend };
    const memory = { ...place, symbol: this.#symbolName(symbol) };
    this.#note(form, {
      registers: [register, this.second],
      memory,
      immediate: signed(form, immediate),
    });
    super.emitMemorySymbol(form, register, base, index, scaleShift, symbol, addend, immediate);
  }

  override emitRelativeSymbol(
    form: FormId,
    register: number,
    symbol: number,
    addend: number,
    immediate = 0,
  ): void {
    const memory = relative(this.#symbolName(symbol), addend);
    this.#note(form, { registers: [register], memory, immediate: signed(form, immediate) });
    super.emitRelativeSymbol(form, register, symbol, addend, immediate);
  }

  override emitRelativeLabel(form: FormId, register: number, label: Label, immediate = 0): void {
    this.#noteLater(() => {
      const memory = relative(String(this.labelOffset(label)), 0);
      return instructionText(form, {
        registers: [register],
        memory,
        immediate: signed(form, immediate),
      });
    });
    super.emitRelativeLabel(form, register, label, immediate);
  }

  override emitImmediateSymbol(
    form: FormId,
    register: number,
    symbol: number,
    addend: number,
    high = 0,
  ): void {
    const offset = this.offset;
    // This notes the instruction with the zeroes that stand for the address.
    super.emitImmediateSymbol(form, register, symbol, addend, high);
    const immediateText = sum(this.#symbolName(symbol), addend);
    this.#entries.pop();
    this.#entries.push({
      offset,
      text: () => instructionText(form, { registers: [register], immediateText }),
    });
  }

  override jump(form: FormId, label: Label): void {
    this.#noteLater(() => instructionText(form, { immediate: BigInt(this.labelOffset(label)) }));
    super.jump(form, label);
  }

  override jumpToSymbol(form: FormId, symbol: number, addend = 0): void {
    this.#note(form, { immediateText: sum(this.#symbolName(symbol), addend) });
    super.jumpToSymbol(form, symbol, addend);
  }

  override writeBytes(bytes: ArrayLike<number>): void {
    const words = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0"));
    this.#noteLater(() => `bytes ${words.join(" ")}`);
    super.writeBytes(bytes);
  }

  /** What another form stands for is noted with that. */
  #note(form: FormId, operands: InstructionOperands): void {
    if (this.encodedForm(form) !== form) return;
    this.#noteLater(() => instructionText(form, operands));
  }

  #noteLater(text: () => string): void {
    this.#entries.push({ offset: this.offset, text });
  }
}

/** An immediate as a signed number of its form's size. */
function signed(form: FormId, low: number, high = 0): bigint {
  const bits = 8 * (forms.immediateBytes[form] ?? 0);
  return BigInt.asIntN(bits, (BigInt(high) << 32n) | BigInt.asUintN(32, BigInt(low)));
}

function relative(symbol: string, displacement: number) {
  return { base: -1, index: -1, scaleShift: 0, displacement, symbol: `rel ${symbol}` };
}

function sum(symbol: string, addend: number): string {
  if (addend === 0) return symbol;
  return `${symbol}${addend < 0 ? "" : "+"}${addend}`;
}
