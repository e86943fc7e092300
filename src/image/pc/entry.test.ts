import { describe, expect, it } from "vitest";
import { link } from "../../compiler/driver/link.ts";
import { Assembler, noRegister } from "../../compiler/machine-x64/assembler.ts";
import { codeChunk } from "../../compiler/machine-x64/code-chunk.ts";
import { Form } from "../../compiler/machine-x64/encoding.ts";
import { Register } from "../../compiler/machine-x64/registers.ts";
import type { Chunk } from "../../compiler/object/object.ts";
import { noRelocations } from "../../compiler/object/relocations.ts";
import { SymbolTable } from "../../compiler/object/symbols.ts";
import { appBase } from "../../contracts/machine-interface.ts";
import { readElf } from "../elf/reader.ts";
import { writeElf } from "../elf/writer.ts";
import { imageTablesOffset, largePageBytes } from "../layout/page-tables-length.ts";
import { pcLayout } from "../layout/pc-layout.ts";
import { linuxBootEntrySymbol, pcEntryChunks, pvhEntrySymbol } from "./entry.ts";
import { hasQemu, machineFlags, runGuest } from "./machine.fixture.ts";
import { machineTableSegments } from "./machine-tables.ts";

const { rax, rbx, rcx, rdx, rsi, rdi, rsp, r8, r9, r10, r11, r15, xmm0, xmm15 } = Register;
const startInfoMagic = 0x336e_c578n;
const exitPort = 0xf4;
const bootExit = 3;
const exceptionExit = 5;

/** What a guest does when it has booted. */
type GuestAct = (code: Assembler, symbols: SymbolTable) => void;

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
    relocations: noRelocations,
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

/** Some firmware leaves start_info where nothing is mapped; the kernel maps it to read it. */
function mapPageOf(code: Assembler, symbols: SymbolTable, register: number): void {
  code.emit(Form.mov_r32_rm32, rax, register);
  code.emit(Form.shr_rm32_imm8, rax, 0, 12);
  code.emit(Form.mov_r32_rm32, rdx, rax);
  code.emit(Form.shl_rm32_imm8, rdx, 0, 12);
  code.emit(Form.or_rm32_imm32, rdx, 0, 1);
  const tables = symbols.intern("config.pageTables");
  code.emitImmediateSymbol(Form.mov_r32_imm32, rcx, tables, imageTablesOffset);
  code.emitMemory(Form.mov_rm64_r64, rdx, rcx, rax, 3, 0);
}

/** boot: reports how it was entered, does `act` and reports again. */
function bootChunk(symbols: SymbolTable, act: GuestAct): Chunk {
  return functionChunk(symbols, "kernel.boot", (code) => {
    mapPageOf(code, symbols, rdi);
    code.emitMemory(Form.mov_r32_rm32, rax, rdi, noRegister, 0, 0);
    [rax, rsp, r15].forEach((register, index) => storeWord(code, symbols, index, register));
    sendWords(code, symbols, 3);
    for (const register of [rax, rbx, rcx, rdx, rsi, rdi, r8, r9, r10, r11]) {
      code.emitImmediate(Form.mov_r32_imm32, register, 0x1000 + register);
    }
    for (let register = xmm0; register <= xmm15; register++) {
      code.emit(Form.movq_x_rm64, register, rax + (register % 4));
    }
    act(code, symbols);
    const kept = [rax, rbx, rcx, rdx, rsi, rdi, r8, r9, r10, r11];
    kept.forEach((register, index) => storeWord(code, symbols, index, register));
    code.emit(Form.movq_rm64_x, rax, xmm15);
    storeWord(code, symbols, 10, rax);
    storeWord(code, symbols, 11, rsp);
    sendWords(code, symbols, 12);
    exit(code, bootExit);
  });
}

/** Interrupts are acknowledged there; the kernel maps it before it lets any come. */
function mapLocalApic(code: Assembler, symbols: SymbolTable): void {
  const directories = 0x2000;
  const entry = directories + 8 * (0xfee0_0000 / largePageBytes);
  code.emitImmediate(Form.mov_r64_imm64, rax, 0xfee0_0083 | 0, 0);
  code.emitRelativeSymbol(Form.mov_rm32_r32, rax, symbols.intern("config.pageTables"), entry);
  code.emitImmediate(Form.mov_r32_imm32, rax, 0x1000 + rax);
}

function makeGuest(resume: boolean, act: GuestAct) {
  const symbols = new SymbolTable();
  const chunks = [
    ...pcEntryChunks(symbols, "v2"),
    bootChunk(symbols, act),
    exceptionChunk(symbols, resume),
    dataChunk(symbols, "test.words", new Uint8Array(128)),
  ];
  const request = {
    kernelStatics: { memorySize: 0, fileSize: 0 },
    appImage: { memorySize: 0, offset: 0 },
    appInitialPages: 0,
  };
  const program = link(chunks, symbols, pcLayout(request));
  const image = writeElf({
    entry: program.addressOf(linuxBootEntrySymbol),
    segments: [...program.segments, ...machineTableSegments(program)],
    mappable: false,
    pvhEntry: program.addressOf(pvhEntrySymbol),
  });
  return { image, addressOf: (name: string) => program.addressOf(name) >>> 0 };
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

  it("stops what runs over the end of the stack of exceptions, or anywhere near 0", async () => {
    const faultAt = async (find: (addressOf: (name: string) => number) => number) => {
      const { addressOf } = makeGuest(false, () => {});
      const target = find(addressOf);
      const { image } = makeGuest(false, (code) => {
        code.emitImmediate(Form.mov_r64_imm64, rax, target, 0);
        code.emitMemory(Form.mov_rm32_r32, rax, rax, noRegister, 0, 0);
      });
      const [vector, , , , address] = words((await runGuest(image, "microvm")).output).slice(3);
      expect([vector, address]).toEqual([14n, BigInt(target)]);
    };
    await faultAt((addressOf) => addressOf("config.faultStack") - 8 * 1024 - 4);
    await faultAt((addressOf) => addressOf("config.faultStack") - 12 * 1024);
    await faultAt((addressOf) => addressOf("config.stackHigh") - 32 * 1024);
    await faultAt(() => 0xfffc);
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
    const { image, addressOf } = makeGuest(false, (code, symbols) => {
      mapLocalApic(code, symbols);
      for (const vector of [0x20, 0x21, 0x2e, 0x2f]) code.writeBytes([0xcd, vector]);
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
    expect(pvhEntry).toBe(0x10_0000);
  });
});
