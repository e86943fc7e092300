import { RegisterClass } from "../../machine/machine-function.ts";
import { Form, type FormId, type FormName } from "../encoding.ts";
import type { Selector } from "./selector.ts";
import { everyByte, loadVector, type VectorBits, vectorAddress } from "./vector-constants.ts";

type Mnemonic<Name> = Name extends `${infer Word}_x_xm128` ? Word : never;
type MnemonicWithImmediate<Name> = Name extends `${infer Word}_x_xm128_imm8` ? Word : never;

/** A packed instruction that takes a register and a register or memory. */
export type Packed = Mnemonic<FormName>;

/** The same with an immediate. */
export type PackedWithImmediate = MnemonicWithImmediate<FormName>;

/** The form of a packed instruction. */
export function packedForm(name: Packed | PackedWithImmediate): FormId {
  const forms: Readonly<Record<string, FormId>> = Form;
  return forms[`${name}_x_xm128`] ?? (forms[`${name}_x_xm128_imm8`] as FormId);
}

/** Writes sequences of packed instructions; vectors are named by their virtual registers. */
export class VectorCode {
  constructor(readonly selector: Selector) {}

  /** A fresh register. */
  fresh(): number {
    return this.selector.draft.code.createRegister(RegisterClass.float);
  }

  /** A copy that may be changed, in a fresh register unless told. */
  copy(source: number, target = this.fresh()): number {
    this.selector.draft.registers(Form.movaps_x_xm128, target, source);
    return target;
  }

  /** A constant in a fresh register. */
  constant(bits: VectorBits): number {
    const register = this.fresh();
    loadVector(this.selector, register, bits);
    return register;
  }

  /** No bits. */
  zero(): number {
    return this.constant({ low: 0n, high: 0n });
  }

  /** Changes `target` (or, for instructions of one operand, defines it) by `source`. */
  apply(name: Packed | PackedWithImmediate, target: number, source: number, immediate = 0): void {
    this.selector.draft.registers(packedForm(name), target, source, immediate);
  }

  /** Changes `target` by a constant in memory. */
  applyConstant(
    name: Packed | PackedWithImmediate,
    target: number,
    bits: VectorBits,
    immediate = 0,
  ) {
    const address = vectorAddress(this.selector, bits);
    this.selector.draft.memory(packedForm(name), target, address, immediate);
  }

  /** What an instruction of one operand makes of `source`, in a fresh register. */
  made(name: Packed | PackedWithImmediate, source: number, immediate = 0): number {
    const register = this.fresh();
    this.apply(name, register, source, immediate);
    return register;
  }

  /** Makes the lower half of `source`, its lanes twice as wide, into `target`. */
  extend(name: Widening, target: number, source: number): void {
    this.selector.draft.registers(Form[`${name}_x_xm64`], target, source);
  }

  /** Shifts the lanes of `target` by a constant. */
  shift(name: ShiftByImmediate, target: number, count: number): void {
    this.selector.draft.registers(Form[`${name}_x_imm8`], target, -1, count);
  }

  /** Inverts all bits. */
  invert(target: number): void {
    this.apply("pxor", target, this.constant(everyByte(0xff)));
  }
}

/** Writes what an operation does with one or two vectors in registers, which stay as they are. */
export type Recipe = (code: VectorCode, target: number, a: number, b: number) => void;

/** Makes lanes wider, with their sign or with zeroes. */
export type Widening = "pmovsxbw" | "pmovsxwd" | "pmovsxdq" | "pmovzxbw" | "pmovzxwd" | "pmovzxdq";

/** A shift of lanes by an immediate. */
export type ShiftByImmediate =
  | "psllw"
  | "pslld"
  | "psllq"
  | "psrlw"
  | "psrld"
  | "psrlq"
  | "psraw"
  | "psrad";
