import { trapKinds } from "../../../contracts/traps.ts";
import { floatScratch, integerScratch } from "../calling-convention.ts";
import { Form } from "../encoding.ts";
import { Division, Truncation } from "../pseudo-instructions.ts";
import { Register } from "../registers.ts";
import type { CodeWriter } from "./code-writer.ts";

/**
 * Divide or remainder (dividend in rax, divisor anywhere but rax and rdx): the quotient is then in
 * rax, the remainder in rdx. `bits` are those of `Division`.
 */
export function writeDivision(writer: CodeWriter, divisor: number, bits: number): void {
  const { assembler } = writer;
  const { rax, rdx } = Register;
  const wide = (bits & Division.wide) !== 0;
  const signed = (bits & Division.signed) !== 0;
  if ((bits & Division.mayBeZero) !== 0) {
    assembler.emit(wide ? Form.test_rm64_r64 : Form.test_rm32_r32, divisor, divisor);
    writer.jump(Form.je_rel32, writer.trapStub(trapKinds.divideByZero.id));
  }
  const divideNow = () => {
    if (signed) assembler.emit(wide ? Form.cqo : Form.cdq);
    else assembler.emit(Form.xor_r32_rm32, rdx, rdx);
    if (signed) assembler.emit(wide ? Form.idiv_rm64 : Form.idiv_rm32, divisor);
    else assembler.emit(wide ? Form.div_rm64 : Form.div_rm32, divisor);
  };
  if ((bits & Division.mayBeMinusOne) === 0) {
    divideNow();
    return;
  }
  const done = assembler.newLabel();
  // The processor faults on the most negative dividend; by -1 a quotient is a negation.
  const minusOne = writer.cold(() => {
    if ((bits & Division.remainder) !== 0) assembler.emit(Form.xor_r32_rm32, rdx, rdx);
    else {
      assembler.emit(wide ? Form.neg_rm64 : Form.neg_rm32, rax);
      writer.jump(Form.jo_rel32, writer.trapStub(trapKinds.integerOverflow.id));
    }
    writer.jump(Form.jmp_rel32, done);
  });
  assembler.emitImmediate(wide ? Form.cmp_rm64_imm8 : Form.cmp_rm32_imm8, divisor, -1);
  writer.jump(Form.je_rel32, minusOne);
  divideNow();
  assembler.bind(done);
}

/** WebAssembly's min and max into `target`: NaN if either is, and -0 below +0. */
export function writeMinimumMaximum(
  writer: CodeWriter,
  target: number,
  other: number,
  { isMinimum, isWide }: { readonly isMinimum: boolean; readonly isWide: boolean },
): void {
  const { assembler } = writer;
  const done = assembler.newLabel();
  const pick = (single: number, double: number) => (isWide ? double : single);
  const unordered = writer.cold(() => {
    assembler.emit(pick(Form.addss_x_xm32, Form.addsd_x_xm64), target, other);
    writer.jump(Form.jmp_rel32, done);
  });
  const equal = writer.cold(() => {
    // Equal numbers differ at most in the sign of zero.
    assembler.emit(isMinimum ? Form.orps_x_xm128 : Form.andps_x_xm128, target, other);
    writer.jump(Form.jmp_rel32, done);
  });
  assembler.emit(pick(Form.ucomiss_x_xm32, Form.ucomisd_x_xm64), target, other);
  writer.jump(Form.jp_rel32, unordered);
  writer.jump(Form.je_rel32, equal);
  if (isMinimum) assembler.emit(pick(Form.minss_x_xm32, Form.minsd_x_xm64), target, other);
  else assembler.emit(pick(Form.maxss_x_xm32, Form.maxsd_x_xm64), target, other);
  assembler.bind(done);
}

/** The name of the routine that decides what the quick conversion could not. */
export function truncationSymbol(bits: number): string {
  const width = (bits & Truncation.wide) !== 0 ? "i64" : "i32";
  const sign = (bits & Truncation.signed) !== 0 ? "signed" : "unsigned";
  const way = (bits & Truncation.saturating) !== 0 ? "saturate" : "truncate";
  return `runtime.${way}.${width}.${sign}`;
}

/**
 * Float to integer: cvttsd2si does it for most values; the others go to a routine that takes the
 * float as f64 in the float scratch register and returns in the integer scratch register. `bits` are
 * those of `Truncation`.
 */
export function writeTruncation(
  writer: CodeWriter,
  target: number,
  source: number,
  bits: number,
): void {
  const { assembler } = writer;
  const fromDouble = (bits & Truncation.fromDouble) !== 0;
  const done = assembler.newLabel();
  const slow = writer.cold(() => {
    if (fromDouble) assembler.emit(Form.movaps_x_xm128, floatScratch, source);
    else assembler.emit(Form.cvtss2sd_x_xm32, floatScratch, source);
    const routine = writer.symbol(truncationSymbol(bits));
    assembler.jumpToSymbol(Form.call_rel32, routine);
    assembler.emit(Form.mov_r64_rm64, target, integerScratch);
    writer.jump(Form.jmp_rel32, done);
  });
  assembler.emit(fromDouble ? Form.cvttsd2si_r64_xm64 : Form.cvttss2si_r64_xm32, target, source);
  if ((bits & Truncation.wide) === 0) {
    // The 64-bit result must be the 32-bit one extended by its sign, or by zeroes.
    const signed = (bits & Truncation.signed) !== 0;
    assembler.emit(signed ? Form.movsxd_r64_rm32 : Form.mov_r32_rm32, integerScratch, target);
    assembler.emit(Form.cmp_r64_rm64, integerScratch, target);
    writer.jump(Form.jne_rel32, slow);
    if (signed) assembler.emit(Form.mov_r32_rm32, target, target);
  } else if ((bits & Truncation.signed) !== 0) {
    // Only the most negative integer overflows here: it also stands for "did not fit".
    assembler.emitImmediate(Form.cmp_rm64_imm8, target, 1);
    writer.jump(Form.jo_rel32, slow);
  } else {
    assembler.emit(Form.test_rm64_r64, target, target);
    writer.jump(Form.js_rel32, slow);
  }
  assembler.bind(done);
}

/** Unsigned 64-bit integer to float: the upper half of the range is halved, rounding to odd. */
export function writeUnsignedConversion(
  writer: CodeWriter,
  target: number,
  source: number,
  isWide: boolean,
): void {
  const { assembler } = writer;
  const convert = isWide ? Form.cvtsi2sd_x_rm64 : Form.cvtsi2ss_x_rm64;
  const done = assembler.newLabel();
  const large = writer.cold(() => {
    const odd = assembler.newLabel();
    assembler.emit(Form.mov_r64_rm64, integerScratch, source);
    assembler.emitImmediate(Form.shr_rm64_imm8, integerScratch, 1);
    assembler.emitImmediate(Form.test_rm32_imm32, source, 1);
    assembler.jump(Form.je_rel8, odd);
    assembler.emitImmediate(Form.or_rm64_imm8, integerScratch, 1);
    assembler.bind(odd);
    assembler.emit(convert, target, integerScratch);
    assembler.emit(isWide ? Form.addsd_x_xm64 : Form.addss_x_xm32, target, target);
    writer.jump(Form.jmp_rel32, done);
  });
  assembler.emit(Form.test_rm64_r64, source, source);
  writer.jump(Form.js_rel32, large);
  assembler.emit(convert, target, source);
  assembler.bind(done);
}
