import { avxTwin } from "./avx-twins.ts";
import { Role } from "./encoding-layout.ts";
import { type EncodingRow, parseRows } from "./encoding-row.ts";
import { encodings } from "./encodings.table.ts";
import type { OperandKind } from "./operand-kinds.ts";

/** The name of an instruction form: a key of the encoding table. */
export type FormName = keyof typeof encodings;

/** An instruction form: the index of its row in the encoding table, or behind these of a twin. */
export type FormId = number;

const maximumOperands = 4;

const tableNames = Object.keys(encodings) as readonly FormName[];

/** The form of every row by name, `Form.add_r32_rm32`. */
export const Form: Readonly<Record<FormName, FormId>> = numberForms();

const rows = parseRows(Object.values(encodings));

/** By form: AVX's form that does the same, behind those of the table, or the form itself. */
const avxForms = rows.map((row, form) => {
  const twin = avxTwin(row);
  return twin === undefined ? form : rows.push(twin) - 1;
});

/** The names of all forms, indexed by form. */
export const formNames: readonly string[] = rows.map(
  (row, form) => tableNames[form] ?? nameOf(row),
);

const count = rows.length;

/**
 * The encoding table in typed columns, indexed by form. Register sets are 32-bit masks over the
 * numbers of `Register`; they hold the registers that the row lists and those that its operands
 * fix (`cl`, `eax`), and never rsp.
 */
export const forms = {
  mnemonic: new Array<string>(count).fill(""),
  operandCount: new Uint8Array(count),
  /** Bits of `Layout`. */
  layout: new Uint32Array(count),
  /** Prefix bytes before REX, first byte lowest; of VEX, pp and mmmmm in its place; or 0. */
  prefixes: new Uint16Array(count),
  /** Opcode bytes, first byte lowest. */
  opcode: new Uint32Array(count),
  opcodeBytes: new Uint8Array(count),
  /** The opcode extension in ModRM.reg, 0 where a register stands there. */
  digit: new Uint8Array(count),
  /** Size of the immediate or branch displacement in bytes. */
  immediateBytes: new Uint8Array(count),
  /** Size of the memory operand in bytes; 0 where there is none or it is not accessed. */
  memoryBytes: new Uint16Array(count),
  implicitReads: new Uint32Array(count),
  implicitWrites: new Uint32Array(count),
  clobbers: new Uint32Array(count),
  /** Bits of `FlagsEffect`. */
  flags: new Uint8Array(count),
  /** 2, 3 or 4 for x86-64-v2 to -v4, or `probedCpuLevel`. */
  cpuLevel: new Uint8Array(count),
};

const kinds = new Array<OperandKind | undefined>(count * maximumOperands).fill(undefined);
const roles = new Uint8Array(count * maximumOperands);

rows.forEach((row, form) => {
  forms.mnemonic[form] = row.mnemonic;
  forms.operandCount[form] = row.operands.length;
  row.operands.forEach((operand, index) => {
    kinds[form * maximumOperands + index] = operand.kind;
    roles[form * maximumOperands + index] = operand.role;
  });
  forms.layout[form] = row.layout;
  forms.prefixes[form] = row.prefixes;
  forms.opcode[form] = row.opcode;
  forms.opcodeBytes[form] = row.opcodeBytes;
  forms.digit[form] = row.digit;
  forms.immediateBytes[form] = row.immediateBytes;
  forms.memoryBytes[form] = row.memoryBytes;
  forms.implicitReads[form] = row.implicitReads;
  forms.implicitWrites[form] = row.implicitWrites;
  forms.clobbers[form] = row.clobbers;
  forms.flags[form] = row.flags;
  forms.cpuLevel[form] = row.cpuLevel;
});

/** AVX's form that does what one of SSE does, or the form itself. */
export function avxForm(form: FormId): FormId {
  return avxForms[form] ?? form;
}

/** The kind of a form's operand, counted from 0 in Intel order; undefined past the last one. */
export function operandKind(form: FormId, index: number): OperandKind | undefined {
  return index < maximumOperands ? kinds[form * maximumOperands + index] : undefined;
}

/** What a form does with its operand, counted from 0 in Intel order: a value of `Role`. */
export function operandRole(form: FormId, index: number): number {
  return index < maximumOperands ? (roles[form * maximumOperands + index] ?? 0) : Role.none;
}

function numberForms(): Record<FormName, FormId> {
  // An object without prototype is a dictionary from the start, ten times as fast to fill.
  const numbers = Object.create(null) as Record<FormName, FormId>;
  tableNames.forEach((name, form) => {
    numbers[name] = form;
  });
  // As a prototype of something it is one no longer: nothing is looked up where names are constant.
  Object.create(numbers);
  return numbers;
}

function nameOf({ mnemonic, operands }: EncodingRow): string {
  return [mnemonic, ...operands.map(({ kind }) => kind.name)].join("_");
}
