import { trapKinds } from "../../../contracts/traps.ts";
import { floatScratch, integerScratch } from "../calling-convention.ts";
import { Condition, conditionForm, invertCondition } from "../conditions.ts";
import { Form, type FormId } from "../encoding.ts";
import { Division, Pseudo, Truncation } from "../pseudo-instructions.ts";
import { Register } from "../registers.ts";
import { emitAtomicUpdate } from "./atomic-update.ts";
import type { Emitter } from "./emitter.ts";

type Expansion = (emitter: Emitter, instruction: number, immediate: number) => void;

/** Divide and remainder (dividend in rax, divisor anywhere but rax and rdx). */
const divide: Expansion = (emitter, instruction, bits) => {
  const { assembler } = emitter;
  const { rax, rdx } = Register;
  const divisor = emitter.location(instruction, 0);
  const wide = (bits & Division.wide) !== 0;
  const signed = (bits & Division.signed) !== 0;
  if ((bits & Division.mayBeZero) !== 0) {
    assembler.emit(wide ? Form.test_rm64_r64 : Form.test_rm32_r32, divisor, divisor);
    emitter.jump(Form.je_rel32, emitter.trapStub(trapKinds.divideByZero.id));
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
  const minusOne = emitter.cold(() => {
    if ((bits & Division.remainder) !== 0) assembler.emit(Form.xor_r32_rm32, rdx, rdx);
    else {
      assembler.emit(wide ? Form.neg_rm64 : Form.neg_rm32, rax);
      emitter.jump(Form.jo_rel32, emitter.trapStub(trapKinds.integerOverflow.id));
    }
    emitter.jump(Form.jmp_rel32, done);
  });
  assembler.emitImmediate(wide ? Form.cmp_rm64_imm8 : Form.cmp_rm32_imm8, divisor, -1);
  emitter.jump(Form.je_rel32, minusOne);
  divideNow();
  assembler.bind(done);
};

/** WebAssembly's min and max: NaN if either is, and -0 below +0. */
function minimumMaximum(minimum: boolean): Expansion {
  return (emitter, instruction, wide) => {
    const { assembler } = emitter;
    const target = emitter.location(instruction, 0);
    const other = emitter.location(instruction, 1);
    const done = assembler.newLabel();
    const pick = (single: number, double: number) => (wide ? double : single);
    const unordered = emitter.cold(() => {
      assembler.emit(pick(Form.addss_x_xm32, Form.addsd_x_xm64), target, other);
      emitter.jump(Form.jmp_rel32, done);
    });
    const equal = emitter.cold(() => {
      // Equal numbers differ at most in the sign of zero.
      assembler.emit(minimum ? Form.orps_x_xm128 : Form.andps_x_xm128, target, other);
      emitter.jump(Form.jmp_rel32, done);
    });
    assembler.emit(pick(Form.ucomiss_x_xm32, Form.ucomisd_x_xm64), target, other);
    emitter.jump(Form.jp_rel32, unordered);
    emitter.jump(Form.je_rel32, equal);
    if (minimum) assembler.emit(pick(Form.minss_x_xm32, Form.minsd_x_xm64), target, other);
    else assembler.emit(pick(Form.maxss_x_xm32, Form.maxsd_x_xm64), target, other);
    assembler.bind(done);
  };
}

const floatSelect: Expansion = (emitter, instruction, keepCondition) => {
  const { assembler } = emitter;
  const keep = assembler.newLabel();
  const condition = keepCondition as (typeof Condition)["e"];
  emitter.jump(conditionForm(Form.jo_rel32, condition), keep);
  const target = emitter.location(instruction, 0);
  assembler.emit(Form.movaps_x_xm128, target, emitter.location(instruction, 1));
  assembler.bind(keep);
};

/** The name of the routine that decides what the quick conversion could not. */
export function truncationSymbol(bits: number): string {
  const width = (bits & Truncation.wide) !== 0 ? "i64" : "i32";
  const sign = (bits & Truncation.signed) !== 0 ? "signed" : "unsigned";
  const way = (bits & Truncation.saturating) !== 0 ? "saturate" : "truncate";
  return `runtime.${way}.${width}.${sign}`;
}

/**
 * Float to integer: cvttsd2si does it for most values; the others go to a routine that takes the
 * float as f64 in the float scratch register and returns in the integer scratch register.
 */
const truncate: Expansion = (emitter, instruction, bits) => {
  const { assembler } = emitter;
  const target = emitter.location(instruction, 0);
  const source = emitter.location(instruction, 1);
  const fromDouble = (bits & Truncation.fromDouble) !== 0;
  const done = assembler.newLabel();
  const slow = emitter.cold(() => {
    if (fromDouble) assembler.emit(Form.movaps_x_xm128, floatScratch, source);
    else assembler.emit(Form.cvtss2sd_x_xm32, floatScratch, source);
    const routine = emitter.environment.symbol(truncationSymbol(bits));
    assembler.jumpToSymbol(Form.call_rel32, routine);
    assembler.emit(Form.mov_r64_rm64, target, integerScratch);
    emitter.jump(Form.jmp_rel32, done);
  });
  assembler.emit(fromDouble ? Form.cvttsd2si_r64_xm64 : Form.cvttss2si_r64_xm32, target, source);
  if ((bits & Truncation.wide) === 0) {
    // The 64-bit result must be the 32-bit one extended by its sign, or by zeroes.
    const signed = (bits & Truncation.signed) !== 0;
    assembler.emit(signed ? Form.movsxd_r64_rm32 : Form.mov_r32_rm32, integerScratch, target);
    assembler.emit(Form.cmp_r64_rm64, integerScratch, target);
    emitter.jump(Form.jne_rel32, slow);
    if (signed) assembler.emit(Form.mov_r32_rm32, target, target);
  } else if ((bits & Truncation.signed) !== 0) {
    // Only the most negative integer overflows here: it also stands for "did not fit".
    assembler.emitImmediate(Form.cmp_rm64_imm8, target, 1);
    emitter.jump(Form.jo_rel32, slow);
  } else {
    assembler.emit(Form.test_rm64_r64, target, target);
    emitter.jump(Form.js_rel32, slow);
  }
  assembler.bind(done);
};

/** Unsigned 64-bit integer to float: the upper half of the range is halved, rounding to odd. */
const convertUnsigned64: Expansion = (emitter, instruction, wide) => {
  const { assembler } = emitter;
  const target = emitter.location(instruction, 0);
  const source = emitter.location(instruction, 1);
  const convert = wide ? Form.cvtsi2sd_x_rm64 : Form.cvtsi2ss_x_rm64;
  const done = assembler.newLabel();
  const large = emitter.cold(() => {
    const odd = assembler.newLabel();
    assembler.emit(Form.mov_r64_rm64, integerScratch, source);
    assembler.emitImmediate(Form.shr_rm64_imm8, integerScratch, 1);
    assembler.emitImmediate(Form.test_rm32_imm32, source, 1);
    assembler.jump(Form.je_rel8, odd);
    assembler.emitImmediate(Form.or_rm64_imm8, integerScratch, 1);
    assembler.bind(odd);
    assembler.emit(convert, target, integerScratch);
    assembler.emit(wide ? Form.addsd_x_xm64 : Form.addss_x_xm32, target, target);
    emitter.jump(Form.jmp_rel32, done);
  });
  assembler.emit(Form.test_rm64_r64, source, source);
  emitter.jump(Form.js_rel32, large);
  assembler.emit(convert, target, source);
  assembler.bind(done);
};

/** An instruction whose result is the same for all equal operands. */
function fillVector(form: FormId): Expansion {
  return (emitter, instruction) => {
    const target = emitter.location(instruction, 0);
    emitter.assembler.emit(form, target, target);
  };
}

/** rdrand may fail for a moment (Intel SDM volume 1, 7.3.17.1): ten tries, then 0. */
const random: Expansion = (emitter, instruction) => {
  const { assembler } = emitter;
  const target = emitter.location(instruction, 0);
  const again = assembler.newLabel();
  const done = assembler.newLabel();
  assembler.emitImmediate(Form.mov_r32_imm32, integerScratch, 10);
  assembler.bind(again);
  assembler.emit(Form.rdrand_r64, target);
  assembler.jump(Form.jb_rel8, done);
  assembler.emit(Form.dec_rm32, integerScratch);
  assembler.jump(Form.jne_rel8, again);
  assembler.emit(Form.xor_r32_rm32, target, target);
  assembler.bind(done);
};

const trapIf: Expansion = (emitter, instruction, condition) => {
  const kind = emitter.code.immediateHigh[instruction] as number;
  const form = conditionForm(Form.jo_rel32, condition as (typeof Condition)["e"]);
  emitter.jump(form, emitter.trapStub(kind));
};

const controlRegister3 = 3;

/** What each pseudo instruction that does not end a block expands to. */
export const expansions: ReadonlyMap<number, Expansion> = new Map([
  [Pseudo.entry, () => undefined],
  [Pseudo.divide, divide],
  [Pseudo.floatMinimum, minimumMaximum(true)],
  [Pseudo.floatMaximum, minimumMaximum(false)],
  [Pseudo.floatSelect, floatSelect],
  [Pseudo.truncate, truncate],
  [Pseudo.convertUnsigned64, convertUnsigned64],
  [Pseudo.vectorZero, fillVector(Form.xorps_x_xm128)],
  [Pseudo.vectorOnes, fillVector(Form.pcmpeqd_x_xm128)],
  [Pseudo.atomicUpdate, emitAtomicUpdate],
  [Pseudo.random, random],
  [Pseudo.trapIf, trapIf],
  [Pseudo.trap, (emitter, _instruction, kind) => emitter.trap(kind)],
  [
    Pseudo.loadPageTables,
    (emitter, instruction) =>
      emitter.assembler.emit(Form.mov_cr_r64, controlRegister3, emitter.location(instruction, 0)),
  ],
]);

/** The condition under which a branch does not go. */
export function inverse(condition: number): number {
  return invertCondition(condition as (typeof Condition)["e"]);
}
