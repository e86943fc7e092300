import { describe, expect, test } from "vitest";
import { Assembler, noRegister } from "./assembler.ts";
import { disassemble } from "./disassembler.fixture.ts";
import { Form, type FormId, formNames, forms, operandKind } from "./encoding.ts";
import { Layout } from "./encoding-layout.ts";
import { type InstructionOperands, instructionText, type MemoryText } from "./instruction-text.ts";
import type { OperandKind } from "./operand-kinds.ts";

/** An instruction to encode: a form and its operands. */
interface Sample {
  readonly form: FormId;
  readonly operands: InstructionOperands;
}

/** rax; the byte registers without and with REX; rsp, rbp, r12, r13, which ModRM treats apart. */
const generalRegisters = [0, 3, 4, 5, 6, 7, 8, 12, 13, 15];
const xmmRegisters = [16, 20, 21, 23, 24, 28, 29, 31];
const specialRegisters: Readonly<Record<string, readonly number[]>> = {
  cr: [0, 2, 3, 4, 8],
  seg: [0, 2, 3, 4, 5],
};

const displacements = [0, 1, -1, 127, -128, 128, -129, 0x1234_5678, 2 ** 31 - 1, -(2 ** 31)];

function operandKinds(form: FormId): OperandKind[] {
  const kinds: OperandKind[] = [];
  for (let index = 0; index < (forms.operandCount[form] ?? 0); index++) {
    const kind = operandKind(form, index);
    if (kind !== undefined) kinds.push(kind);
  }
  return kinds;
}

function modeOf(form: FormId): 32 | 64 {
  return has(form, Layout.mode32Only) ? 32 : 64;
}

function has(form: FormId, layoutBit: number): boolean {
  return ((forms.layout[form] ?? 0) & layoutBit) !== 0;
}

function registersOf(kind: OperandKind, mode: 32 | 64): readonly number[] {
  const all = specialRegisters[kind.name] ?? (kind.xmm ? xmmRegisters : generalRegisters);
  return mode === 64 ? all : all.filter((register) => register % 16 < (kind.bits === 8 ? 4 : 8));
}

function immediatesOf(form: FormId): bigint[] {
  const kind = operandKinds(form).find(({ place }) => /immediate|farTarget/i.test(place));
  if (kind === undefined) return [0n];
  if (kind.place === "farTarget") return [0x0010_8000_1234n];
  const limit = 1n << BigInt(kind.bits - 1);
  return [-limit, -1n, 0n, 1n, limit - 1n];
}

/** Every combination of registers, with the immediates taking turns. */
function registerSamples(form: FormId): Sample[] {
  if (!has(form, Layout.rmRegister) && has(form, Layout.rmMemory)) return [];
  const places = operandKinds(form).filter(({ place }) => /register|special/i.test(place));
  let combinations: number[][] = [[]];
  for (const kind of places) {
    const choices = registersOf(kind, modeOf(form));
    combinations = combinations.flatMap((chosen) => choices.map((choice) => [...chosen, choice]));
  }
  const immediates = immediatesOf(form);
  while (combinations.length < immediates.length) combinations.push(...combinations);
  return combinations.map((registers, turn) => ({
    form,
    operands: { registers, immediate: immediates[turn % immediates.length] ?? 0n },
  }));
}

/**
 * Every base with every displacement and three indices, which take turns as registers, immediates
 * and scales do.
 */
function memorySamples(form: FormId): Sample[] {
  if (!has(form, Layout.rmMemory)) return [];
  const mode = modeOf(form);
  const addresses = [noRegister, ...generalRegisters].filter((r) => mode === 64 || r < 8);
  const other = operandKinds(form).find(({ place }) => /^register$|special/.test(place));
  const registers = other === undefined ? [] : registersOf(other, mode);
  const seconds = operandKinds(form).some(({ name }) => name === "v128") ? xmmRegisters : [];
  const immediates = immediatesOf(form);
  const indices = addresses.filter((register) => register !== 4);
  const samples: Sample[] = [];
  for (const base of addresses) {
    for (const displacement of displacements) {
      for (let choice = 0; choice < 3; choice++) {
        const turn = samples.length;
        const index = choice === 0 ? noRegister : (indices[turn % indices.length] ?? noRegister);
        const scaleShift = index < 0 ? 0 : turn % 4;
        const register = registers[turn % registers.length];
        samples.push({
          form,
          operands: {
            registers: [register, seconds[(turn >> 1) % seconds.length]].filter(
              (named) => named !== undefined,
            ),
            memory: { base, index, scaleShift, displacement },
            immediate: immediates[turn % immediates.length] ?? 0n,
          },
        });
      }
    }
  }
  return samples;
}

function encode(assembler: Assembler, { form, operands }: Sample): void {
  const { registers = [], memory, immediate = 0n } = operands;
  const [first = 0, second = 0, third] = registers;
  const low = Number(BigInt.asIntN(32, immediate));
  if (memory !== undefined) {
    const { base, index, scaleShift, displacement } = memory;
    assembler.setSecond(second);
    assembler.emitMemory(form, first, base, index, scaleShift, displacement, low);
  } else if ((forms.immediateBytes[form] ?? 0) > 4) {
    assembler.emitImmediate(form, first, low, Number(immediate >> 32n));
  } else if (third !== undefined) {
    assembler.emitThree(form, first, second, third, low);
  } else {
    assembler.emit(form, first, second, low);
  }
}

/** The text that iced-x86 prints, where it differs from the row's reading. */
function expectedText({ form, operands }: Sample): string {
  const { memory } = operands;
  const text = instructionText(
    form,
    memory === undefined ? operands : { ...operands, memory: shownAddress(memory) },
    modeOf(form),
  );
  return text.replace(/^(push|pop)fq$/, "$1f");
}

/** An unscaled index without a base is written as the base. */
function shownAddress(memory: MemoryText): MemoryText {
  const { base, index, scaleShift } = memory;
  if (base >= 0 || index < 0 || scaleShift !== 0) return memory;
  return { ...memory, base: index, index: noRegister };
}

function expectSamples(form: FormId, samples: readonly Sample[]): void {
  const mode = modeOf(form);
  const assembler = new Assembler(mode);
  const expected = samples.map((sample) => {
    const offset = assembler.offset;
    encode(assembler, sample);
    return { offset, lengthBytes: assembler.offset - offset, text: expectedText(sample) };
  });
  expect(disassemble(assembler.finish().bytes, mode)).toEqual(expected);
}

const everyForm = formNames.map((name, form) => ({ name, form }));
const branches = everyForm.filter(({ form }) => has(form, Layout.relative));
const others = everyForm.filter(({ form }) => !has(form, Layout.relative));

describe("every form is decoded as its row reads", () => {
  test.each(others)("$name", ({ form }) => {
    const samples = [...registerSamples(form), ...memorySamples(form)];
    expect(samples).not.toHaveLength(0);
    expectSamples(form, samples);
  });

  test.each(branches)("$name, forwards and backwards", ({ form }) => {
    const assembler = new Assembler();
    const [start, end] = [assembler.newLabel(), assembler.newLabel()];
    assembler.bind(start);
    assembler.jump(form, end);
    assembler.jump(form, start);
    assembler.bind(end);
    assembler.emit(Form.ret);
    const text = (immediate: number): string =>
      instructionText(form, { immediate: BigInt(immediate) });
    expect(disassemble(assembler.finish().bytes).map((instruction) => instruction.text)).toEqual([
      text(assembler.labelOffset(end)),
      text(0),
      "ret",
    ]);
  });
});
