import { integerScratch } from "../calling-convention.ts";
import { Form, type FormId } from "../encoding.ts";
import { AtomicUpdate } from "../pseudo-instructions.ts";
import { Register } from "../registers.ts";
import type { Emitter } from "./emitter.ts";

const loads: readonly FormId[] = [
  Form.movzx_r32_rm8,
  Form.movzx_r32_rm16,
  Form.mov_r32_rm32,
  Form.mov_r64_rm64,
];
const exchanges: readonly FormId[] = [
  Form.lock_cmpxchg_m8_r8,
  Form.lock_cmpxchg_m16_r16,
  Form.lock_cmpxchg_m32_r32,
  Form.lock_cmpxchg_m64_r64,
];
const operations = new Map<number, FormId>([
  [AtomicUpdate.and, Form.and_r64_rm64],
  [AtomicUpdate.or, Form.or_r64_rm64],
  [AtomicUpdate.xor, Form.xor_r64_rm64],
]);

/** Loads, updates and tries to exchange until nothing came between; the value before is left in rax. */
export function emitAtomicUpdate(emitter: Emitter, instruction: number, update: number): void {
  const { assembler, code } = emitter;
  const { rax } = Register;
  const size = code.immediateHigh[instruction] as number;
  const operand = emitter.location(instruction, 1);
  const place = emitter.location(instruction, 2);
  const again = assembler.newLabel();
  assembler.emitMemory(loads[size] as FormId, rax, place, -1, 0, 0);
  assembler.bind(again);
  assembler.emit(Form.mov_r64_rm64, integerScratch, rax);
  assembler.emit(operations.get(update) as FormId, integerScratch, operand);
  assembler.emitMemory(exchanges[size] as FormId, integerScratch, place, -1, 0, 0);
  assembler.jump(Form.jne_rel8, again);
}
