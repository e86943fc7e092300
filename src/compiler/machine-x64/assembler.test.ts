import { assert, constantFrom, integer, property } from "fast-check";
import { describe, expect, test } from "vitest";
import { RelocationKind } from "../object/relocations.ts";
import { Assembler, noRegister } from "./assembler.ts";
import { Condition, conditionForm, invertCondition } from "./conditions.ts";
import { disassemble } from "./disassembler.fixture.ts";
import { Form, formNames } from "./encoding.ts";
import { EncodingError } from "./encoding-error.ts";
import { Register, Segment } from "./registers.ts";

const { rax, rcx, rdx, rbx, rsp, rbp, rsi, rdi, r8, r12, xmm0, xmm1, xmm9 } = Register;

function texts(assembler: Assembler, mode: 32 | 64 = 64): string[] {
  return disassemble(assembler.finish().bytes, mode).map(({ text }) => text);
}

function branchOver(paddingBytes: number): Uint8Array {
  const assembler = new Assembler();
  const end = assembler.newLabel();
  assembler.jump(Form.jmp_rel8, end);
  assembler.writeBytes(new Uint8Array(paddingBytes).fill(0x90));
  assembler.bind(end);
  return assembler.finish().bytes;
}

describe("labels", () => {
  test("branch over any distance that rel8 reaches, and no further", () => {
    expect(branchOver(127)[1]).toBe(127);
    expect(() => branchOver(128)).toThrow("128 bytes away: use rel32");
  });

  test("are addressed relative to rip, behind an immediate too", () => {
    const assembler = new Assembler();
    const table = assembler.newLabel();
    assembler.emitRelativeLabel(Form.lea_r64_m, r8, table);
    assembler.emitRelativeLabel(Form.cmp_rm32_imm8, 0, table, 1);
    assembler.bind(table);
    assembler.emitRelativeLabel(Form.mov_rm8_r8, rsi, table);
    expect(texts(assembler)).toEqual([
      "lea r8,[rel 14]",
      "cmp dword [rel 14],1",
      "mov byte [rel 14],sil",
    ]);
  });

  test("are told apart by their distance in jump tables", () => {
    const assembler = new Assembler();
    const [table, target] = [assembler.newLabel(), assembler.newLabel()];
    assembler.bind(table);
    assembler.writeLabelDistance(table, target);
    assembler.writeLabelDistance(target, table);
    assembler.bind(target);
    const { bytes } = assembler.finish();
    expect(Array.from(new Int32Array(bytes.buffer))).toEqual([8, -8]);
  });

  test("are bound exactly once", () => {
    const assembler = new Assembler();
    const label = assembler.newLabel();
    assembler.jump(Form.je_rel32, label);
    expect(() => assembler.finish()).toThrow("not bound");
    assembler.bind(label);
    expect(() => assembler.bind(label)).toThrow("bind it once");
    expect(() => assembler.bind(label + 1)).toThrow(EncodingError);
  });
});

describe("relocations", () => {
  test("of branches count from the end of the field", () => {
    const assembler = new Assembler();
    assembler.jumpToSymbol(Form.call_rel32, 7);
    assembler.jumpToSymbol(Form.je_rel32, 8, 16);
    expect([...assembler.finish().relocations]).toEqual([
      { offset: 1, kind: RelocationKind.pc32, symbol: 7, addend: 0 },
      { offset: 7, kind: RelocationKind.pc32, symbol: 8, addend: 16 },
    ]);
  });

  test("of rip-relative operands allow for the immediate behind them", () => {
    const assembler = new Assembler();
    assembler.emitRelativeSymbol(Form.lea_r64_m, rdi, 3, 8);
    assembler.emitRelativeSymbol(Form.mov_rm32_imm32, 0, 3, 8, 1234);
    const { bytes, relocations } = assembler.finish();
    expect([...relocations]).toEqual([
      { offset: 3, kind: RelocationKind.pc32, symbol: 3, addend: 8 },
      { offset: 9, kind: RelocationKind.pc32, symbol: 3, addend: 4 },
    ]);
    expect(disassemble(bytes).map(({ text }) => text)).toEqual([
      "lea rdi,[rel 7]",
      "mov dword [rel 17],1234",
    ]);
  });

  test("of displacements and immediates are absolute", () => {
    const assembler = new Assembler();
    assembler.emitMemorySymbol(Form.mov_r32_rm32, rcx, noRegister, noRegister, 0, 1, 4);
    assembler.emitMemorySymbol(Form.add_rm64_imm8, 0, rbx, r12, 3, 2, -4, 5);
    assembler.emitImmediateSymbol(Form.mov_r32_imm32, rax, 3, 0);
    assembler.emitImmediateSymbol(Form.mov_r64_imm64, r8, 4, 12);
    assembler.writeSymbolAddress(8, 5, 6);
    const { absolute32, absolute64 } = RelocationKind;
    expect([...assembler.finish().relocations]).toEqual([
      { offset: 3, kind: absolute32, symbol: 1, addend: 4 },
      { offset: 11, kind: absolute32, symbol: 2, addend: -4 },
      { offset: 17, kind: absolute32, symbol: 3, addend: 0 },
      { offset: 23, kind: absolute64, symbol: 4, addend: 12 },
      { offset: 31, kind: absolute64, symbol: 5, addend: 6 },
    ]);
  });

  test("keep their 4 bytes where a displacement of 0 would need none", () => {
    const assembler = new Assembler();
    assembler.emitMemorySymbol(Form.mov_r32_rm32, rcx, rdx, noRegister, 0, 1, 0);
    const { bytes, relocations } = assembler.finish();
    expect(bytes).toHaveLength(6);
    expect(relocations.offset(0)).toBe(2);
  });
});

describe("32-bit mode", () => {
  test("has short absolute addresses and 32-bit registers", () => {
    const assembler = new Assembler(32);
    assembler.emitMemory(Form.mov_r32_rm32, rax, noRegister, noRegister, 0, 0xfee0_0000);
    assembler.emitMemory(Form.lgdt_m48, 0, rbx, noRegister, 0, 4);
    assembler.emit(Form.mov_cr_r32, 3, rax);
    assembler.emit(Form.mov_seg_r32, Segment.ds, rcx);
    const { bytes } = assembler.finish();
    expect(disassemble(bytes, 32)).toMatchObject([
      { text: "mov eax,dword [4276092928]", lengthBytes: 6 },
      { text: "lgdt [ebx+4]" },
      { text: "mov cr3,eax" },
      { text: "mov ds,ecx" },
    ]);
  });

  test("leaves by a far jump to a symbol, and the code goes on in 64 bits", () => {
    const assembler = new Assembler(32);
    assembler.emitImmediateSymbol(Form.jmp_ptr16_32, 0, 9, 0, 0x10);
    assembler.setMode(64);
    assembler.emit(Form.mov_r64_rm64, rsp, rax);
    const { bytes, relocations } = assembler.finish();
    expect([...relocations]).toEqual([
      { offset: 1, kind: RelocationKind.absolute32, symbol: 9, addend: 0 },
    ]);
    expect(disassemble(bytes.subarray(0, 7), 32)[0]?.text).toBe("jmp 16:0");
    expect(disassemble(bytes.subarray(7))[0]?.text).toBe("mov rsp,rax");
  });

  test("refuses what it lacks", () => {
    const assembler = new Assembler(32);
    expect(() => assembler.emit(Form.add_r64_rm64, rax, rcx)).toThrow("32-bit mode");
    expect(() => assembler.emit(Form.add_r32_rm32, r8, rcx)).toThrow("REX");
    expect(() => assembler.emit(Form.mov_r8_rm8, rsi, rax)).toThrow("REX");
    expect(() => assembler.emitMemory(Form.mov_r32_rm32, rax, r8, noRegister, 0, 0)).toThrow("REX");
    expect(() => assembler.emitRelativeSymbol(Form.mov_r32_rm32, rax, 0, 0)).toThrow("rip");
    expect(() => new Assembler(64).emit(Form.push_r32, rax)).toThrow("64-bit mode");
  });
});

describe("wrong operands throw", () => {
  const cases: readonly [string, (assembler: Assembler) => void][] = [
    ["an XMM register for a general one", (a) => a.emit(Form.add_r32_rm32, rax, xmm0)],
    ["a general register for an XMM one", (a) => a.emit(Form.addsd_x_xm64, rax, xmm9)],
    ["a register that does not exist", (a) => a.emit(Form.add_r32_rm32, 32, rax)],
    ["a negative register", (a) => a.emit(Form.neg_rm32, -1)],
    ["a register too many", (a) => a.emit(Form.neg_rm32, rax, rcx)],
    ["a register where there is none", (a) => a.emit(Form.ret, rcx)],
    ["registers in place of memory", (a) => a.emit(Form.lea_r64_m, rax, rcx)],
    ["memory in place of a register", (a) => a.emitMemory(Form.bswap_r32, 0, rax, -1, 0, 0)],
    ["rsp as index", (a) => a.emitMemory(Form.lea_r64_m, rax, rax, rsp, 1, 0)],
    ["a scale of 16", (a) => a.emitMemory(Form.lea_r64_m, rax, rax, rcx, 4, 0)],
    ["a scale without index", (a) => a.emitMemory(Form.lea_r64_m, rax, rax, -1, 1, 0)],
    ["an XMM register as base", (a) => a.emitMemory(Form.lea_r64_m, rax, xmm0, -1, 0, 0)],
    ["a displacement of 2^31", (a) => a.emitMemory(Form.lea_r64_m, rax, rbp, -1, 0, 2 ** 31)],
    ["a sign-extended byte of 128", (a) => a.emit(Form.add_rm32_imm8, rax, 0, 128)],
    ["a byte of 256", (a) => a.emit(Form.shl_rm32_imm8, rax, 0, 256)],
    ["a sign-extended word of 2^31", (a) => a.emit(Form.add_rm64_imm32, rax, 0, 2 ** 31)],
    ["a word of 2^32", (a) => a.emit(Form.mov_r32_imm32, rax, 0, 2 ** 32)],
    ["a fraction", (a) => a.emit(Form.mov_r32_imm32, rax, 0, 0.5)],
    ["an immediate where there is none", (a) => a.emit(Form.neg_rm32, rax, 0, 1)],
    ["a branch without a target", (a) => a.emit(Form.jmp_rel32)],
    ["a branch of no branch form", (a) => a.jump(Form.ret, a.newLabel())],
    ["a short branch to a symbol", (a) => a.jumpToSymbol(Form.jmp_rel8, 0)],
    ["an address in a byte", (a) => a.emitImmediateSymbol(Form.push_imm8, 0, 0, 0)],
    ["a form that does not exist", (a) => a.emit(formNames.length)],
  ];

  test.each(cases)("%s", (_, encode) => {
    expect(() => encode(new Assembler())).toThrow(EncodingError);
  });
});

test("words of all 32 bits fit where nothing is sign-extended", () => {
  const assembler = new Assembler();
  assembler.emit(Form.mov_r32_imm32, rax, 0, 0xffff_ffff);
  assembler.emit(Form.and_rm32_imm32, rax, 0, 0x8000_0000);
  assembler.emitImmediate(Form.mov_r64_imm64, rax, 0xffff_fffe, 0x7fff_ffff);
  expect(texts(assembler)).toEqual([
    "mov eax,-1",
    "and eax,-2147483648",
    "mov rax,9223372036854775806",
  ]);
});

test("the buffer grows and keeps what it holds", () => {
  const assembler = new Assembler(64, 1);
  for (let count = 0; count < 1000; count++) assembler.emit(Form.add_r64_rm64, r8, rcx);
  expect(new Set(texts(assembler))).toEqual(new Set(["add r8,rcx"]));
});

test("padding aligns with few nops, whatever the distance", () => {
  assert(
    property(integer({ min: 0, max: 63 }), constantFrom(2, 4, 16, 32, 64), (start, to) => {
      const assembler = new Assembler();
      assembler.writeBytes(new Uint8Array(start).fill(0xcc));
      assembler.align(to);
      const { bytes } = assembler.finish();
      const padding = disassemble(bytes.subarray(start));
      expect(bytes.length % to).toBe(0);
      expect(bytes.length - start).toBeLessThan(to);
      expect(padding.length).toBe(Math.ceil((bytes.length - start) / 9));
      expect(padding.every(({ text }) => /nop|^xchg ax,ax$/.test(text))).toBe(true);
    }),
  );
});

test("conditions name the members of a family, and their inverses", () => {
  const families = [
    ["j", "_rel8"],
    ["j", "_rel32"],
    ["set", "_rm8"],
    ["cmov", "_r32_rm32"],
    ["cmov", "_r64_rm64"],
  ] as const;
  for (const [prefix, suffix] of families) {
    const first = formNames.findIndex((name) => name === `${prefix}o${suffix}`);
    for (const [name, condition] of Object.entries(Condition)) {
      expect(formNames[conditionForm(first, condition)]).toBe(`${prefix}${name}${suffix}`);
    }
  }
  expect(invertCondition(Condition.e)).toBe(Condition.ne);
  expect(invertCondition(Condition.ge)).toBe(Condition.l);
});

describe("with AVX", () => {
  test.each<readonly [string, (assembler: Assembler) => void]>([
    ["vaddsd xmm1,xmm1,xmm9", (assembler) => assembler.emit(Form.addsd_x_xm64, xmm1, xmm9)],
    // Lanes that survive come from the operand, or from a register that is hardly ever written.
    ["vsqrtsd xmm1,xmm9,xmm9", (assembler) => assembler.emit(Form.sqrtsd_x_xm64, xmm1, xmm9)],
    ["vcvtsi2sd xmm1,xmm15,rax", (assembler) => assembler.emit(Form.cvtsi2sd_x_rm64, xmm1, rax)],
    ["vpsrld xmm9,xmm9,5", (assembler) => assembler.emit(Form.psrld_x_imm8, xmm9, 0, 5)],
    ["vmovaps xmm9,xmm1", (assembler) => assembler.emit(Form.movaps_x_xm128, xmm9, xmm1)],
    [
      "vshufps xmm1,xmm1,xmm9,8",
      (assembler) => assembler.emit(Form.shufps_x_xm128_imm8, xmm1, xmm9, 8),
    ],
    ["vmovq rax,xmm9", (assembler) => assembler.emit(Form.movq_rm64_x, rax, xmm9)],
    ["add rax,rcx", (assembler) => assembler.emit(Form.add_r64_rm64, rax, rcx)],
  ])("%s", (text, write) => {
    const assembler = new Assembler();
    assembler.useAvx();
    write(assembler);
    expect(texts(assembler)).toEqual([text]);
  });

  test("memory operands stay what they are", () => {
    const assembler = new Assembler();
    assembler.useAvx();
    assembler.emitMemory(Form.movss_m32_x, xmm9, rcx, noRegister, 0, 4);
    assembler.emitMemory(Form.mulps_x_xm128, xmm1, rcx, r8, 2, 0);
    assembler.emitMemorySymbol(Form.cvtss2sd_x_xm32, xmm1, rcx, noRegister, 0, 7, 0);
    assembler.emitMemory(Form.mov_r64_rm64, rax, rcx, noRegister, 0, 0);
    expect(texts(assembler)).toEqual([
      "vmovss dword [rcx+4],xmm9",
      "vmulps xmm1,xmm1,oword [rcx+r8*4]",
      "vcvtss2sd xmm1,xmm15,dword [rcx]",
      "mov rax,qword [rcx]",
    ]);
  });
});
