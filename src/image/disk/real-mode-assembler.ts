import { Assembler, type Label } from "../../compiler/machine-x64/assembler.ts";
import type { FormId } from "../../compiler/machine-x64/encoding.ts";

/** Operand size and address size: 32 bits each, where 16 would be meant. */
const realModePrefixes = [0x66, 0x67] as const;

/**
 * Encodes 32-bit instructions for real mode, each behind the prefixes that give it its meaning there.
 * Effective addresses are linear while the segment registers hold 0.
 */
export class RealModeAssembler extends Assembler {
  #prefixes: readonly number[] = realModePrefixes;

  constructor(capacityBytes?: number) {
    super(32, capacityBytes);
  }

  override emit(form: FormId, first = 0, second = 0, immediate = 0): void {
    this.writeBytes(this.#prefixes);
    super.emit(form, first, second, immediate);
  }

  override emitImmediate(form: FormId, register: number, low: number, high = 0): void {
    this.writeBytes(this.#prefixes);
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
    this.writeBytes(this.#prefixes);
    super.emitMemory(form, register, base, index, scaleShift, displacement, immediate);
  }

  override jump(form: FormId, label: Label): void {
    this.writeBytes(this.#prefixes);
    super.jump(form, label);
  }

  /** `int vector`: a service of the firmware. */
  interrupt(vector: number): void {
    this.writeBytes([0xcd, vector]);
  }

  /** Encodes what follows for 32-bit protected mode. */
  leaveRealMode(): void {
    this.#prefixes = [];
  }
}
