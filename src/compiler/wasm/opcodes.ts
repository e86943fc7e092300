import type { ImmediateKind, OpcodeRow } from "./opcode-row.ts";
import { type OpcodeName, opcodeRows } from "./opcodes.table.ts";

export type { ImmediateKind } from "./opcode-row.ts";
export type { OpcodeName } from "./opcodes.table.ts";

/** One more than the largest opcode number. */
export const opcodeLimit = 0x500;

/** 256 opcode numbers from `base` on: those from `first` on behind a prefix byte. */
interface PrefixedOpcodes {
  readonly prefix: number;
  readonly first: number;
  readonly base: number;
}

const prefixedOpcodes: readonly PrefixedOpcodes[] = [
  { prefix: 0xfc, first: 0, base: 0x100 },
  { prefix: 0xfd, first: 0, base: 0x200 },
  { prefix: 0xfd, first: 0x100, base: 0x400 },
  { prefix: 0xfe, first: 0, base: 0x300 },
];

/** The opcode number of an instruction behind a prefix byte; of an unknown one it is large. */
export function opcodeBehind(prefix: number, number: number): number | undefined {
  const ranges = prefixedOpcodes.filter((range) => range.prefix === prefix);
  if (ranges.length === 0) return undefined;
  const range = ranges.find(({ first }) => number >= first && number < first + 0x100);
  if (range === undefined) return (prefix << 16) + Math.min(number, 0xffff);
  return range.base + number - range.first;
}

/** The prefix byte of an opcode number and the number behind it, or undefined for a plain byte. */
export function prefixOf(
  code: number,
): { readonly prefix: number; readonly number: number } | undefined {
  const range = prefixedOpcodes.find(({ base }) => code >= base && code < base + 0x100);
  return range && { prefix: range.prefix, number: code - range.base + range.first };
}

/** Names of all opcodes. */
export const opcodeNames = Object.keys(opcodeRows) as readonly OpcodeName[];

/** The number of each opcode: its byte, or that of `opcodeBehind`. */
export const Opcode = Object.fromEntries(
  opcodeNames.map((name) => [name, opcodeRows[name].code]),
) as { readonly [name in OpcodeName]: number };

/** Instructions that open a block. */
export const blockOpeners: ReadonlySet<number> = new Set([
  Opcode.block,
  Opcode.loop,
  Opcode.if,
  Opcode.try,
  Opcode.try_table,
]);

/** Instructions that end a block. */
export const blockClosers: ReadonlySet<number> = new Set([Opcode.end, Opcode.delegate]);

/** Instructions that end one part of a block and begin the next. */
export const blockDividers: ReadonlySet<number> = new Set([
  Opcode.else,
  Opcode.catch,
  Opcode.catch_all,
]);

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

/** The feature that an unknown opcode belongs to, by its number. */
export function featureOfOpcode(code: number): string | undefined {
  if (code === 0xfb) return "garbage-collected types";
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
