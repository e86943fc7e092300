import { RegisterClass, type RegisterClassId } from "../machine/machine-function.ts";
import type { RegisterFile } from "../machine/register-file.ts";
import { ValueType } from "../ssa/operations.ts";
import { Form } from "./encoding.ts";
import { Register } from "./registers.ts";

const { rax, rcx, rdx, rbx, rsp, rbp, rsi, rdi } = Register;
const { r8, r9, r10, r11, r12, r13, r14, r15 } = Register;
const { xmm0, xmm15 } = Register;

/** Holds the address of the app's memory in all compiled code. */
export const appBaseRegister = r15;

/** Free within one instruction: moves, addresses, expansions; never allocated. */
export const integerScratch = r11;

/** The same for floats. */
export const floatScratch = xmm15;

/** Registers of integer arguments, in order; later ones travel on the stack. */
export const integerArguments: readonly number[] = [rdi, rsi, rdx, rcx, r8, r9, rax, r10];

/** How many arguments of one class travel in registers. */
const registerArguments = 8;

/** Registers of integer results by the result's position; later ones travel on the stack. */
export const integerResults: readonly number[] = [rax, rdx, rcx, rdi, rsi, r8];

/** How many results travel in registers. */
export const registerResults = integerResults.length;

/**
 * Words for each result that travels on the stack, whatever its type: a call does not know the
 * types of those that nobody wants.
 */
const wordsOfResult = 2;

function resultWords(results: number): number {
  return Math.max(0, results - registerResults) * wordsOfResult;
}

/** Where a call that may be left by an exception keeps a result that comes in a register. */
export function keptResultWord(position: number, results: number): number {
  return resultWords(results) + position * wordsOfResult;
}

const calleeSavedRegisters: readonly number[] = [rbx, rbp, r12, r13, r14];
const callerSavedRegisters: readonly number[] = [rax, rcx, rdx, rsi, rdi, r8, r9, r10];
const floatRegisters: readonly number[] = Array.from({ length: 15 }, (_, index) => xmm0 + index);

/** The bit mask of some registers. */
export function registerMask(registers: readonly number[]): number {
  return registers.reduce((mask, register) => mask | (1 << register), 0);
}

/** Registers that a function preserves, in the order in which its prologue pushes them. */
export const calleeSaved = calleeSavedRegisters;

/** What a call leaves undefined: every register that is not preserved. */
export const callClobbers = registerMask([...callerSavedRegisters, ...floatRegisters]);

/** The x86-64 registers as register allocation sees them. */
export const registerFile: RegisterFile = {
  allocatable: [[...callerSavedRegisters, ...calleeSavedRegisters], floatRegisters],
  calleeSaved: registerMask(calleeSavedRegisters),
  scratch: [integerScratch, floatScratch],
  isMove: (opcode) => opcode === Form.mov_r64_rm64 || opcode === Form.movaps_x_xm128,
};

/** The stack pointer, base of slots and stack arguments. */
export const stackPointer = rsp;

/** Where one argument or result travels: a register, or the n-th 8-byte word of the stack area. */
export interface Place {
  readonly register: number;
  readonly stackWord: number;
}

/** The register class of values of an SSA type. */
export function classOfType(type: number): RegisterClassId {
  const isFloat = type === ValueType.f32 || type === ValueType.f64 || type === ValueType.v128;
  return isFloat ? RegisterClass.float : RegisterClass.integer;
}

function wordsOfType(type: number): number {
  return type === ValueType.v128 ? 2 : 1;
}

/**
 * Places of arguments of the given types, in order, of a function with so many results: the words
 * of those come first, so that a function's tail calls find them where its own results go.
 */
export function argumentPlaces(types: readonly number[], results: number): Place[] {
  const used = [0, 0];
  let words = resultWords(results);
  return types.map((type) => {
    const registerClass = classOfType(type);
    const index = used[registerClass] ?? 0;
    if (index >= registerArguments) {
      words += wordsOfType(type);
      return { register: -1, stackWord: words - wordsOfType(type) };
    }
    used[registerClass] = index + 1;
    const integer = integerArguments[index] ?? 0;
    return {
      register: registerClass === RegisterClass.integer ? integer : xmm0 + index,
      stackWord: -1,
    };
  });
}

/** Words of the stack area of a call: for results that overflow, then for arguments that do. */
export function areaWords(types: readonly number[], results: number): number {
  const ends = argumentPlaces(types, results).map(({ stackWord }, index) =>
    stackWord < 0 ? 0 : stackWord + wordsOfType(types[index] ?? 0),
  );
  return Math.max(resultWords(results), ...ends);
}

/** Place of the result at `position`, from 0. */
export function resultPlace(position: number, type: number): Place {
  if (position >= registerResults) return { register: -1, stackWord: resultWords(position) };
  const integer = integerResults[position] ?? 0;
  return {
    register: classOfType(type) === RegisterClass.integer ? integer : xmm0 + position,
    stackWord: -1,
  };
}
