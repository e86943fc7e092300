import { Access, type ValueTypeId } from "../ssa/operations.ts";
import { type OpcodeName, signatureOf } from "../wasm/opcodes.ts";
import { valueTypeNamed, wholeAccess } from "./types.ts";

/** The access by what stands behind `load` or `store`; nothing: the whole value. */
const narrowAccesses = new Map<string, number>([
  ["8", Access.unsigned8],
  ["8_s", Access.signed8],
  ["8_u", Access.unsigned8],
  ["16", Access.unsigned16],
  ["16_s", Access.signed16],
  ["16_u", Access.unsigned16],
  ["32", Access.unsigned32],
  ["32_s", Access.signed32],
  ["32_u", Access.unsigned32],
]);

/** How an instruction loads or stores a number, by its name; undefined for all others. */
export function scalarAccess(
  name: OpcodeName,
): { readonly isLoad: boolean; readonly type: ValueTypeId; readonly access: number } | undefined {
  const [, prefix, kind, suffix = ""] = /^([if]\d+)\.(load|store)(.*)$/.exec(name) ?? [];
  if (prefix === undefined || signatureOf(name) === undefined) return undefined;
  const type = valueTypeNamed(prefix);
  return {
    isLoad: kind === "load",
    type,
    access: narrowAccesses.get(suffix) ?? wholeAccess[type] ?? 0,
  };
}
