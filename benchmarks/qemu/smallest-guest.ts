import { Assembler } from "../../src/compiler/machine-x64/assembler.ts";
import { Form } from "../../src/compiler/machine-x64/encoding.ts";
import { Register } from "../../src/compiler/machine-x64/registers.ts";
import { debugExitPort } from "../../src/contracts/control-channel.ts";
import { writeElf } from "../../src/image/elf/writer.ts";

const address = 0x10_0000;
const firstSerialPort = 0x3f8;

/**
 * The least that a virtual machine can boot and be seen to run: prints a line on COM1 and ends
 * QEMU through isa-debug-exit, with exit status 1. The yardstick of boot times.
 */
export function makeSmallestGuest(text = "hello\n"): Uint8Array {
  const message = new TextEncoder().encode(text);
  const assembler = new Assembler(32);
  const line = 0; // a symbol of our own: there is no linker here
  assembler.emit(Form.cld);
  assembler.emitImmediateSymbol(Form.mov_r32_imm32, Register.rsi, line, 0);
  assembler.emitImmediate(Form.mov_r32_imm32, Register.rcx, message.length);
  assembler.emitImmediate(Form.mov_r32_imm32, Register.rdx, firstSerialPort);
  assembler.emit(Form.rep_outsb);
  assembler.emitImmediate(Form.mov_r32_imm32, Register.rdx, debugExitPort);
  assembler.emit(Form.xor_r32_rm32, Register.rax, Register.rax);
  assembler.emit(Form.out_dx_al);
  const stop = assembler.newLabel();
  assembler.bind(stop);
  assembler.emit(Form.hlt);
  assembler.jump(Form.jmp_rel8, stop);
  const { bytes: code, relocations } = assembler.finish();
  const bytes = new Uint8Array(code.length + message.length);
  bytes.set(code);
  bytes.set(message, code.length);
  for (const { offset } of relocations) {
    new DataView(bytes.buffer).setUint32(offset, address + code.length, true);
  }
  const segment = {
    address,
    bytes,
    memorySize: bytes.length,
    writable: false,
    executable: true,
  };
  return writeElf({ entry: address, segments: [segment], mappable: false, pvhEntry: address });
}
