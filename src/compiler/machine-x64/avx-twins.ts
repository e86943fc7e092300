import { Layout, Role } from "./encoding-layout.ts";
import { type EncodingRow, emptyRow, type FormOperand, placeOperands } from "./encoding-row.ts";
import { operandKinds } from "./operand-kinds.ts";

/** The prefixes that VEX.pp stands for, in the order of its numbers. */
const prefixes: readonly number[] = [0, 0x66, 0xf3, 0xf2];

/** The opcode bytes that VEX.mmmmm stands for, first byte lowest, in the order of its numbers. */
const maps: readonly number[] = [0, 0x0f, 0x38_0f, 0x3a_0f];

const keptLayout = Layout.modRm | Layout.rexW | Layout.mode64Only;

/**
 * The row of AVX's instruction that does what one of SSE does: the same opcode behind a VEX prefix,
 * with the register that is changed, or of which lanes survive, read from an operand of its own
 * (Intel SDM volume 2, 2.3.5). Undefined for rows that are not SSE's.
 */
export function avxTwin(row: EncodingRow): EncodingRow | undefined {
  if ((row.layout & Layout.vex) !== 0 || !row.operands.some(({ kind }) => kind.xmm))
    return undefined;
  const twin = emptyRow();
  const mapBits = 8 * (row.opcodeBytes - 1);
  twin.mnemonic = `v${row.mnemonic}`;
  twin.operands.push(...operandsOfTwin(row));
  twin.layout = (row.layout & keptLayout) | Layout.vex;
  twin.prefixes =
    prefixes.indexOf(row.prefixes) | (maps.indexOf(row.opcode & ((1 << mapBits) - 1)) << 8);
  twin.opcode = row.opcode >> mapBits;
  twin.opcodeBytes = 1;
  twin.digit = row.digit;
  twin.immediateBytes = row.immediateBytes;
  twin.flags = row.flags;
  twin.cpuLevel = 3;
  placeOperands(twin);
  return twin;
}

function operandsOfTwin({ operands, layout }: EncodingRow): FormOperand[] {
  const [target, ...others] = operands;
  const isThree = target?.role === Role.readWrite || (layout & Layout.merges) !== 0;
  if (target === undefined || !isThree) return [...operands];
  const source = { kind: vexXmm, role: Role.read };
  // What shifts by an immediate has an opcode extension in ModRM.reg, and its target in VEX.vvvv.
  if (others[0]?.kind.place === "immediate") {
    const shifted = { kind: target.kind, role: Role.read };
    return [{ kind: vexXmm, role: Role.write }, shifted, ...others];
  }
  return [{ kind: target.kind, role: Role.write }, source, ...others];
}

const vexXmm = kindOf("v128");

function kindOf(name: string) {
  const kind = operandKinds.find((candidate) => candidate.name === name);
  if (kind === undefined) throw new Error(`There is no operand kind ${name}`);
  return kind;
}
