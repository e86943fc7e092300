/** Code with which an instance ends that cannot start, where Linux's system calls are at hand. */
import type { Assembler } from "../compiler/machine-x64/assembler.ts";
import { Form } from "../compiler/machine-x64/encoding.ts";
import { Register } from "../compiler/machine-x64/registers.ts";

const { rax, rdx, rsi, rdi } = Register;
const call = { write: 1, exitGroup: 231 } as const;
const startFailure = 125;

/** Writes a line to a descriptor that says why there is no instance, and exits with status 125. */
export function assembleStartFailure(
  assembler: Assembler,
  descriptor: number,
  reason: string,
): void {
  const text = assembler.newLabel();
  const message = new TextEncoder().encode(`tsuki: ${reason}\n`);
  assembler.emitImmediate(Form.mov_r32_imm32, rax, call.write);
  assembler.emitImmediate(Form.mov_r32_imm32, rdi, descriptor);
  assembler.emitRelativeLabel(Form.lea_r64_m, rsi, text);
  assembler.emitImmediate(Form.mov_r32_imm32, rdx, message.length);
  assembler.emit(Form.syscall);
  assembler.emitImmediate(Form.mov_r32_imm32, rax, call.exitGroup);
  assembler.emitImmediate(Form.mov_r32_imm32, rdi, startFailure);
  assembler.emit(Form.syscall);
  assembler.bind(text);
  assembler.writeBytes(message);
}
