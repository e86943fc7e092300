import { catchMark } from "../../../contracts/exceptions.ts";
import {
  integerResults,
  keptResultWord,
  registerResults,
  stackPointer,
} from "../calling-convention.ts";
import { Form } from "../encoding.ts";
import { symbolOf } from "../instruction-shape.ts";
import { Pseudo, StoredKind, storedKind } from "../pseudo-instructions.ts";
import { Register } from "../registers.ts";
import type { Emitter } from "./emitter.ts";

const wordBytes = 8;

/** A call, the mark by which the unwinder finds the block `landing`, and the stores of the results. */
export function emitCatchingCall(emitter: Emitter, instruction: number, landing: number): void {
  const { assembler, code } = emitter;
  if (code.opcode[instruction] === Pseudo.callPointerCatching) {
    assembler.emit(Form.call_rm64, emitter.location(instruction, 0));
  } else {
    assembler.jumpToSymbol(Form.call_rel32, symbolOf(code.extra[instruction] as number));
  }
  const returned = assembler.newLabel();
  assembler.bind(returned);
  assembler.writeBytes(catchMark);
  assembler.writeLabelDistance(returned, emitter.labelOf(landing));
  const bits = code.immediateLow[instruction] as number;
  const firstWord = code.displacement[instruction] as number;
  for (let position = 0; position < registerResults; position++) {
    const kind = storedKind(bits, position);
    if (kind !== 0) storeResult(emitter, kind, position, firstWord);
  }
}

function storeResult({ assembler }: Emitter, kind: number, position: number, first: number): void {
  const offset = wordBytes * (first + keptResultWord(position, 0));
  if (kind === StoredKind.integer) {
    const register = integerResults[position] ?? 0;
    assembler.emitMemory(Form.mov_rm64_r64, register, stackPointer, -1, 0, offset);
    return;
  }
  const form = kind === StoredKind.vector ? Form.movups_xm128_x : Form.movsd_m64_x;
  assembler.emitMemory(form, Register.xmm0 + position, stackPointer, -1, 0, offset);
}
