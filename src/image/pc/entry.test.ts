import { describe, expect, it } from "vitest";
import { link } from "../../compiler/driver/link.ts";
import { Assembler, noRegister } from "../../compiler/machine-x64/assembler.ts";
import { codeChunk } from "../../compiler/machine-x64/code-chunk.ts";
import { Form } from "../../compiler/machine-x64/encoding.ts";
import { Register } from "../../compiler/machine-x64/registers.ts";
import type { Chunk } from "../../compiler/object/object.ts";
import { SymbolTable } from "../../compiler/object/symbols.ts";
import { appBase } from "../../contracts/machine-interface.ts";
import { readElf } from "../elf/reader.ts";
import { writeElf } from "../elf/writer.ts";
import { pcLayout } from "../layout/pc-layout.ts";
import { linuxBootEntrySymbol, pcEntryChunks, pvhEntrySymbol } from "./entry.ts";
import { hasQemu, machineFlags, runGuest } from "./machine.fixture.ts";

const { rax, rbx, rcx, rdx, rsi, rdi, rsp, r8, r9, r10, r11, r15, xmm0, xmm15 } = Register;
const startInfoMagic = 0x336e_c578n;
const exitPort = 0xf4;
const bootExit = 3;
const exceptionExit = 5;
const descriptorBytes = 16;

/** Writes the words at `test.words` to COM1. */
function sendWords(code: Assembler, symbols: SymbolTable, count: number): void {
  code.emitImmediateSymbol(Form.mov_r32_imm32, rsi, symbols.intern("test.words"), 0);
  code.emitImmediate(Form.mov_r32_imm32, rcx, 8 * count);
  code.emitImmediate(Form.mov_r32_imm32, rdx, 0x3f8);
  code.emit(Form.rep_outsb);
}

function storeWord(code: Assembler, symbols: SymbolTable, index: number, register: number): void {
  code.emitRelativeSymbol(Form.mov_rm64_r64, register, symbols.intern("test.words"), 8 * index);
}

function exit(code: Assembler, value: number): void {
  code.emitImmediate(Form.mov_r32_imm32, rax, value);
  code.emitImmediate(Form.mov_r32_imm32, rdx, exitPort);
  code.emit(Form.out_dx_eax);
}

function functionChunk(
  symbols: SymbolTable,
  name: string,
  write: (code: Assembler) => void,
): Chunk {
  const code = new Assembler();
  write(code);
  return codeChunk(code, symbols, name);
}

function dataChunk(symbols: SymbolTable, name: string, bytes: Uint8Array): Chunk {
  return {
    symbol: symbols.intern(name),
    section: "data",
    bytes,
    size: bytes.length,
    alignment: 16,
    relocations: [],
  };
}

/** kernel.exception: reports its arguments once, spoils what it may, and returns 1 if asked to. */
function exceptionChunk(symbols: SymbolTable, resume: boolean): Chunk {
  return functionChunk(symbols, "kernel.exception", (code) => {
    [rdi, rsi, rdx, rcx, r8, r15, rsp].forEach((register, index) =>
      storeWord(code, symbols, index, register),
    );
    sendWords(code, symbols, 7);
    if (!resume) exit(code, exceptionExit);
    for (const register of [rcx, rdx, rsi, rdi, r8, r9, r10, r11]) {
      code.emitImmediate(Form.mov_r32_imm32, register, 0xdead);
    }
    for (let register = xmm0; register <= xmm15; register++) {
      code.emit(Form.pxor_x_xm128, register, register);
    }
    code.emitImmediate(Form.mov_r32_imm32, rax, 1);
    code.emit(Form.ret);
  });
}

/** boot: reports how it was entered, loads the interrupt table, does `act` and reports again. */
function bootChunk(symbols: SymbolTable, act: (code: Assembler) => void): Chunk {
  return functionChunk(symbols, "kernel.boot", (code) => {
    code.emitMemory(Form.mov_r32_rm32, rax, rdi, noRegister, 0, 0);
    [rax, rsp, r15].forEach((register, index) => storeWord(code, symbols, index, register));
    sendWords(code, symbols, 3);
    code.emitRelativeSymbol(Form.lidt_m80, 0, symbols.intern("test.tablePointer"), 0);
    for (const register of [rax, rbx, rcx, rdx, rsi, rdi, r8, r9, r10, r11]) {
      code.emitImmediate(Form.mov_r32_imm32, register, 0x1000 + register);
    }
    for (let register = xmm0; register <= xmm15; register++) {
      code.emit(Form.movq_x_rm64, register, rax + (register % 4));
    }
    act(code);
    const kept = [rax, rbx, rcx, rdx, rsi, rdi, r8, r9, r10, r11];
    kept.forEach((register, index) => storeWord(code, symbols, index, register));
    code.emit(Form.movq_rm64_x, rax, xmm15);
    storeWord(code, symbols, 10, rax);
    storeWord(code, symbols, 11, rsp);
    sendWords(code, symbols, 12);
    exit(code, bootExit);
  });
}

/** 256 interrupt gates, IST1 for exceptions (Intel SDM volume 3, 6.14.1). */
function interruptTable(stubs: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(stubs.length * descriptorBytes));
  stubs.forEach((stub, vector) => {
    const at = vector * descriptorBytes;
    view.setUint16(at, stub & 0xffff, true);
    view.setUint16(at + 2, 8, true);
    view.setUint16(at + 4, 0x8e00 | (vector < 32 ? 1 : 0), true);
    view.setUint16(at + 6, stub >>> 16, true);
  });
  return new Uint8Array(view.buffer);
}

function makeGuest(resume: boolean, act: (code: Assembler) => void) {
  let table = new Uint8Array(256 * descriptorBytes);
  const linkGuest = () => {
    const symbols = new SymbolTable();
    const pointer = new Uint8Array(10);
    new DataView(pointer.buffer).setUint16(0, table.length - 1, true);
    const chunks = [
      ...pcEntryChunks(symbols),
      bootChunk(symbols, act),
      exceptionChunk(symbols, resume),
      dataChunk(symbols, "test.words", new Uint8Array(128)),
      dataChunk(symbols, "test.table", table),
      {
        ...dataChunk(symbols, "test.tablePointer", pointer),
        relocations: [{ offset: 2, kind: 2, symbol: symbols.intern("test.table"), addend: 0 }],
      },
    ];
    const request = {
      kernelStatics: { memorySize: 0, fileSize: 0 },
      appImage: { memorySize: 0, offset: 0 },
      appInitialPages: 0,
    };
    return link(chunks, symbols, pcLayout(request));
  };
  // The first linking is for the addresses that the interrupt table holds.
  const first = linkGuest();
  const stubs = first.addressOf("config.interruptStubs");
  const segment = first.segments.find(
    ({ address, bytes }) => stubs >= address && stubs < address + bytes.length,
  );
  if (segment === undefined) throw new Error("the table of stubs has no segment");
  const view = new DataView(segment.bytes.buffer, stubs - segment.address, 1024);
  table = interruptTable(
    Array.from({ length: 256 }, (_, vector) => view.getUint32(4 * vector, true)),
  ) as typeof table;
  const program = linkGuest();
  const image = writeElf({
    entry: program.addressOf(linuxBootEntrySymbol),
    segments: program.segments,
    mappable: false,
    pvhEntry: program.addressOf(pvhEntrySymbol),
  });
  return { image, addressOf: (name: string) => program.addressOf(name) };
}

function words(output: Uint8Array): bigint[] {
  const view = new DataView(output.buffer, output.byteOffset, output.byteLength);
  return Array.from({ length: Math.floor(output.length / 8) }, (_, index) =>
    view.getBigUint64(8 * index, true),
  );
}

const machines = Object.keys(machineFlags) as (keyof typeof machineFlags)[];
const untouched = [rax, rbx, rcx, rdx, rsi, rdi, r8, r9, r10, r11].map((register) =>
  BigInt(0x1000 + register),
);

describe.skipIf(!hasQemu)("the entry of a PC", () => {
  it.each(machines)(
    "calls boot on %s with start_info, our stack and the app's base",
    async (machine) => {
      const { image, addressOf } = makeGuest(true, () => {});
      const { output, status } = await runGuest(image, machine);
      const [magic, stack, base] = words(output);
      expect(magic).toBe(startInfoMagic);
      expect(stack).toBe(BigInt(addressOf("config.stackHigh") - 8));
      expect(base).toBe(appBase);
      expect(status).toBe(2 * bootExit + 1);
    },
  );

  it("resumes after an exception with every register as it was", async () => {
    const { image, addressOf } = makeGuest(true, (code) => code.emit(Form.int3));
    const { output, status } = await runGuest(image, "microvm");
    expect(status).toBe(2 * bootExit + 1);
    const [vector, errorCode, place = 0n, stack, , base, faultStack = 0n] = words(output).slice(3);
    expect(vector).toBe(3n);
    expect(errorCode).toBe(0n);
    expect(place).toBeGreaterThan(BigInt(addressOf("kernel.boot")));
    expect(stack).toBe(BigInt(addressOf("config.stackHigh") - 8));
    expect(base).toBe(appBase);
    expect(faultStack).toBeLessThan(BigInt(addressOf("config.faultStack")));
    expect(faultStack).toBeGreaterThan(BigInt(addressOf("config.faultStack") - 1024));
    const after = words(output).slice(10);
    expect(after).toEqual([...untouched, 0x1003n, stack]);
  });

  it("passes the error code and address of a page fault", async () => {
    const { image, addressOf } = makeGuest(false, (code) => {
      code.emitImmediate(Form.mov_r64_imm64, rax, 0x4560, 0x10);
      code.emitMemory(Form.mov_rm32_r32, rax, rax, noRegister, 0, 8);
    });
    const { output, status } = await runGuest(image, "microvm");
    expect(status).toBe(2 * exceptionExit + 1);
    const [vector, errorCode, , stack, address] = words(output).slice(3);
    expect(vector).toBe(14n);
    expect(errorCode).toBe(2n);
    expect(stack).toBe(BigInt(addressOf("config.stackHigh") - 8));
    expect(address).toBe(0x10_0000_4568n);
  });

  it("reports other exceptions by their number", async () => {
    const undefinedInstruction = makeGuest(false, (code) => code.emit(Form.ud2));
    expect(words((await runGuest(undefinedInstruction.image, "q35")).output)[3]).toBe(6n);
    const badAddress = makeGuest(false, (code) => {
      code.emitImmediate(Form.mov_r64_imm64, rax, 0, 0x8000_0000);
      code.emitMemory(Form.mov_r32_rm32, rax, rax, noRegister, 0, 0);
    });
    expect(words((await runGuest(badAddress.image, "q35")).output)[3]).toBe(13n);
  });

  it("lets interrupts pass without a trace", async () => {
    const { image, addressOf } = makeGuest(false, (code) => {
      for (const vector of [0x20, 0x2f, 0xfe, 0xff]) code.writeBytes([0xcd, vector]);
    });
    const { output, status } = await runGuest(image, "microvm");
    expect(status).toBe(2 * bootExit + 1);
    const stack = BigInt(addressOf("config.stackHigh") - 8);
    expect(words(output).slice(3)).toEqual([...untouched, 0x1003n, stack]);
  });
});

describe("a PC image", () => {
  it("keeps writable memory and code apart and loads everything from 1 MiB on", () => {
    const { image } = makeGuest(true, () => {});
    const { segments, pvhEntry } = readElf(image);
    expect(segments[0]?.address).toBe(0x10_0000);
    expect(segments.every(({ writable, executable }) => !(writable && executable))).toBe(true);
    expect(segments.every(({ address }) => address % 4096 === 0)).toBe(true);
    expect(pvhEntry).toBe(0x10_0000);
  });
});
