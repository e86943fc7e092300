import { describe, expect, it } from "vitest";
import type { Assembler } from "../../compiler/machine-x64/assembler.ts";
import { noRegister } from "../../compiler/machine-x64/assembler.ts";
import { Form } from "../../compiler/machine-x64/encoding.ts";
import { Register } from "../../compiler/machine-x64/registers.ts";
import type { SymbolTable } from "../../compiler/object/symbols.ts";
import { readOnlyChunk } from "../program-map.ts";
import {
  assembleChunk,
  canRunProcesses,
  linkProcess,
  runProcess,
  systemCall,
  zeroChunk,
} from "./process.fixture.ts";
import {
  disksProcessFilter,
  folderlessProcessFilter,
  sealedProcessFilter,
} from "./sealed-calls.ts";

const { rdx, rsi, rsp } = Register;
const call = {
  write: 1,
  mmap: 9,
  getpid: 39,
  socket: 41,
  setsockopt: 54,
  prctl: 157,
  exitGroup: 231,
  seccomp: 317,
};
const [localFamily, internetFamily, netlinkFamily] = [1, 2, 16];
const exitStatus = 9;

/** A process that seals itself, does `act` and exits with `exitStatus`. */
function runSealed(act: (assembler: Assembler, symbols: SymbolTable) => void) {
  const filter = sealedProcessFilter([
    call.write,
    call.mmap,
    call.socket,
    call.setsockopt,
    call.exitGroup,
  ]);
  const { image } = linkProcess((symbols) => [
    assembleChunk(symbols, "kernel.boot", (assembler) => {
      systemCall(assembler, call.prctl, 38, 1, 0, 0);
      // struct sock_fprog on the stack: u16 length, then the filter's address.
      assembler.emitImmediateSymbol(Form.push_imm32, 0, symbols.intern("config.seccompFilter"), 0);
      assembler.emit(Form.push_imm32, 0, 0, filter.length);
      assembler.emit(Form.mov_r64_rm64, rdx, rsp);
      systemCall(assembler, call.seccomp, 1, 0);
      act(assembler, symbols);
      systemCall(assembler, call.exitGroup, exitStatus);
    }),
    assembleChunk(symbols, "kernel.trap", (assembler) => assembler.emit(Form.ud2)),
    readOnlyChunk(symbols, "config.seccompFilter", filter.bytes, 8),
    zeroChunk(symbols, "test.text", 4),
  ]);
  return runProcess(image);
}

function write(descriptor: number) {
  return (assembler: Assembler, symbols: SymbolTable) => {
    assembler.emitMemorySymbol(
      Form.lea_r64_m,
      rsi,
      noRegister,
      noRegister,
      0,
      symbols.intern("test.text"),
      0,
    );
    assembler.emitImmediate(Form.mov_r32_imm32, rdx, 4);
    systemCall(assembler, call.write, descriptor);
  };
}

describe.skipIf(!canRunProcesses)("a sealed process", () => {
  it("does what it is allowed to", () => {
    const { status, stdout } = runSealed(write(1));
    expect(status).toBe(exitStatus);
    expect(stdout.length).toBe(4);
  });

  it("opens internet sockets and sets their options", () => {
    const { status } = runSealed((assembler) => {
      systemCall(assembler, call.socket, internetFamily, 1, 0);
      systemCall(assembler, call.setsockopt, 99, 6, 1);
      systemCall(assembler, call.setsockopt, 99, 0, 35);
    });
    expect(status).toBe(exitStatus);
  });

  const forbidden: [string, (assembler: Assembler, symbols: SymbolTable) => void][] = [
    ["another system call", (assembler) => systemCall(assembler, call.getpid)],
    ["a write to another descriptor", write(0)],
    ["a mapping that can be executed", (assembler) => systemCall(assembler, call.mmap, 0, 4096, 7)],
    ["a local socket", (assembler) => systemCall(assembler, call.socket, localFamily, 1, 0)],
    ["a netlink socket", (assembler) => systemCall(assembler, call.socket, netlinkFamily, 3, 0)],
    ["a packet filter's option", (assembler) => systemCall(assembler, call.setsockopt, 3, 0, 64)],
    ["another level's option", (assembler) => systemCall(assembler, call.setsockopt, 3, 255, 1)],
  ];
  it.each(forbidden)("is killed by %s", (_name, act) => {
    expect(runSealed(act)).toMatchObject({ status: null, signal: "SIGSYS" });
  });
});

describe("a sealed process without folders", () => {
  it("may make no call that opens, lists or changes files", () => {
    const [read, openat2, getdents64, unlinkat] = [0, 437, 217, 263];
    const calls = [read, getdents64, unlinkat, openat2];
    expect(folderlessProcessFilter(calls)).toEqual(sealedProcessFilter([read]));
    expect(sealedProcessFilter(calls)).not.toEqual(sealedProcessFilter([read]));
  });

  it("moves bytes of its disks and no more, if it has any", () => {
    const [read, fdatasync, unlinkat, preadv, pwritev2, openat2] = [0, 75, 263, 295, 328, 437];
    const calls = [read, fdatasync, unlinkat, preadv, pwritev2, openat2];
    const left = sealedProcessFilter([read, fdatasync, preadv, pwritev2]);
    expect(disksProcessFilter(calls)).toEqual(left);
  });
});
