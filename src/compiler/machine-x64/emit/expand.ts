import { integerScratch } from "../calling-convention.ts";
import { Condition, conditionForm, invertCondition } from "../conditions.ts";
import { Form, type FormId } from "../encoding.ts";
import { Pseudo } from "../pseudo-instructions.ts";
import { emitAtomicUpdate } from "./atomic-update.ts";
import type { Emitter } from "./emitter.ts";
import {
  writeDivision,
  writeMinimumMaximum,
  writeTruncation,
  writeUnsignedConversion,
} from "./sequences.ts";

type Expansion = (emitter: Emitter, instruction: number, immediate: number) => void;

/** An expansion of an instruction with two operands. */
function ofTwo(
  write: (emitter: Emitter, first: number, second: number, immediate: number) => void,
): Expansion {
  return (emitter, instruction, immediate) =>
    write(emitter, emitter.location(instruction, 0), emitter.location(instruction, 1), immediate);
}

function minimumMaximum(isMinimum: boolean): Expansion {
  return ofTwo((emitter, target, other, wide) =>
    writeMinimumMaximum(emitter, target, other, { isMinimum, isWide: wide !== 0 }),
  );
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
  [
    Pseudo.divide,
    (emitter, instruction, bits) => writeDivision(emitter, emitter.location(instruction, 0), bits),
  ],
  [Pseudo.floatMinimum, minimumMaximum(true)],
  [Pseudo.floatMaximum, minimumMaximum(false)],
  [Pseudo.floatSelect, floatSelect],
  [Pseudo.truncate, ofTwo(writeTruncation)],
  [
    Pseudo.convertUnsigned64,
    ofTwo((emitter, target, source, wide) =>
      writeUnsignedConversion(emitter, target, source, wide !== 0),
    ),
  ],
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
