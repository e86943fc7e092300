import { describe, expect, test } from "vitest";
import { Assembler, noRegister } from "./assembler.ts";
import { type InstructionFacts, instructionFacts } from "./disassembler.fixture.ts";
import { type FormId, formNames, forms, operandKind, operandRole } from "./encoding.ts";
import { FlagsEffect, Layout, probedCpuLevel, Role } from "./encoding-layout.ts";
import { parseRows } from "./encoding-row.ts";
import { Register, registerName } from "./registers.ts";

/** OF, SF, ZF, AF, CF and PF among iced's flags. */
const arithmeticFlags = 0x3f;

/** The CPU levels of features that x86-64-v2 lacks. */
const featureLevels: Readonly<Record<string, number>> = {
  LZCNT: 3,
  BMI1: 3,
  BMI2: 3,
  AVX: 3,
  FMA: 3,
  RDRAND: probedCpuLevel,
  RDSEED: probedCpuLevel,
  RDTSCP: probedCpuLevel,
  XSAVE: probedCpuLevel,
};

/** The registers that the sample instructions name: implicit operands of no form of that mode. */
const sampleRegisters = {
  32: { reg: Register.rbp, rm: Register.rdi, base: Register.rsi, vex: Register.rdi },
  64: { reg: Register.r13, rm: Register.r14, base: Register.r12, vex: Register.r10 },
};

const everyForm = formNames.map((name, form) => ({ name, form }));

function modeOf(form: FormId): 32 | 64 {
  return has(form, Layout.mode32Only) ? 32 : 64;
}

function has(form: FormId, layoutBit: number): boolean {
  return ((forms.layout[form] ?? 0) & layoutBit) !== 0;
}

/** What iced-x86 says about an instruction of the form, in memory if it takes memory. */
function factsOf(form: FormId): InstructionFacts {
  const mode = modeOf(form);
  const assembler = new Assembler(mode);
  const { reg, rm, base, vex } = sampleRegisters[mode];
  const isSpecial = [0, 1].some((index) => operandKind(form, index)?.place === "special");
  const first = isSpecial ? 0 : has(form, Layout.regXmm) ? Register.xmm0 : reg;
  const second = has(form, Layout.rmXmm) ? Register.xmm1 : rm;
  const registers = [
    has(form, Layout.regPresent) ? first : 0,
    has(form, Layout.rmRegister) ? second : 0,
  ];
  if (has(form, Layout.rmFirst)) registers.reverse();
  const immediate = (forms.immediateBytes[form] ?? 0) > 0 ? 1 : 0;
  if (has(form, Layout.relative)) {
    const label = assembler.newLabel();
    assembler.jump(form, label);
    assembler.bind(label);
  } else if (forms.operandCount[form] === 3 && operandKind(form, 2)?.place === "vexRegister") {
    assembler.emitThree(form, reg, rm, vex);
  } else if (operandKind(form, 1)?.name === "v32" || operandKind(form, 1)?.name === "v64") {
    assembler.emitThree(form, reg, vex, rm);
  } else if (has(form, Layout.vexSecond) && !has(form, Layout.rmMemory)) {
    assembler.emitThree(form, first, Register.xmm2, second, immediate);
  } else if (has(form, Layout.vexFirst)) {
    assembler.emit(form, first, second, immediate);
  } else if (has(form, Layout.rmMemory)) {
    if (has(form, Layout.vexSecond)) assembler.setSecond(Register.xmm2);
    const register = has(form, Layout.regPresent) ? first : 0;
    assembler.emitMemory(form, register, base, noRegister, 0, 0, immediate);
  } else if ((forms.immediateBytes[form] ?? 0) > 4) {
    assembler.emitImmediate(form, registers[0] ?? 0, immediate);
  } else {
    assembler.emit(form, registers[0], registers[1], immediate);
  }
  return instructionFacts(assembler.finish().bytes, mode);
}

/** The role that iced's access means; what may stay unwritten keeps, and so needs, its old value. */
function roleOfAccess(access: string): number {
  if (access === "None" || access === "NoMemAccess") return Role.none;
  if (access === "CondWrite" || access.startsWith("Read")) {
    return access.endsWith("Write") ? Role.readWrite : Role.read;
  }
  return access.endsWith("Write") ? Role.write : Role.read;
}

/** What an instruction reads and writes besides the registers that it names and rsp. */
function implicitRegisters(facts: InstructionFacts, mode: 32 | 64): [number, number] {
  const named: number[] = [Register.rsp, ...Object.values(sampleRegisters[mode])];
  let [reads, writes] = [0, 0];
  for (const { name, access } of facts.registers) {
    const register = generalRegister(name);
    if (register === undefined || named.includes(register)) continue;
    if (access.includes("Read")) reads |= 1 << register;
    if (access.includes("Write")) writes |= 1 << register;
  }
  return [reads, writes];
}

function generalRegister(name: string): number | undefined {
  for (let register = 0; register < 16; register++) {
    if ([8, 16, 32, 64].some((bits) => registerName(register, bits) === name)) return register;
  }
  return undefined;
}

describe("every row agrees with iced-x86 on what the instruction does", () => {
  test.each(everyForm)("$name", ({ form }) => {
    const facts = factsOf(form);
    for (let index = 0; index < (forms.operandCount[form] ?? 0); index++) {
      const kind = operandKind(form, index);
      if (kind === undefined || /immediate|target/i.test(kind.place) || kind.name === "1") continue;
      const merged = index === 0 && has(form, Layout.merges) ? Role.read : Role.none;
      const role = operandRole(form, index) | merged;
      expect(role, `operand ${index}`).toBe(roleOfAccess(facts.operandAccess[index] ?? ""));
    }
    const [reads, writes] = implicitRegisters(facts, modeOf(form));
    expect(forms.implicitReads[form], "reads").toBe(reads);
    expect((forms.implicitWrites[form] ?? 0) | (forms.clobbers[form] ?? 0), "writes").toBe(writes);
    const flags = forms.flags[form] ?? 0;
    expect((flags & FlagsEffect.reads) !== 0, "reads flags").toBe(
      (facts.flagsRead & arithmeticFlags) !== 0,
    );
    expect((flags & ~FlagsEffect.reads) !== 0, "writes flags").toBe(
      (facts.flagsModified & arithmeticFlags) !== 0,
    );
    if (has(form, Layout.rmMemory)) expect(forms.memoryBytes[form]).toBe(facts.memoryBytes);
    const levels = facts.cpuidFeatures.map((feature) => featureLevels[feature] ?? 2);
    expect(forms.cpuLevel[form], "CPU level").toBe(Math.max(...levels));
  });
});

describe("every name agrees with its row", () => {
  test.each(everyForm)("$name", ({ name, form }) => {
    const parts = [(forms.mnemonic[form] ?? "").replace(" ", "_")];
    for (let index = 0; index < (forms.operandCount[form] ?? 0); index++) {
      parts.push((operandKind(form, index)?.name ?? "?").replace(/^simm/, "imm"));
    }
    expect(name).toBe(parts.join("_"));
  });
});

describe("a malformed row is refused by the word that is wrong:", () => {
  test.each([
    ["add rw:r32 r:rm33 | 03 /r", "Bad operand r:rm33 of add"],
    ["add rw:r32 r:rm32 | 3 /r", "Bad opcode 3"],
    ["add rw:r32 r:rm32 | 03 /8", "Bad opcode /8"],
    ["div r:rm32 | F7 /6 | rw rax rdy", "Bad effect rw rdy of div"],
    ["div r:rm32 | F7 /6 | rax", "Bad effect  rax of div"],
  ])("%s", (text, message) => {
    expect(() => parseRows(["nop | 90", text])).toThrow(message);
  });
});
