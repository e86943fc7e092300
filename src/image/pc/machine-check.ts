import { Assembler, noRegister } from "../../compiler/machine-x64/assembler.ts";
import { codeChunk } from "../../compiler/machine-x64/code-chunk.ts";
import { Form, type FormId } from "../../compiler/machine-x64/encoding.ts";
import { Register } from "../../compiler/machine-x64/registers.ts";
import type { Chunk } from "../../compiler/object/object.ts";
import type { SymbolTable } from "../../compiler/object/symbols.ts";
import { outermostUnwinding } from "../../compiler/object/unwinding.ts";
import type { CpuLevel } from "../../contracts/build.ts";
import { debugExitPort, frameKinds } from "../../contracts/control-channel.ts";
import { checkProcessor, processorRefusals } from "../processor-check.ts";

const { rax, rbx, rcx, rdx, rsi } = Register;

const firstSerialPort = 0x3f8;
const secondSerialPort = 0x2f8;
const keyboardController = 0x64;
const resetPulse = 0xfe;

/** The machine cannot run the instance (docs/errors.md). */
const startFailure = 125;

/** CPUID's extended features: long mode and no-execute (Intel SDM volume 2, CPUID). */
const extendedFeatures = 0x8000_0001;
const neededFeatures = (1 << 29) | (1 << 20);

/** Why a machine is refused, by the symbol of the code that says so. */
const refusals = {
  "pc.refuseProcessor": "this processor lacks long mode or no-execute pages; Tsuki needs x86-64",
  "pc.refuseLevel3": processorRefusals.v3,
  "pc.refuseLevel4": processorRefusals.v4,
  "pc.refuseMemory": "this machine has less memory than the image; give it more",
} as const;

type Refusal = keyof typeof refusals;

/** The line for COM1, and behind it frames with the exit status for the control channel. */
function messageOf(refusal: Refusal): { readonly line: Uint8Array; readonly frames: Uint8Array } {
  return {
    line: new TextEncoder().encode(`tsuki: ${refusals[refusal]}\n`),
    frames: Uint8Array.of(
      ...[frameKinds.ready, 0, 0, 0],
      ...[frameKinds.exitStatus, 0, 4, 0, startFailure, 0, 0, 0],
    ),
  };
}

/**
 * In 32-bit mode without paging: goes on where the processor has what the image needs and the last
 * word of the image lies in memory. Keeps ebx.
 */
export function checkMachine(assembler: Assembler, symbols: SymbolTable, level: CpuLevel): void {
  const refuseIf = (form: FormId, refusal: Refusal): void => {
    const { line, frames } = messageOf(refusal);
    assembler.jumpToSymbol(form, symbols.intern(refusal), line.length + frames.length);
  };
  assembler.emit(Form.mov_r32_rm32, rsi, rbx);
  assembler.emitImmediate(Form.mov_r32_imm32, rax, extendedFeatures);
  assembler.emit(Form.cpuid);
  assembler.emit(Form.not_rm32, rdx);
  assembler.emitImmediate(Form.test_rm32_imm32, rdx, neededFeatures);
  refuseIf(Form.jne_rel32, "pc.refuseProcessor");
  // What lacks v2 is told by the first instruction that it does not know: a boot is to be short.
  if (level !== "v2") {
    const refusal = level === "v3" ? "pc.refuseLevel3" : "pc.refuseLevel4";
    checkProcessor(assembler, level, () => refuseIf(Form.jne_rel32, refusal));
  }
  assembler.emit(Form.mov_r32_rm32, rbx, rsi);
  const end = symbols.intern("config.heapStart");
  const onLastWord = (form: FormId, register: number): void =>
    assembler.emitMemorySymbol(form, register, noRegister, noRegister, 0, end, -4);
  onLastWord(Form.mov_r32_rm32, rax);
  onLastWord(Form.not_rm32, 0);
  onLastWord(Form.cmp_r32_rm32, rax);
  refuseIf(Form.je_rel32, "pc.refuseMemory");
  onLastWord(Form.not_rm32, 0);
}

/** The code that refuses a machine, each behind what it says, so that no more than itself is needed. */
export function refusalChunks(symbols: SymbolTable): Chunk[] {
  return (Object.keys(refusals) as Refusal[]).map((refusal) => {
    const { line, frames } = messageOf(refusal);
    const assembler = new Assembler(32, 256);
    assembler.writeBytes(line);
    assembler.writeBytes(frames);
    assembler.emitImmediateSymbol(Form.mov_r32_imm32, rsi, symbols.intern(refusal), 0);
    send(assembler, firstSerialPort, line.length);
    send(assembler, secondSerialPort, frames.length);
    assembler.emitImmediate(Form.mov_r32_imm32, rdx, debugExitPort);
    assembler.emitImmediate(Form.mov_r32_imm32, rax, startFailure);
    assembler.emit(Form.out_dx_al);
    assembler.emitImmediate(Form.mov_r32_imm32, rdx, keyboardController);
    assembler.emitImmediate(Form.mov_r32_imm32, rax, resetPulse);
    assembler.emit(Form.out_dx_al);
    const stop = assembler.newLabel();
    assembler.bind(stop);
    assembler.emit(Form.hlt);
    assembler.jump(Form.jmp_rel8, stop);
    return { ...codeChunk(assembler, symbols, refusal), unwinding: outermostUnwinding };
  });
}

/** Sends the next bytes at esi to a port; virtual ports take them as fast as they come. */
function send(assembler: Assembler, port: number, lengthBytes: number): void {
  assembler.emitImmediate(Form.mov_r32_imm32, rcx, lengthBytes);
  assembler.emitImmediate(Form.mov_r32_imm32, rdx, port);
  assembler.emit(Form.rep_outsb);
}
