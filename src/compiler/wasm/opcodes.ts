import {
  type ImmediateKind,
  type OpcodeName,
  type OpcodeRow,
  opcodeRows,
} from "./opcodes.table.ts";

export type { ImmediateKind, OpcodeName } from "./opcodes.table.ts";

/** One more than the largest opcode number. */
export const opcodeLimit = 0x112;

/** Names of all opcodes. */
export const opcodeNames = Object.keys(opcodeRows) as readonly OpcodeName[];

/** The number of each opcode: its byte, or 0x100 + its number behind the prefix 0xfc. */
export const Opcode = Object.fromEntries(
  opcodeNames.map((name) => [name, opcodeRows[name].code]),
) as { readonly [name in OpcodeName]: number };

const namesByCode = new Map<number, OpcodeName>(
  opcodeNames.map((name) => [opcodeRows[name].code, name]),
);

/** The name of an opcode by its number, or undefined. */
export function nameOfOpcode(code: number): OpcodeName | undefined {
  return namesByCode.get(code);
}

/** The immediates of each opcode by number; undefined where there is no such opcode. */
export const immediateKinds: readonly (ImmediateKind | undefined)[] = immediatesByNumber();

/** The fixed signature of an opcode as names of types, or undefined where it has none. */
export function signatureOf(
  name: OpcodeName,
): { readonly parameters: readonly string[]; readonly results: readonly string[] } | undefined {
  const row: OpcodeRow = opcodeRows[name];
  const [parameters, results] = row.signature.split("->");
  if (parameters === undefined || results === undefined) return undefined;
  return { parameters: words(parameters), results: words(results) };
}

/** The feature that an unknown opcode byte belongs to (for the prefix 0xfc: 0x100 + number). */
export function featureOfOpcode(code: number): string | undefined {
  if (code === 0xfd) return "SIMD vectors";
  if (code === 0xfe) return "threads (atomic operations)";
  if (code === 0xfb) return "garbage-collected types";
  if (code >= 0x06 && code <= 0x0a) return "exceptions";
  if (code === 0x18 || code === 0x19 || code === 0x1f) return "exceptions";
  if (code === 0x14 || code === 0x15 || (code >= 0xd3 && code <= 0xd6))
    return "typed function references";
  if (code >= 0x113 && code <= 0x116) return "wide arithmetic";
  return undefined;
}

function words(text: string): string[] {
  return text.split(" ").filter((word) => word !== "");
}

function immediatesByNumber(): (ImmediateKind | undefined)[] {
  const kinds = new Array<ImmediateKind | undefined>(opcodeLimit).fill(undefined);
  for (const { code, immediate } of Object.values<OpcodeRow>(opcodeRows)) kinds[code] = immediate;
  return kinds;
}
