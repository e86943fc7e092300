import { describe, expect, it } from "vitest";
import { disassemble } from "../machine-x64/disassembler.fixture.ts";
import { type Chunk, originAt } from "../object/object.ts";
import { decodeObjectFile, encodeObjectFile } from "../object/object-file.ts";
import { SymbolTable } from "../object/symbols.ts";
import { compileText } from "./compile-text.fixture.ts";

const text = `(module
  (memory 1)
  (func (export "callee") (param i32) (result i32)
    (i32.load (local.get 0)))
  (func (export "loop") (param i32 i32) (result i32)
    (loop
      (i32.store16 (local.get 0) (i32.const 7))
      (local.set 0 (i32.div_u (local.get 0) (local.get 1)))
      (br_if 0 (call 0 (local.get 0))))
    (i32.popcnt (local.get 0))))`;

/** The WebAssembly opcodes to which machine instructions of a kind belong. */
const opcodes = { div: 0x6e, store16: 0x3b, call: 0x10, popcnt: 0x69 } as const;
const kinds: readonly (readonly [RegExp, number])[] = [
  [/^div /, opcodes.div],
  [/^mov word/, opcodes.store16],
  [/^popcnt/, opcodes.popcnt],
];

describe("the origins of machine code", () => {
  const { bytes, functions } = compileText(text, true);
  const body = functions[1];

  it("are the WebAssembly instructions that it was made from", () => {
    if (body === undefined) throw new Error("no code");
    const opcodeAt = (offset: number) => bytes[originAt(body, offset)];
    const found = disassemble(body.bytes).flatMap(({ offset, text: line }) =>
      kinds.flatMap(([kind, opcode]) => (kind.test(line) ? [[opcodeAt(offset), opcode]] : [])),
    );
    expect(found).toHaveLength(kinds.length);
    for (const [actual, wanted] of found) expect(actual).toBe(wanted);
  });

  it("lead from cold stubs to what traps, and from prologues nowhere", () => {
    if (body === undefined) throw new Error("no code");
    expect(originAt(body, 0)).toBe(0);
    const calls = disassemble(body.bytes).filter(({ text: line }) => line.startsWith("call"));
    const called = calls.map(({ offset }) => bytes[originAt(body, offset)]);
    expect(called).toEqual([opcodes.call, opcodes.div]);
  });

  it("ascend, say nothing twice, and are there only when asked for", () => {
    const origins = [...(body?.origins ?? [])];
    const offsets = origins.filter((_, index) => index % 2 === 0);
    const places = origins.filter((_, index) => index % 2 === 1);
    expect(offsets).toEqual([...new Set(offsets)].sort((a, b) => a - b));
    expect(places.every((place, index) => place !== places[index - 1])).toBe(true);
    expect(compileText(text).functions.every(({ origins: none }) => none === undefined)).toBe(true);
  });

  it("survive the object file", () => {
    const chunks = [...functions, ...compileText(text).functions];
    const symbols = new SymbolTable();
    for (let symbol = 0; symbol < 20; symbol++) symbols.intern(`app.s${symbol}`);
    const read = decodeObjectFile(encodeObjectFile(chunks, symbols), new SymbolTable());
    const told = ({ origins, unwinding }: Chunk) => [origins, unwinding];
    expect(read?.map(told)).toEqual(chunks.map(told));
  });
});
