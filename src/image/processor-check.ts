/** Code that refuses what is below the level that an image is built for: a processor, or its system. */
import type { Assembler } from "../compiler/machine-x64/assembler.ts";
import { Form } from "../compiler/machine-x64/encoding.ts";
import { Register } from "../compiler/machine-x64/registers.ts";
import type { CpuLevel } from "../contracts/build.ts";

const { rax, rbx, rcx, rdx } = Register;

/** Bits of what CPUID tells that must be set (Intel SDM volume 2, CPUID). */
interface NeededFeatures {
  readonly leaf: number;
  readonly register: number;
  readonly bits: number;
}

/** SSE3, SSSE3, CMPXCHG16B, SSE4.1, SSE4.2, POPCNT. */
const level2Bits = bitsOf([0, 9, 13, 19, 20, 23]);

const level3Features: readonly NeededFeatures[] = [
  // FMA, MOVBE, XSAVE, AVX, F16C; no processor has them without leaf 7.
  { leaf: 1, register: rcx, bits: level2Bits | bitsOf([12, 22, 26, 28, 29]) },
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

/** The system has set CR4.OSXSAVE. */
const systemSaves: NeededFeatures = { leaf: 1, register: rcx, bits: bitsOf([27]) };

/**
 * The registers that somebody must save and restore, as bits of XCR0 (Intel SDM volume 1, 13.3): those of
 * x87 and SSE and the upper halves of AVX's, with AVX-512 masks, upper halves and further registers, too.
 */
const savedStates: Readonly<Record<CpuLevel, number>> = { v2: 0, v3: 0x7, v4: 0xe7 };

/** What a user is told whose processor is refused. */
export const processorRefusals: Readonly<Record<CpuLevel, string>> = {
  v2: "this processor lacks SSE4.2, POPCNT or another part of x86-64-v2, which every image needs",
  v3: "this processor, or its system, lacks a part of x86-64-v3, for which the image is built (--cpu v3)",
  v4: "this processor, or its system, lacks a part of x86-64-v4, for which the image is built (--cpu v4)",
};

/**
 * Calls `refuse` behind each comparison that tells a processor below a level: it appends a jump on
 * "not equal". In 32- and 64-bit mode; changes rax, rbx, rcx and rdx.
 */
export function checkProcessor(assembler: Assembler, level: CpuLevel, refuse: () => void): void {
  for (const needed of neededFeatures[level]) checkFeatures(assembler, needed, refuse);
}

/**
 * The same for a processor and the system that it runs, which may not save AVX's registers (Intel SDM
 * volume 1, 14.3).
 */
export function checkHost(assembler: Assembler, level: CpuLevel, refuse: () => void): void {
  checkProcessor(assembler, level, refuse);
  const states = savedStates[level];
  if (states === 0) return;
  checkFeatures(assembler, systemSaves, refuse);
  assembler.emit(Form.xor_r32_rm32, rcx, rcx);
  assembler.emit(Form.xgetbv);
  refuseWithout(assembler, rax, states, refuse);
}

/** Is the system: in ring 0, with CR4.OSXSAVE set, allows what a level needs. Changes rax, rcx and rdx. */
export function enableStates(assembler: Assembler, level: CpuLevel): void {
  const states = savedStates[level];
  if (states === 0) return;
  assembler.emit(Form.xor_r32_rm32, rcx, rcx);
  assembler.emit(Form.xor_r32_rm32, rdx, rdx);
  assembler.emitImmediate(Form.mov_r32_imm32, rax, states);
  assembler.emit(Form.xsetbv);
}

function checkFeatures(
  assembler: Assembler,
  { bits, leaf, register }: NeededFeatures,
  refuse: () => void,
): void {
  assembler.emitImmediate(Form.mov_r32_imm32, rax, leaf);
  assembler.emit(Form.xor_r32_rm32, rcx, rcx);
  assembler.emit(Form.cpuid);
  refuseWithout(assembler, register, bits, refuse);
}

function refuseWithout(
  assembler: Assembler,
  register: number,
  bits: number,
  refuse: () => void,
): void {
  assembler.emit(Form.not_rm32, register);
  assembler.emitImmediate(Form.test_rm32_imm32, register, bits);
  refuse();
}

function bitsOf(numbers: readonly number[]): number {
  return numbers.reduce((bits, number) => bits | (1 << number), 0);
}
