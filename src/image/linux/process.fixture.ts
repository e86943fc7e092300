import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { link } from "../../compiler/driver/link.ts";
import { Assembler } from "../../compiler/machine-x64/assembler.ts";
import { codeChunk } from "../../compiler/machine-x64/code-chunk.ts";
import { Form } from "../../compiler/machine-x64/encoding.ts";
import { Register } from "../../compiler/machine-x64/registers.ts";
import { runtimeChunks } from "../../compiler/machine-x64/runtime.ts";
import type { Chunk } from "../../compiler/object/object.ts";
import { noRelocations } from "../../compiler/object/relocations.ts";
import { SymbolTable } from "../../compiler/object/symbols.ts";
import { writeElf } from "../elf/writer.ts";
import { linuxLayout } from "../layout/linux-layout.ts";
import { linuxEntryChunks, linuxEntrySymbol } from "./entry.ts";

/** Whether this host runs what the tests assemble. */
export const canRunProcesses = process.platform === "linux" && process.arch === "x64";

/** Assembles one function of a stand-in for the kernel. */
export function assembleChunk(
  symbols: SymbolTable,
  name: string,
  write: (assembler: Assembler) => void,
): Chunk {
  const assembler = new Assembler();
  write(assembler);
  return codeChunk(assembler, symbols, name);
}

/** Zeroed memory. */
export function zeroChunk(symbols: SymbolTable, name: string, size: number): Chunk {
  return {
    symbol: symbols.intern(name),
    section: "zero",
    bytes: new Uint8Array(0),
    size,
    alignment: 16,
    relocations: noRelocations,
  };
}

/** Loads constants into registers and makes a system call. */
export function systemCall(assembler: Assembler, number: number, ...constants: number[]): void {
  const { rax, rdi, rsi, rdx, r10 } = Register;
  constants.forEach((constant, index) => {
    const register = [rdi, rsi, rdx, r10][index] ?? rdi;
    assembler.emitImmediate(Form.mov_r32_imm32, register, constant);
  });
  assembler.emitImmediate(Form.mov_r32_imm32, rax, number);
  assembler.emit(Form.syscall);
}

/** A linked executable and where its symbols lie. */
export interface LinkedProcess {
  readonly image: Uint8Array;
  readonly addressOf: (name: string) => number;
}

/** Links the platform's and the runtime's code with a stand-in for the kernel. */
export function linkProcess(make: (symbols: SymbolTable) => Chunk[]): LinkedProcess {
  const symbols = new SymbolTable();
  const all = [...linuxEntryChunks(symbols, "v2"), ...runtimeChunks(symbols), ...make(symbols)];
  const chunks = reachable(all, symbols.intern(linuxEntrySymbol));
  const request = {
    kernelStatics: { memorySize: 0, fileSize: 0 },
    appImage: { memorySize: 0, offset: 0 },
    appInitialPages: 0,
  };
  const program = link(chunks, symbols, linuxLayout(request));
  const entry = program.addressOf(linuxEntrySymbol);
  const image = writeElf({ entry, segments: program.segments, mappable: true });
  return { image, addressOf: (name) => program.addressOf(name) };
}

function reachable(chunks: readonly Chunk[], root: number): Chunk[] {
  const bySymbol = new Map(chunks.map((chunk) => [chunk.symbol, chunk]));
  const found = new Set<Chunk>();
  const visit = (symbol: number): void => {
    const chunk = bySymbol.get(symbol);
    if (chunk === undefined || found.has(chunk)) return;
    found.add(chunk);
    for (const relocation of chunk.relocations) visit(relocation.symbol);
  };
  visit(root);
  return [...found];
}

/** Runs an executable with standard input and perhaps a limit of its address space; 10 s at most. */
export function runProcess(
  image: Uint8Array,
  input: Uint8Array = new Uint8Array(0),
  limitKibibytes?: number,
) {
  const folder = mkdtempSync(join(tmpdir(), "tsuki-image-"));
  try {
    const path = join(folder, "image");
    writeFileSync(path, image);
    chmodSync(path, 0o755);
    const options = { input, timeout: 10_000, maxBuffer: 1 << 28 };
    const limit = limitKibibytes === undefined ? "" : `ulimit -v ${limitKibibytes};`;
    const shell = ["-c", `${limit} exec "$0" "$@"`, path, "one", "two"];
    const { status, signal, stdout, stderr } = spawnSync("/bin/sh", shell, options);
    return { status, signal, stdout, stderr };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
