import binaryen from "binaryen";
import { describe, expect, it } from "vitest";
import { compare } from "./compare.ts";
import { canRunSubject } from "./subject.ts";

/** `_start` ends in tail calls whose arguments and results take more of the stack than its own. */
const text = `(module
  (import "wasi_snapshot_preview1" "fd_write"
    (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 16) "0123456789\\n")
  (global $left (mut i32) (i32.const 100000))
  (func $count (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)
    (if (i32.eqz (global.get $left)) (then (return_call $say (local.get 11))))
    (global.set $left (i32.sub (global.get $left) (i32.const 1)))
    (return_call $start))
  (func $say (param i32)
    (i32.store (i32.const 0) (i32.const 16))
    (i32.store (i32.const 4) (local.get 0))
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))))
  (func $start (export "_start")
    (return_call $count (i32.const 0) (i32.const 1) (i32.const 2) (i32.const 3) (i32.const 4)
      (i32.const 5) (i32.const 6) (i32.const 7) (i32.const 8) (i32.const 9) (i32.const 10)
      (i32.const 11))))`;

describe.skipIf(!canRunSubject)("an entry point that ends in tail calls", () => {
  it("runs them in its own caller's frame", async () => {
    const module = binaryen.parseText(text);
    module.setFeatures(binaryen.Features.MutableGlobals | binaryen.Features.TailCall);
    const comparison = await compare({ wasm: module.emitBinary(), runs: ["start"] });
    expect(comparison.differences).toEqual([]);
    expect(comparison.traps).toBe(0);
  });
});
