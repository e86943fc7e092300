import { describe, expect, it } from "vitest";
import { vectorNames, vectorNumber } from "../ssa/vector-operations.ts";
import { Opcode, type OpcodeName, opcodeNames } from "../wasm/opcodes.ts";
import { vectorOpcodeRows } from "../wasm/vector-opcodes.table.ts";
import { handlers } from "./handlers.ts";

const names = Object.keys(vectorOpcodeRows) as OpcodeName[];

describe("the vector instructions", () => {
  it("are the 236 of WebAssembly 2.0, and every one is lowered", () => {
    expect(names.length).toBe(236);
    expect(names.filter((name) => handlers[Opcode[name]] === undefined)).toEqual([]);
  });

  it("are what the SSA form names its operations on vectors by", () => {
    expect(vectorNames.filter((name) => !opcodeNames.includes(name as OpcodeName))).toEqual([]);
    expect(new Set(vectorNames).size).toBe(vectorNames.length);
    expect(vectorNumber("i8x16.nothing")).toBeUndefined();
  });
});
