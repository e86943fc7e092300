import { describe, expect, it } from "vitest";
import { ParseError, parse } from "./parse.ts";
import { print } from "./print.ts";

const everything = `function "many \\"forms\\""(i32, i64, f32, f64) -> (i32, f64) {
block0(v0: i32, v1: i64, v2: f32, v3: f64):
  v4 = i64 constant -9223372036854775808
  v5 = f32 constant 0x7fa00000
  v6 = f64 constant -2.5
  v7 = f64 constant 0x8000000000000000
  v8 = f32 constant -0.375
  v9 = i32 symbolAddress @table.0 + 24
  v10 = i64 functionReference @"odd name(s), really" + 7
  v11 = i32 call.2 @main(v0, v1)
  v12 = f64 result.1 v11
  v13 = i32 callPointer v9(v0)
  v14 = i32 intrinsic.port.in8(v0)
  intrinsic.mmio.write64(v1, v4)
  v15 = i64 load.signed16.app v0 + 4294967295
  store.float64.kernel v0, v7 + 8
  v16 = i32 loadSymbol.unsigned32 @app.pages
  storeSymbol.whole64 v15 @app.bytes
  v17 = i32 compare.floatLessEqual v2, v5
  trapIf.memoryOutOfBounds v17
  v18 = i32 select v17, v0, v16
  switch v18, block1(v3), block3, block1(v6)
block1(v19: f64):
  branch v17, block2, block3
block2:
  return(v13, v19)
block3:
  trap.unreachable
}
`;

describe("the textual form", () => {
  const names: string[] = [];
  const numberOf = (name: string) => {
    const known = names.indexOf(name);
    return known >= 0 ? known : names.push(name) - 1;
  };

  it("is printed as it was parsed", () => {
    expect(print(parse(everything, numberOf), (symbol) => names[symbol] ?? "?")).toBe(everything);
  });

  it("numbers blocks and values in reverse postorder", () => {
    const text = `function "f"(i32) -> (i32) {
      block0(v7: i32):
        jump block9
      block5:
        return(v3)
      block9: ; with a comment
        v3 = i32 add v7, v7
        jump block5
    }`;
    expect(print(parse(text))).toBe(`function "f"(i32) -> (i32) {
block0(v0: i32):
  jump block1
block1:
  v1 = i32 add v0, v0
  jump block2
block2:
  return(v1)
}
`);
  });

  it.each([
    ["v1 = i32 bogus v0", "line 3: unknown operation bogus"],
    ["v1 = i32 add v0", "line 3: unexpected end of line"],
    ["v1 = i32 add v0, v9", "line 3: unknown value v9"],
    ["jump block7", "line 3: unknown block"],
    ["return(v0) v0", "line 3: unexpected v0"],
    ["v1 = i33 add v0, v0", "line 3: unknown type i33"],
  ])("refuses %s", (line, message) => {
    const text = `function "f"(i32) -> (i32) {\nblock0(v0: i32):\n${line}\n}`;
    expect(() => parse(text)).toThrow(ParseError);
    expect(() => parse(text)).toThrow(message);
  });
});
