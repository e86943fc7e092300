import binaryen from "binaryen";
import { describe, expect, it } from "vitest";
import { defaultCodeOptions } from "../../contracts/build.ts";
import { compileText } from "./compile-text.fixture.ts";
import { compileUnitFunction } from "./function-compiler.ts";
import { unlinkedApp, unlinkedSettings } from "./unlinked-app.ts";

/** One function calls another; the next two call each other. */
const text = `(module
  (func $double (param i32) (result i32) (i32.shl (local.get 0) (i32.const 1)))
  (func (param i32) (result i32) (call $double (call $double (local.get 0))))
  (func $there (param i32) (result i32) (call $back (i32.add (local.get 0) (i32.const 1))))
  (func $back (param i32) (result i32) (call $there (i32.xor (local.get 0) (i32.const 3))))
  (func (param i32) (result i32) (i32.add (call $there (local.get 0)) (call $back (local.get 0)))))`;

/** The code of each function, compiled in this order. */
function compiledInOrder(order: readonly number[]): Map<number, string> {
  const bytes = new Uint8Array(binaryen.parseText(text).emitBinary());
  const code = { ...defaultCodeOptions, isVerified: true };
  const { environment, symbols } = unlinkedApp(bytes, { ...unlinkedSettings, code });
  return new Map(
    order.map((index) => {
      const [body] = compileUnitFunction(environment, index, symbols.intern(`f${index}`), symbols);
      const called = [...body.relocations].map(({ symbol }) => symbols.nameOf(symbol));
      return [index, `${Buffer.from(body.bytes).toString("hex")} ${called.join(" ")}`];
    }),
  );
}

describe("inlining of a module's small functions", () => {
  it("leaves no call", () => {
    expect(compileText(text).functions[1]?.relocations.count).toBe(0);
  });

  it("leaves calls to what debuggers are to see", () => {
    expect(compileText(text, true).functions[1]?.relocations.count).toBe(2);
  });

  it("makes the same code in whatever order functions are compiled", () => {
    const forwards = compiledInOrder([0, 1, 2, 3, 4]);
    const backwards = compiledInOrder([4, 3, 2, 1, 0]);
    for (const [index, code] of forwards) expect(backwards.get(index)).toBe(code);
  });
});
