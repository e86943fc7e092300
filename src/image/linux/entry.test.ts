import { describe, expect, it } from "vitest";
import { noRegister } from "../../compiler/machine-x64/assembler.ts";
import { Form } from "../../compiler/machine-x64/encoding.ts";
import { Register } from "../../compiler/machine-x64/registers.ts";
import type { Chunk } from "../../compiler/object/object.ts";
import { RelocationKind, Relocations } from "../../compiler/object/relocations.ts";
import { type SymbolTable, trapSymbol } from "../../compiler/object/symbols.ts";
import { appBase } from "../../contracts/machine-interface.ts";
import { trapKinds } from "../../contracts/traps.ts";
import { findElfProblems } from "../elf/problems.ts";
import { readElf } from "../elf/reader.ts";
import {
  assembleChunk,
  canRunProcesses,
  linkProcess,
  runProcess,
  systemCall,
  zeroChunk,
} from "./process.fixture.ts";

const { rcx, rdx, rsi, rdi, rsp, r15 } = Register;
const writeCall = 1;
const signalActionCall = 13;
const signalStackCall = 131;
const exitGroupCall = 231;
const faultAddress = 0x4321_0000;

/** Writes the registers as qwords to standard output and exits with `status`. */
function report(symbols: SymbolTable, name: string, registers: number[], status: number): Chunk {
  return assembleChunk(symbols, name, (assembler) => {
    registers.forEach((register, index) => {
      assembler.emitRelativeSymbol(
        Form.mov_rm64_r64,
        register,
        symbols.intern("test.words"),
        8 * index,
      );
    });
    assembler.emitImmediateSymbol(Form.mov_r32_imm32, rsi, symbols.intern("test.words"), 0);
    assembler.emitImmediate(Form.mov_r32_imm32, rdi, 1);
    assembler.emitImmediate(Form.mov_r32_imm32, rdx, 8 * registers.length);
    systemCall(assembler, writeCall);
    systemCall(assembler, exitGroupCall, status);
  });
}

function words(output: Uint8Array): bigint[] {
  const view = new DataView(output.buffer, output.byteOffset, output.byteLength);
  return Array.from({ length: output.length / 8 }, (_, index) =>
    view.getBigUint64(8 * index, true),
  );
}

/** struct kernel_sigaction: handler, flags (SA_SIGINFO | SA_ONSTACK | SA_RESTORER), restorer, mask. */
function signalAction(symbols: SymbolTable): Chunk {
  const bytes = new Uint8Array(32);
  new DataView(bytes.buffer).setUint32(8, 0x0c00_0004, true);
  const handler = symbols.intern("config.signalEntry");
  const { absolute64 } = RelocationKind;
  return {
    symbol: symbols.intern("test.action"),
    section: "readOnly",
    bytes,
    size: bytes.length,
    alignment: 8,
    relocations: new Relocations(
      Int32Array.of(0, absolute64, handler, 0, 16, absolute64, handler, 0),
    ),
  };
}

/** stack_t: lowest byte, flags, size. */
function signalStackChunk(symbols: SymbolTable): Chunk {
  const stack = symbols.intern("config.signalStack");
  const { absolute64 } = RelocationKind;
  const length = symbols.intern("config.signalStackLength");
  return {
    symbol: symbols.intern("test.signalStack"),
    section: "readOnly",
    bytes: new Uint8Array(24),
    size: 24,
    alignment: 8,
    relocations: new Relocations(Int32Array.of(0, absolute64, stack, 0, 16, absolute64, length, 0)),
  };
}

function faultingBoot(symbols: SymbolTable, signal: number, fault: "load" | "push" | "ud2"): Chunk {
  return assembleChunk(symbols, "kernel.boot", (assembler) => {
    assembler.emitImmediateSymbol(Form.mov_r32_imm32, rdi, symbols.intern("test.signalStack"), 0);
    assembler.emitImmediate(Form.mov_r32_imm32, rsi, 0);
    systemCall(assembler, signalStackCall);
    assembler.emitImmediateSymbol(Form.mov_r32_imm32, rsi, symbols.intern("test.action"), 0);
    assembler.emitImmediate(Form.mov_r32_imm32, rdi, signal);
    assembler.emitImmediate(Form.mov_r32_imm32, rdx, 0);
    assembler.emitImmediate(Form.mov_r32_imm32, Register.r10, 8);
    systemCall(assembler, signalActionCall);
    assembler.emit(Form.xor_r32_rm32, r15, r15);
    if (fault === "load") {
      assembler.emitImmediate(Form.mov_r32_imm32, rcx, faultAddress);
      assembler.emitMemory(Form.mov_r32_rm32, rcx, rcx, noRegister, 0, 0x20);
    } else if (fault === "push") {
      const again = assembler.newLabel();
      assembler.bind(again);
      assembler.emit(Form.push_r64, rcx);
      assembler.jump(Form.jmp_rel8, again);
    } else assembler.emit(Form.ud2);
  });
}

describe.skipIf(!canRunProcesses)("the entry of a Linux process", () => {
  it("calls boot with the initial stack's argc, on our stack, with the app's base", () => {
    const { image, addressOf } = linkProcess((symbols) => [
      assembleChunk(symbols, "kernel.boot", (assembler) => {
        assembler.emitMemory(Form.mov_r64_rm64, rcx, rdi, noRegister, 0, 0);
        assembler.jumpToSymbol(Form.jmp_rel32, symbols.intern("test.report"));
      }),
      report(symbols, "test.report", [rcx, rsp, r15], 7),
      report(symbols, "kernel.trap", [], 1),
      zeroChunk(symbols, "test.words", 64),
    ]);
    expect(findElfProblems(readElf(image))).toEqual([]);
    const { status, stdout } = runProcess(image);
    const [argumentCount, stack = 0n, base] = words(stdout);
    expect(status).toBe(7);
    expect(argumentCount).toBe(3n);
    expect(stack).toBe(BigInt(addressOf("config.stackHigh") - 8));
    expect(base).toBe(appBase);
  });

  it("says in one line that there is no room for the stack", () => {
    const { image } = linkProcess((symbols) => [
      report(symbols, "kernel.boot", [rsp], 0),
      zeroChunk(symbols, "test.words", 64),
    ]);
    const { status, stderr } = runProcess(image, undefined, 6000);
    expect(stderr.toString()).toMatch(/^tsuki: the address-space limit .* 8192 KiB; raise it\n$/);
    expect(status).toBe(125);
  });

  it.each(Object.values(trapKinds))("reports the trap $message with its place", ({ id }) => {
    const { image } = linkProcess((symbols) => [
      assembleChunk(symbols, "kernel.boot", (assembler) => {
        assembler.emitImmediate(Form.mov_r32_imm32, rcx, 99);
        assembler.jumpToSymbol(Form.call_rel32, symbols.intern(trapSymbol(id)));
      }),
      report(symbols, "kernel.trap", [rdi, rsi, rdx, rcx, rsp], 134),
      zeroChunk(symbols, "test.words", 64),
    ]);
    const { status, stdout } = runProcess(image);
    expect(status).toBe(134);
    const [kind, place = 0n, stack, address, ownStack = 0n] = words(stdout);
    expect(kind).toBe(BigInt(id));
    expect(address).toBe(0n);
    expect(stack).toBe(ownStack + 8n);
    // The call at the end of `boot`, in the file's text: E8 and its distance.
    const { segments } = readElf(image);
    const text = segments.find(({ executable }) => executable);
    expect(text?.bytes[Number(place) - 4 - text.address]).toBe(0xe8);
  });

  const faults = [
    ["load", 11, trapKinds.memoryOutOfBounds.id],
    ["push", 11, trapKinds.memoryOutOfBounds.id],
    ["ud2", 4, trapKinds.machineFault.id],
  ] as const;
  it.each(faults)("turns the signal of a bad %s into a trap", (fault, signal, expectedKind) => {
    const { image, addressOf } = linkProcess((symbols) => [
      faultingBoot(symbols, signal, fault),
      signalAction(symbols),
      signalStackChunk(symbols),
      report(symbols, "kernel.trap", [rdi, rsi, rdx, rcx, r15, rsp], 134),
      zeroChunk(symbols, "test.words", 64),
    ]);
    const { status, stdout } = runProcess(image);
    expect(status).toBe(134);
    const [kind, place = 0n, stack = 0n, address, base, signalStackPointer = 0n] = words(stdout);
    const { segments } = readElf(image);
    const text = segments.find(({ executable }) => executable);
    const stackLow = BigInt(addressOf("config.stackLow"));
    const stackHigh = BigInt(addressOf("config.stackHigh"));
    const signalStack = BigInt(addressOf("config.signalStack"));
    expect(kind).toBe(BigInt(expectedKind));
    expect(base).toBe(appBase);
    expect(place).toBeGreaterThan(BigInt(text?.address ?? 0));
    expect(place).toBeLessThan(BigInt((text?.address ?? 0) + (text?.memorySize ?? 0)));
    if (fault === "load") expect(address).toBe(BigInt(faultAddress + 0x20));
    if (fault === "ud2") expect(address).toBe(place);
    if (fault === "push") expect(address).toBe(stackLow - 8n);
    expect(stack).toBe(fault === "push" ? stackLow : stackHigh - 8n);
    expect(signalStackPointer).toBeGreaterThan(signalStack);
    expect(signalStackPointer).toBeLessThan(BigInt(addressOf("config.heapStart")));
  });
});
