import { type Assembler, noRegister } from "../../compiler/machine-x64/assembler.ts";
import { Form } from "../../compiler/machine-x64/encoding.ts";
import { Register } from "../../compiler/machine-x64/registers.ts";
import type { LoadedSegment } from "../elf/reader.ts";

const { rax, rcx, rsi, rdi } = Register;

/**
 * Code of 32 or 64 bits that loads a file whose bytes lie where register `file` points: each segment
 * to its address, which must not be above 4 GiB, with zeroes behind its contents. It changes rax,
 * rcx, rsi and rdi, and expects DF to be clear.
 */
export function copySegments(
  assembler: Assembler,
  mode: 32 | 64,
  segments: readonly LoadedSegment[],
  file: number,
): void {
  const loadAddress = mode === 32 ? Form.lea_r32_m : Form.lea_r64_m;
  assembler.emit(Form.xor_r32_rm32, rax, rax);
  for (const { address, bytes, memorySize, fileOffset } of segments) {
    assembler.emitImmediate(Form.mov_r32_imm32, rdi, address);
    if (bytes.length > 0) {
      assembler.emitMemory(loadAddress, rsi, file, noRegister, 0, fileOffset);
      assembler.emitImmediate(Form.mov_r32_imm32, rcx, bytes.length);
      assembler.emit(Form.rep_movsb);
    }
    if (memorySize > bytes.length) {
      assembler.emitImmediate(Form.mov_r32_imm32, rcx, memorySize - bytes.length);
      assembler.emit(Form.rep_stosb);
    }
  }
}
