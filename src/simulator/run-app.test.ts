import binaryen from "binaryen";
import { describe, expect, it } from "vitest";
import { builtKernel } from "./kernel.fixture.ts";
import { MemoryStreams } from "./memory-streams.ts";
import { runApp } from "./run-app.ts";

interface Outcome {
  readonly status: number;
  readonly output: string;
  readonly error: string;
}

function run(text: string, options: { maximumPages?: number } = {}): Outcome {
  const module = binaryen.parseText(text);
  module.setFeatures(binaryen.Features.All);
  binaryen.setDebugInfo(true);
  const streams = new MemoryStreams();
  const status = runApp({
    kernel: builtKernel(),
    app: module.emitBinary(),
    arguments: ["app"],
    environment: [],
    streams,
    ...options,
  });
  module.dispose();
  return { status, output: streams.text(1), error: streams.text(2) };
}

const write = `(import "wasi_snapshot_preview1" "fd_write"
  (func $write (param i32 i32 i32 i32) (result i32)))`;
const exit = `(import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))`;
const hello = `(data (i32.const 16) "\\20\\00\\00\\00\\06\\00\\00\\00") (data (i32.const 32) "hello\\n")`;
const sayHello = "(drop (call $write (i32.const 1) (i32.const 16) (i32.const 1) (i32.const 8)))";

describe("an app on the node platform", () => {
  it("prints and ends with 0", () => {
    const app = `(module ${write} (memory (export "memory") 1) ${hello}
      (func (export "_start") ${sayHello}))`;
    expect(run(app)).toEqual({ status: 0, output: "hello\n", error: "" });
  });

  it("may keep its memory to itself and work in its start function", () => {
    const app = `(module ${write} (memory 1) ${hello} (func $begin ${sayHello}) (start $begin))`;
    expect(run(app)).toEqual({ status: 0, output: "hello\n", error: "" });
  });

  it.each([
    [0, 0],
    [1, 1],
    [255, 255],
    [256, 0],
    [-1, 255],
  ])("exits with %i as %i", (code, status) => {
    const app = `(module ${exit} (func (export "_start") (call $exit (i32.const ${code}))))`;
    expect(run(app).status).toBe(status);
  });

  it("never grows beyond the given maximum", () => {
    const grow = "(memory.grow (i32.const 1))";
    const app = `(module ${exit} (memory 1) (func (export "_start")
      (drop ${grow}) (call $exit (i32.add ${grow} (i32.const 10)))))`;
    expect(run(app).status).toBe(12);
    expect(run(app, { maximumPages: 2 }).status).toBe(9);
  });

  it("is refused when it imports something unknown", () => {
    const app = `(module (import "env" "gettimeofday" (func)))`;
    expect(() => run(app)).toThrow(/env\.gettimeofday/);
  });
});

const traps = [
  ["unreachable", "(unreachable)"],
  ["integer divide by zero", "(drop (i32.div_u (i32.const 1) (global.get $zero)))"],
  ["integer divide by zero", "(drop (i64.rem_s (i64.const 1) (i64.const 0)))"],
  ["integer overflow", "(drop (i32.div_s (i32.const 0x80000000) (i32.const -1)))"],
  ["invalid conversion to integer", "(drop (i32.trunc_f64_s (f64.const nan)))"],
  ["out of bounds memory access", "(drop (i32.load (i32.const -4)))"],
  ["undefined element", "(call_indirect (i32.const 7))"],
  ["call stack exhausted", "(call $inner)"],
] as const;

describe("a trap", () => {
  it.each(traps)("%s is reported with its function and gives 134", (message, code) => {
    const outcome = run(`(module (memory 1) (table 1 funcref) (global $zero (mut i32) (i32.const 0))
      (func $inner ${code}) (func $outer (call $inner)) (export "_start" (func $outer)))`);
    expect(outcome.status).toBe(134);
    const [first = "", second = ""] = outcome.error.split("\n");
    expect(first).toBe(`tsuki: trap: ${message}`);
    expect(second).toMatch(/^ {4}at inner\+0x[0-9a-f]+$/);
  });

  it("names a function by its export when it has no other name", () => {
    const { error } = run(`(module (func (export "_start") (unreachable)))`);
    expect(error.split("\n")[1]).toMatch(/^ {4}at _start\+0x[0-9a-f]+$/);
  });

  it("shows the callers, and says how many it leaves out", () => {
    const callers = Array.from({ length: 40 }, (_, index) => {
      const callee = index === 0 ? "(unreachable)" : `(call $f${index - 1})`;
      return `(func $f${index} ${callee})`;
    });
    const { error } = run(`(module ${callers.join("\n")} (export "_start" (func $f39)))`);
    const lines = error.trimEnd().split("\n");
    expect(lines).toHaveLength(34);
    expect(lines[2]).toMatch(/at f1\+0x/);
    // The forty functions and the kernel's boot, of which 32 are shown.
    expect(lines[33]).toBe("    ... 9 more");
  });
});
