import { expect, test } from "vitest";
import { Opcode, type OpcodeName, opcodeNames, signatureOf } from "../wasm/opcodes.ts";
import { handlers } from "./handlers.ts";

const isCovered = (name: OpcodeName) => handlers[Opcode[name]] !== undefined;

test("instructions on numbers are covered, atomic ones apart", () => {
  const isOfNumbers = (name: OpcodeName) => {
    const signature = signatureOf(name);
    if (signature === undefined || name.includes("atomic")) return false;
    const types = [...signature.parameters, ...signature.results];
    const isMemorys = /^(memory\.init|data|elem|table)/.test(name);
    return !isMemorys && types.every((type) => /^[if](32|64)$/.test(type));
  };
  const numeric = opcodeNames.filter(isOfNumbers);
  expect(numeric.length).toBeGreaterThan(150);
  expect(numeric.filter((name) => !isCovered(name))).toEqual([]);
});

test("of the others, blocks, branches, calls, locals and globals are", () => {
  const others = opcodeNames.filter((name) => isCovered(name) && signatureOf(name) === undefined);
  expect(others).toEqual([
    "unreachable",
    "nop",
    "block",
    "loop",
    "if",
    "else",
    "end",
    "br",
    "br_if",
    "br_table",
    "return",
    "call",
    "call_indirect",
    "drop",
    "select",
    "select_typed",
    "local.get",
    "local.set",
    "local.tee",
    "global.get",
    "global.set",
  ]);
});
