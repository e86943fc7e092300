/** Code that refuses a processor below the level that an image is built for. */
import type { Assembler } from "../compiler/machine-x64/assembler.ts";
import { Form } from "../compiler/machine-x64/encoding.ts";
import { Register } from "../compiler/machine-x64/registers.ts";
import type { CpuLevel } from "../contracts/build.ts";

const { rax, rbx, rcx } = Register;

/** Bits of what CPUID tells that must be set (Intel SDM volume 2, CPUID). */
interface NeededFeatures {
  readonly leaf: number;
  readonly register: number;
  readonly bits: number;
}

/** SSE3, SSSE3, CMPXCHG16B, SSE4.1, SSE4.2, POPCNT. */
const level2Bits = bitsOf([0, 9, 13, 19, 20, 23]);

const level3Features: readonly NeededFeatures[] = [
  // FMA, MOVBE, AVX, F16C; no processor has them without leaf 7.
  { leaf: 1, register: rcx, bits: level2Bits | bitsOf([12, 22, 28, 29]) },
  // BMI1, AVX2, BMI2.
  { leaf: 7, register: rbx, bits: bitsOf([3, 5, 8]) },
  // LAHF, LZCNT.
  { leaf: 0x8000_0001, register: rcx, bits: bitsOf([0, 5]) },
];

const neededFeatures: Readonly<Record<CpuLevel, readonly NeededFeatures[]>> = {
  v2: [{ leaf: 1, register: rcx, bits: level2Bits }],
  v3: level3Features,
  // AVX512F, -DQ, -CD, -BW and -VL.
  v4: [...level3Features, { leaf: 7, register: rbx, bits: bitsOf([16, 17, 28, 30, 31]) }],
};

/** What a user is told whose processor is refused. */
export const processorRefusals: Readonly<Record<CpuLevel, string>> = {
  v2: "this processor lacks SSE4.2, POPCNT or another part of x86-64-v2, which every image needs",
  v3: "this processor lacks a part of x86-64-v3, for which the image is built (--cpu v3)",
  v4: "this processor lacks a part of x86-64-v4, for which the image is built (--cpu v4)",
};

/**
 * Calls `refuse` behind each comparison that tells a processor below a level: it appends a jump on
 * "not equal". In 32- and 64-bit mode; changes rax, rbx, rcx and rdx.
 */
export function checkProcessor(assembler: Assembler, level: CpuLevel, refuse: () => void): void {
  for (const { bits, leaf, register } of neededFeatures[level]) {
    assembler.emitImmediate(Form.mov_r32_imm32, rax, leaf);
    assembler.emit(Form.xor_r32_rm32, rcx, rcx);
    assembler.emit(Form.cpuid);
    assembler.emit(Form.not_rm32, register);
    assembler.emitImmediate(Form.test_rm32_imm32, register, bits);
    refuse();
  }
}

function bitsOf(numbers: readonly number[]): number {
  return numbers.reduce((bits, number) => bits | (1 << number), 0);
}
