import { describe, expect, it } from "vitest";
import { assemble, type ModuleText } from "../wasm/assemble.fixture.ts";
import { decode } from "../wasm/decode.ts";
import { DecodeError } from "../wasm/errors.ts";
import { nameOfOpcode, opcodeLimit } from "../wasm/opcodes.ts";
import { handlers } from "./handlers.ts";
import { signatures } from "./signatures.ts";
import { refusalByV8 } from "./v8.fixture.ts";
import { validateFunctions } from "./validate.ts";

function verdict(bytes: Uint8Array): string {
  try {
    validateFunctions(decode(bytes));
    return "valid";
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    return error.message;
  }
}

/** A module of one function that has a memory, a table, a global and `callee` before it. */
function moduleOf(type: string, code: string, rest: Partial<ModuleText> = {}): ModuleText {
  return {
    functions: [
      { name: "callee", type: "i32 -> i64", code: "i64.const 0" },
      { name: "run", type, locals: "i32 f64", code },
    ],
    memory: [1, 2],
    globals: [7],
    table: [0],
    ...rest,
  };
}

describe("every opcode", () => {
  it("has a signature or a rule of its own, not both", () => {
    for (let opcode = 0; opcode < opcodeLimit; opcode++) {
      const rules = [signatures[opcode], handlers[opcode]].filter((rule) => rule !== undefined);
      const name = nameOfOpcode(opcode);
      expect([name, rules.length]).toEqual([name, name === undefined ? 0 : 1]);
    }
  });
});

describe("valid functions", () => {
  it.each([
    ["nothing", "->", ""],
    ["arithmetic", "i32 -> i32", "local.get 0\ni32.const 1\ni32.add"],
    ["unknown operands", "-> i32", "unreachable\ni32.add"],
    ["an unknown and a known operand", "-> i32", "unreachable\ni32.const 1\ni32.add"],
    ["a select of unknown values", "-> f64", "unreachable\nselect"],
    ["a block's results", "-> i32", "block -> i32\ni32.const 1\nend"],
    ["a block's parameters", "-> i32", "i32.const 1\nblock i32 -> i32\nend"],
    ["a branch to a loop", "->", "loop\nbr 0\nend"],
    ["an if without else", "i32 -> i32", "local.get 0\ni32.const 1\nif i32 -> i32\nend"],
    ["a call", "-> i64", "i32.const 0\ncall 0"],
    ["an indirect call", "-> i64", "i32.const 0\ni32.const 0\ncall_indirect i32 -> i64"],
    [
      "labels of two types in what is not reached",
      "->",
      "block -> i32\nblock -> i64\nunreachable\nbr_table 0 1\nend\ndrop\ni32.const 1\nend\ndrop",
    ],
  ])("%s", (_, type, code) => {
    const bytes = assemble(moduleOf(type, code));
    expect(verdict(bytes)).toBe("valid");
    expect(refusalByV8(bytes)).toBeUndefined();
  });
});

describe("invalid functions", () => {
  it.each([
    [
      "a wrong operand",
      "->",
      "i64.const 1\ni32.const 1\ni32.add\ndrop",
      "i32.add expects i32, finds i64",
    ],
    ["a missing operand", "->", "i32.const 1\ni32.add\ndrop", "i32.add expects i32, finds nothing"],
    ["values left over", "->", "i32.const 1", "1 values too many are left on the stack"],
    ["a missing result", "-> i32", "", "end expects i32, finds nothing"],
    ["an unknown label", "->", "br 1", "unknown label 1"],
    ["an unknown local", "->", "local.get 9\ndrop", "unknown local 9"],
    ["an unknown global", "->", "global.get 3\ndrop", "unknown global 3"],
    ["an unknown function", "->", "call 9", "unknown function 9"],
    [
      "a value below the block",
      "->",
      "i32.const 1\nblock -> i32\nend\ndrop\ndrop",
      "end expects i32, finds nothing",
    ],
    ["else without if", "->", "block\nelse\nend", "else without if"],
    [
      "an if that must have an else",
      "-> i32",
      "i32.const 1\nif -> i32\ni32.const 1\nend",
      "an if without else must give what it takes",
    ],
    [
      "labels of different kinds",
      "->",
      "block -> i32\nloop\ni32.const 0\nbr_table 0 1\nend\nend\ndrop",
      "br_table",
    ],
    [
      "a select of two types",
      "->",
      "i32.const 1\ni64.const 1\ni32.const 1\nselect\ndrop",
      "two values of one type",
    ],
    [
      "a select of references",
      "->",
      "ref.null\nref.null\ni32.const 1\nselect\ndrop",
      "select of references",
    ],
    [
      "a null test of a number",
      "->",
      "i32.const 1\nref.is_null\ndrop",
      "expects a reference, finds i32",
    ],
    [
      "a result of unreachable code",
      "-> i32",
      "unreachable\ni64.const 1",
      "end expects i32, finds i64",
    ],
    ["an unknown data segment", "->", "data.drop 0", "data count section required"],
    ["an unknown element segment", "->", "elem.drop 4", "unknown element segment 4"],
  ])("%s", (_, type, code, reason) => {
    const bytes = assemble(moduleOf(type, code));
    const said = verdict(bytes);
    expect(said).toContain(`function run: `);
    expect(said).toContain(reason);
    expect(said).toMatch(/\(at offset \d+ of the module\)$/);
    expect(refusalByV8(bytes)).toBeDefined();
  });

  it.each([
    ["an access without memory", "i32.const 0\ni32.load 0\ndrop", "unknown memory 0"],
    ["a table that is not there", "i32.const 0\ntable.get 0\ndrop", "unknown table 0"],
    ["a function that nothing declares", "ref.func 1\ndrop", "undeclared function reference 1"],
  ])("%s", (_, code, reason) => {
    const bytes = assemble({
      functions: [
        { name: "run", type: "->", code },
        { name: "other", type: "->", code: "" },
      ],
    });
    const expected = reason.startsWith("undeclared") ? "valid" : reason;
    expect(verdict(bytes)).toContain(expected); // an export declares the function
  });
});
