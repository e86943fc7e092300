import type { Value } from "../../ssa/function.ts";
import { vectorNames } from "../../ssa/vector-operations.ts";
import { Form } from "../encoding.ts";
import { SelectionError } from "./selection-error.ts";
import type { Selector } from "./selector.ts";
import { type ShiftByImmediate, VectorCode } from "./vector-code.ts";
import { everyByte, everyWord } from "./vector-constants.ts";

/** A number of bits to shift by: known, or in the low half of a vector register. */
type Count = { readonly known: number } | { readonly register: number };

/** vectorShift: counts are taken modulo the lanes' width. */
export function selectVectorShift(selector: Selector, value: Value): void {
  const { fn } = selector;
  const [shape = "", kind = ""] = (vectorNames[fn.aux[value] as number] ?? "").split(".");
  const operand = selector.registerOf(fn.a[value] as Value);
  const target = selector.resultRegister(value);
  const width = laneWidths[shape] ?? 0;
  const shifts = new Shifts(selector, target);
  const count = countOf(selector, fn.b[value] as Value, width);
  const direct = directShifts[`${shape}.${kind}`];
  if (direct !== undefined) shifts.direct(direct, operand, count);
  else if (shape === "i64x2") shifts.signed64(operand, count);
  else if (kind === "shr_s") shifts.signedBytes(operand, count);
  else if (kind === "shl") shifts.bytes("psllw", operand, count);
  else if (kind === "shr_u") shifts.bytes("psrlw", operand, count);
  else throw new SelectionError(`no instructions for ${shape}.${kind}`, fn.name);
}

/** Bits of the lanes of each shape. */
export const laneWidths: Readonly<Record<string, number>> = {
  i8x16: 8,
  i16x8: 16,
  i32x4: 32,
  i64x2: 64,
};

/** The shifts that are one instruction, by their names behind the prefix. */
export const directShifts: Readonly<Record<string, ShiftByImmediate>> = {
  "i16x8.shl": "psllw",
  "i32x4.shl": "pslld",
  "i64x2.shl": "psllq",
  "i16x8.shr_u": "psrlw",
  "i32x4.shr_u": "psrld",
  "i64x2.shr_u": "psrlq",
  "i16x8.shr_s": "psraw",
  "i32x4.shr_s": "psrad",
};

function countOf(selector: Selector, operand: Value, width: number): Count {
  const known = selector.smallConstant(operand);
  if (known !== undefined) return { known: known & (width - 1) };
  const { draft } = selector;
  const masked = selector.temporary();
  draft.registers(Form.mov_r64_rm64, masked, selector.registerOf(operand));
  draft.registers(Form.and_rm32_imm8, masked, -1, width - 1);
  const register = new VectorCode(selector).fresh();
  draft.registers(Form.movd_x_rm32, register, masked);
  return { register };
}

/** The shifts of one instruction's operand into its target. */
class Shifts {
  private readonly code: VectorCode;

  constructor(
    selector: Selector,
    private readonly target: number,
  ) {
    this.code = new VectorCode(selector);
  }

  direct(name: ShiftByImmediate, operand: number, count: Count): void {
    this.code.copy(operand, this.target);
    this.shift(name, this.target, count);
  }

  /** Shifted as 16-bit lanes, without the bits that come from the neighbour. */
  bytes(name: "psllw" | "psrlw", operand: number, count: Count): void {
    const { code, target } = this;
    this.direct(name, operand, count);
    if ("known" in count) {
      const kept = name === "psllw" ? 0xff << count.known : 0xff >> count.known;
      code.applyConstant("pand", target, everyByte(kept));
      return;
    }
    // The low byte of each lane is what a byte keeps: a lane of ones, shifted alike.
    const mask = code.constant(everyByte(0xff));
    if (name === "psrlw") code.shift("psrlw", mask, 8);
    this.shift(name, mask, count);
    code.apply("pshufb", mask, code.zero());
    code.apply("pand", target, mask);
  }

  /** As the upper halves of 16-bit lanes, which then become bytes again. */
  signedBytes(operand: number, count: Count): void {
    const { code, target } = this;
    const high = code.copy(operand);
    code.apply("punpckhbw", high, operand);
    code.copy(operand, target);
    code.apply("punpcklbw", target, operand);
    for (const half of [target, high]) {
      if ("known" in count) code.shift("psraw", half, count.known + 8);
      else {
        code.shift("psraw", half, 8);
        this.shift("psraw", half, count);
      }
    }
    code.apply("packsswb", target, high);
  }

  /** There is no such shift: where the sign bit then stands it is spread over what is above it. */
  signed64(operand: number, count: Count): void {
    const { code, target } = this;
    const sign = code.constant(everyWord(0x8000_0000_0000_0000n));
    this.shift("psrlq", sign, count);
    this.direct("psrlq", operand, count);
    code.apply("pxor", target, sign);
    code.apply("psubq", target, sign);
  }

  private shift(name: ShiftByImmediate, target: number, count: Count): void {
    if ("known" in count) this.code.shift(name, target, count.known);
    else this.code.apply(name, target, count.register);
  }
}
