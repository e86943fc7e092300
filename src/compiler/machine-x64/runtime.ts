import { trapKinds } from "../../contracts/traps.ts";
import type { Chunk } from "../object/object.ts";
import { type SymbolTable, trapSymbol, wellKnownSymbols } from "../object/symbols.ts";
import { Assembler, noRegister } from "./assembler.ts";
import { codeChunk } from "./code-chunk.ts";
import { Form, type FormName } from "./encoding.ts";
import { exceptionChunks } from "./exceptions.ts";
import { Register } from "./registers.ts";
import { truncationChunks } from "./truncation.ts";

/**
 * The hand-written code that compiled code calls on every platform: `runtime.move`,
 * `runtime.fill`, the ends of all trap stubs, and the rare cases of conversions to integers.
 * Arguments as everywhere in rdi, rsi, rdx; only rax, rcx, rdx, rsi, rdi, r8, r9 and XMM registers
 * are changed.
 */
export function runtimeChunks(symbols: SymbolTable): Chunk[] {
  return [
    codeChunk(assembleMove(), symbols, wellKnownSymbols.move),
    codeChunk(assembleFill(), symbols, wellKnownSymbols.fill),
    codeChunk(assembleTrap(symbols), symbols, trapCommonSymbol),
    ...exceptionChunks(symbols),
    ...Object.values(trapKinds).map(({ id }) => trapChunk(symbols, id)),
    ...truncationChunks(symbols),
  ];
}

const trapCommonSymbol = "runtime.trap";

const { rax, rcx, rdx, rsi, rdi, rsp, r8, r9 } = Register;
const { xmm0, xmm4 } = Register;

/** The bytes of one round of the copying and filling loops: four XMM registers. */
const roundBytes = 64;

/** Kind in edi; the return address lies in the function that traps, just behind the call. */
function assembleTrap(symbols: SymbolTable): Assembler {
  const assembler = new Assembler(64, 64);
  assembler.emitMemory(Form.mov_r64_rm64, rsi, rsp, noRegister, 0, 0);
  // The call may be its function's last instruction: point into it, not behind it.
  assembler.emit(Form.dec_rm64, rsi);
  assembler.emitMemory(Form.lea_r64_m, rdx, rsp, noRegister, 0, 8);
  assembler.emit(Form.xor_r32_rm32, rcx, rcx);
  assembler.jumpToSymbol(Form.jmp_rel32, symbols.intern(wellKnownSymbols.trap));
  return assembler;
}

function trapChunk(symbols: SymbolTable, kind: number): Chunk {
  const assembler = new Assembler(64, 32);
  assembler.emitImmediate(Form.mov_r32_imm32, rdi, kind);
  assembler.jumpToSymbol(Form.jmp_rel32, symbols.intern(trapCommonSymbol));
  // Traps are rare and many: they need no alignment.
  return { ...codeChunk(assembler, symbols, trapSymbol(kind)), alignment: 1 };
}

/**
 * memmove(rdi target, rsi source, rdx length). Every class of lengths loads all it needs before it
 * stores, so that overlap only decides the direction of the loop.
 */
function assembleMove(): Assembler {
  const assembler = new Assembler();
  const under16 = assembler.newLabel();
  const over32 = assembler.newLabel();
  const over64 = assembler.newLabel();
  assembler.emit(Form.cmp_rm64_imm8, rdx, 0, 16);
  assembler.jump(Form.jb_rel32, under16);
  assembler.emit(Form.cmp_rm64_imm8, rdx, 0, 32);
  assembler.jump(Form.ja_rel8, over32);
  moveEnds(assembler, 16, 1);
  assembler.bind(over32);
  assembler.emit(Form.cmp_rm64_imm8, rdx, 0, 64);
  assembler.jump(Form.ja_rel8, over64);
  moveEnds(assembler, 16, 2);
  assembler.bind(over64);
  assembleLongMove(assembler);
  assembler.bind(under16);
  assembleShortMove(assembler);
  return assembler;
}

/** Moves `count` XMM registers from the beginning and as many from the end, and returns. */
function moveEnds(assembler: Assembler, width: number, count: number): void {
  for (let index = 0; index < count; index++) {
    const fromEnd = width * (index - count);
    load(assembler, xmm0 + index, rsi, noRegister, width * index);
    load(assembler, xmm0 + count + index, rsi, rdx, fromEnd);
  }
  for (let index = 0; index < count; index++) {
    const fromEnd = width * (index - count);
    store(assembler, xmm0 + index, rdi, noRegister, width * index);
    store(assembler, xmm0 + count + index, rdi, rdx, fromEnd);
  }
  assembler.emit(Form.ret);
}

/** More than 64 bytes: backwards if the target begins inside the source. */
function assembleLongMove(assembler: Assembler): void {
  const backward = assembler.newLabel();
  const forwardLoop = assembler.newLabel();
  const backwardLoop = assembler.newLabel();
  assembler.emit(Form.mov_r64_rm64, rax, rdi);
  assembler.emit(Form.sub_r64_rm64, rax, rsi);
  assembler.emit(Form.cmp_r64_rm64, rax, rdx);
  assembler.jump(Form.jb_rel8, backward);

  // The last bytes go last, but are read first: the loop may overwrite them.
  loadRound(assembler, xmm4, rsi, rdx, -roundBytes);
  assembler.emitMemory(Form.lea_r64_m, r8, rdi, rdx, 0, -roundBytes);
  assembler.bind(forwardLoop);
  loadRound(assembler, xmm0, rsi, noRegister, 0);
  assembler.emit(Form.add_rm64_imm8, rsi, 0, roundBytes);
  storeRound(assembler, xmm0, rdi, noRegister, 0);
  assembler.emit(Form.add_rm64_imm8, rdi, 0, roundBytes);
  assembler.emit(Form.cmp_r64_rm64, rdi, r8);
  assembler.jump(Form.jb_rel8, forwardLoop);
  storeRound(assembler, xmm4, r8, noRegister, 0);
  assembler.emit(Form.ret);

  assembler.bind(backward);
  loadRound(assembler, xmm4, rsi, noRegister, 0);
  assembler.bind(backwardLoop);
  loadRound(assembler, xmm0, rsi, rdx, -roundBytes);
  storeRound(assembler, xmm0, rdi, rdx, -roundBytes);
  assembler.emit(Form.sub_rm64_imm8, rdx, 0, roundBytes);
  assembler.emit(Form.cmp_rm64_imm8, rdx, 0, roundBytes);
  assembler.jump(Form.ja_rel8, backwardLoop);
  storeRound(assembler, xmm4, rdi, noRegister, 0);
  assembler.emit(Form.ret);
}

/** Fewer than 16 bytes, none included. */
function assembleShortMove(assembler: Assembler): void {
  const done = assembler.newLabel();
  for (const [width, loadForm, storeForm] of wordForms) {
    const shorter = assembler.newLabel();
    assembler.emit(Form.cmp_rm32_imm8, rdx, 0, width);
    assembler.jump(Form.jb_rel8, shorter);
    assembler.emitMemory(Form[loadForm], rax, rsi, noRegister, 0, 0);
    assembler.emitMemory(Form[loadForm], rcx, rsi, rdx, 0, -width);
    assembler.emitMemory(Form[storeForm], rax, rdi, noRegister, 0, 0);
    assembler.emitMemory(Form[storeForm], rcx, rdi, rdx, 0, -width);
    assembler.emit(Form.ret);
    assembler.bind(shorter);
  }
  assembler.emit(Form.test_rm32_r32, rdx, rdx);
  assembler.jump(Form.je_rel8, done);
  // One to three bytes: the first, the middle and the last, which may be the same.
  assembler.emit(Form.mov_r32_rm32, r8, rdx);
  assembler.emit(Form.shr_rm32_1, r8);
  assembler.emitMemory(Form.movzx_r32_rm8, rax, rsi, noRegister, 0, 0);
  assembler.emitMemory(Form.movzx_r32_rm8, rcx, rsi, r8, 0, 0);
  assembler.emitMemory(Form.movzx_r32_rm8, rsi, rsi, rdx, 0, -1);
  assembler.emitMemory(Form.mov_rm8_r8, rax, rdi, noRegister, 0, 0);
  assembler.emitMemory(Form.mov_rm8_r8, rcx, rdi, r8, 0, 0);
  assembler.emitMemory(Form.mov_rm8_r8, rsi, rdi, rdx, 0, -1);
  assembler.bind(done);
  assembler.emit(Form.ret);
}

const wordForms: readonly (readonly [number, FormName, FormName])[] = [
  [8, "mov_r64_rm64", "mov_rm64_r64"],
  [4, "mov_r32_rm32", "mov_rm32_r32"],
];

/** memset(rdi target, rsi byte, rdx length). */
function assembleFill(): Assembler {
  const assembler = new Assembler();
  const under16 = assembler.newLabel();
  assembler.emit(Form.movzx_r32_rm8, rsi, rsi);
  assembler.emitImmediate(Form.mov_r64_imm64, rax, 0x0101_0101, 0x0101_0101);
  assembler.emit(Form.imul_r64_rm64, rax, rsi);
  assembler.emit(Form.cmp_rm64_imm8, rdx, 0, 16);
  assembler.jump(Form.jb_rel8, under16);
  assembleLongFill(assembler);
  assembler.bind(under16);
  assembleShortFill(assembler);
  return assembler;
}

/** At least 16 bytes of the pattern in rax: the ends first, then 64 or 16 at a time between them. */
function assembleLongFill(assembler: Assembler): void {
  const test64 = assembler.newLabel();
  const loop64 = assembler.newLabel();
  const test16 = assembler.newLabel();
  const loop16 = assembler.newLabel();
  assembler.emitMemory(Form.mov_rm64_r64, rax, rdi, noRegister, 0, 0);
  assembler.emitMemory(Form.mov_rm64_r64, rax, rdi, noRegister, 0, 8);
  load(assembler, xmm0, rdi, noRegister, 0);
  assembler.emitMemory(Form.lea_r64_m, r8, rdi, rdx, 0, -16);
  store(assembler, xmm0, r8, noRegister, 0);
  assembler.emit(Form.add_rm64_imm8, rdi, 0, 16);
  assembler.emitMemory(Form.lea_r64_m, r9, r8, noRegister, 0, 16 - roundBytes);
  assembler.jump(Form.jmp_rel8, test64);
  assembler.bind(loop64);
  for (let at = 0; at < roundBytes; at += 16) store(assembler, xmm0, rdi, noRegister, at);
  assembler.emit(Form.add_rm64_imm8, rdi, 0, roundBytes);
  assembler.bind(test64);
  assembler.emit(Form.cmp_r64_rm64, rdi, r9);
  assembler.jump(Form.jbe_rel8, loop64);
  assembler.jump(Form.jmp_rel8, test16);
  assembler.bind(loop16);
  store(assembler, xmm0, rdi, noRegister, 0);
  assembler.emit(Form.add_rm64_imm8, rdi, 0, 16);
  assembler.bind(test16);
  assembler.emit(Form.cmp_r64_rm64, rdi, r8);
  assembler.jump(Form.jb_rel8, loop16);
  assembler.emit(Form.ret);
}

function assembleShortFill(assembler: Assembler): void {
  const done = assembler.newLabel();
  for (const [width, , storeForm] of wordForms) {
    const shorter = assembler.newLabel();
    assembler.emit(Form.cmp_rm32_imm8, rdx, 0, width);
    assembler.jump(Form.jb_rel8, shorter);
    assembler.emitMemory(Form[storeForm], rax, rdi, noRegister, 0, 0);
    assembler.emitMemory(Form[storeForm], rax, rdi, rdx, 0, -width);
    assembler.emit(Form.ret);
    assembler.bind(shorter);
  }
  assembler.emit(Form.test_rm32_r32, rdx, rdx);
  assembler.jump(Form.je_rel8, done);
  assembler.emit(Form.mov_r32_rm32, r8, rdx);
  assembler.emit(Form.shr_rm32_1, r8);
  assembler.emitMemory(Form.mov_rm8_r8, rax, rdi, noRegister, 0, 0);
  assembler.emitMemory(Form.mov_rm8_r8, rax, rdi, r8, 0, 0);
  assembler.emitMemory(Form.mov_rm8_r8, rax, rdi, rdx, 0, -1);
  assembler.bind(done);
  assembler.emit(Form.ret);
}

function load(
  assembler: Assembler,
  register: number,
  base: number,
  index: number,
  displacement: number,
): void {
  assembler.emitMemory(Form.movups_x_xm128, register, base, index, 0, displacement);
}

function store(
  assembler: Assembler,
  register: number,
  base: number,
  index: number,
  displacement: number,
): void {
  assembler.emitMemory(Form.movups_xm128_x, register, base, index, 0, displacement);
}

function loadRound(
  assembler: Assembler,
  firstRegister: number,
  base: number,
  index: number,
  displacement: number,
): void {
  for (let word = 0; word < 4; word++) {
    load(assembler, firstRegister + word, base, index, displacement + 16 * word);
  }
}

function storeRound(
  assembler: Assembler,
  firstRegister: number,
  base: number,
  index: number,
  displacement: number,
): void {
  for (let word = 0; word < 4; word++) {
    store(assembler, firstRegister + word, base, index, displacement + 16 * word);
  }
}
