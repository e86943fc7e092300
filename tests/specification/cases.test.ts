import binaryen from "binaryen";
import { describe, expect, it } from "vitest";
import { canRunSubject } from "../differential/subject.ts";
import { runScript } from "./run-script.ts";
import type { Command, Script } from "./script.ts";

const modules: Readonly<Record<string, string>> = {
  owner: `(module
    (table (export "table") 4 funcref)
    (memory (export "memory") 1)
    (global (export "base") i32 (i32.const 40))
    (func $seven (export "seven") (result i32) (i32.const 7))
    (func (export "load") (param i32) (result i32) (i32.load8_u (local.get 0)))
    (elem (i32.const 0) $seven))`,
  user: `(module
    (type $number (func (result i32)))
    (import "owner" "table" (table 1 funcref))
    (import "owner" "memory" (memory 1))
    (import "owner" "base" (global $base i32))
    (import "owner" "seven" (func $seven (result i32)))
    (global $calls (mut i32) (global.get $base))
    (func $count (result i32)
      (global.set $calls (i32.add (global.get $calls) (i32.const 1))) (global.get $calls))
    (func (export "call") (param i32) (result i32)
      (i32.add (call $seven) (call_indirect (type $number) (local.get 0))))
    (func (export "divide") (param f32 f32) (result f32)
      (f32.div (local.get 0) (local.get 1)))
    (elem (i32.const 1) $count)
    (data (i32.const 65535) "!"))`,
  tooLong: `(module
    (import "owner" "table" (table 1 funcref))
    (func $unused)
    (elem (i32.const 2) $unused)
    (elem (i32.const 3) $unused $unused))`,
  several: `(module
    (import "owner" "memory" (memory $shared 1))
    (memory $own 1 2)
    (memory $far 0 1)
    (data (memory $own) (i32.const 8) "own data")
    (data $later "later")
    (func (export "copy") (param i32 i32 i32)
      (memory.copy $shared $own (local.get 0) (local.get 1) (local.get 2)))
    (func (export "back") (param i32 i32 i32)
      (memory.copy $own $shared (local.get 0) (local.get 1) (local.get 2)))
    (func (export "init") (param i32) (memory.init $own $later (local.get 0) (i32.const 0) (i32.const 5)))
    (func (export "fill far") (param i32 i32)
      (memory.fill $far (local.get 0) (i32.const 42) (local.get 1)))
    (func (export "load own") (param i32) (result i32) (i32.load8_u $own (local.get 0)))
    (func (export "load far") (param i32) (result i64) (i64.load32_u $far offset=4 (local.get 0)))
    (func (export "load high") (param i32) (result i32)
      (i32.load8_u $own offset=0xffffffff (local.get 0)))
    (func (export "store far") (param i32 i64) (i64.store $far (local.get 0) (local.get 1)))
    (func (export "grow own") (param i32) (result i32) (memory.grow $own (local.get 0)))
    (func (export "grow far") (param i32) (result i32) (memory.grow $far (local.get 0)))
    (func (export "sizes") (result i32)
      (i32.add (i32.mul (memory.size $own) (i32.const 10)) (memory.size $far))))`,
  vectors: `(module
    (global (export "constant") v128 (v128.const i16x8 1 2 3 4 5 6 7 8))
    (func (export "minimum") (param v128 v128) (result v128)
      (f32x4.min (local.get 0) (local.get 1)))
    (func (export "exchange") (param v128 i32 v128) (result v128 i32 v128)
      (local.get 2) (local.get 1) (local.get 0)))`,
  throwing: `(module
    (tag $number (export "number") (param i32 i64))
    (func (export "throw") (param i32) (result i32)
      (throw $number (local.get 0) (i64.const 9))))`,
  catching: `(module
    (type $thrower (func (param i32) (result i32)))
    (import "throwing" "number" (tag $number (param i32 i64)))
    (import "throwing" "throw" (func $throw (type $thrower)))
    (tag $other (param i32))
    (table $kept 2 exnref)
    (table $functions funcref (elem $throw))
    (global $last (mut exnref) (ref.null exn))
    (func (export "catch") (param i32) (result i32)
      (block $caught (result i32 i64)
        (drop (block $missed (result i32)
          (drop (try_table (result i32) (catch $other $missed) (catch $number $caught)
            (call_indirect $functions (type $thrower) (local.get 0) (i32.const 0))))
          (unreachable)))
        (unreachable))
      (i32.wrap_i64) (i32.add))
    (func $keep (param i32)
      (local $exception exnref)
      (block $all (result exnref)
        (try_table (catch_all_ref $all) (throw $other (local.get 0)))
        (unreachable))
      (local.set $exception)
      (global.set $last (local.get $exception))
      (table.set $kept (i32.const 1) (local.get $exception)))
    (func (export "keep") (param i32) (call $keep (local.get 0)))
    (func (export "keep through many") (param i32) (result i32) (local $count i32)
      (call $keep (local.get 0))
      (local.set $count (i32.const 40000))
      (loop $again
        (block $caught (result i32 i64)
          (drop (try_table (result i32) (catch $number $caught) (call $throw (local.get $count))))
          (unreachable))
        (drop) (drop)
        (br_if $again (local.tee $count (i32.sub (local.get $count) (i32.const 1)))))
      (block $caught (result i32)
        (try_table (catch $other $caught) (throw_ref (table.get $kept (i32.const 1))))
        (unreachable)))
    (func (export "throw many") (param i32) (local $mine exnref)
      (block $all (result exnref)
        (try_table (catch_all_ref $all) (throw $other (i32.const 77)))
        (unreachable))
      (local.set $mine)
      (loop $again
        (block $caught (result i32 i64)
          (drop (try_table (result i32) (catch $number $caught) (call $throw (local.get 0))))
          (unreachable))
        (drop) (drop)
        (br_if $again (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
      (throw_ref (local.get $mine)))
    (func (export "kept") (result i32)
      (block $caught (result i32)
        (try_table (catch $other $caught) (throw_ref (table.get $kept (i32.const 1))))
        (unreachable)))
    (func (export "last") (result i32)
      (block $caught (result i32)
        (try_table (catch $other $caught) (throw_ref (global.get $last)))
        (unreachable)))
    (func (export "null") (throw_ref (table.get $kept (i32.const 0))))
    (func (export "is null") (param i32) (result i32)
      (ref.is_null (table.get $kept (local.get 0)))))`,
  waiting: `(module
    (memory 1 2 shared)
    (func (export "wait") (param i32 i32 i64) (result i32)
      (memory.atomic.wait32 (local.get 0) (local.get 1) (local.get 2)))
    (func (export "wait wide") (param i64) (result i32)
      (memory.atomic.wait64 (i32.const 8) (local.get 0) (i64.const 1000)))
    (func (export "grow") (result i32) (memory.grow (i32.const 1))))`,
  unshared: `(module
    (memory 1)
    (func (export "wait") (result i32)
      (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const 0))))`,
  alone: `(module (table 1 funcref) (func $unused) (elem (i32.const 4294967295) $unused))`,
};

function assembled(name: string): Uint8Array {
  const module = binaryen.parseText(modules[name] ?? "");
  try {
    const { Atomics, BulkMemory, ExceptionHandling, MultiMemory } = binaryen.Features;
    const { Multivalue, ReferenceTypes, SIMD128 } = binaryen.Features;
    const features = [
      Atomics,
      ReferenceTypes,
      BulkMemory,
      Multivalue,
      MultiMemory,
      ExceptionHandling,
      SIMD128,
    ];
    module.setFeatures(features.reduce((all, each) => all | each));
    return module.emitBinary();
  } finally {
    module.dispose();
  }
}

function scriptOf(...commands: readonly object[]): Script {
  return {
    name: "case",
    commands: commands.map((command, line) => ({ ...command, line })) as unknown as Command[],
    bytes: assembled,
  };
}

function call(module: string, field: string, ...args: readonly (readonly [string, string])[]) {
  const values = args.map(([type, value]) => ({ type, value }));
  return { type: "invoke", module, field, args: values };
}

function vector(laneType: string, ...value: readonly string[]): object {
  return { type: "v128", lane_type: laneType, value };
}

function returns(action: object, type: string, value: string): object {
  return { type: "assert_return", action, expected: [{ type, value }] };
}

const loadBoth = [
  { type: "module", filename: "owner", name: "$owner" },
  { type: "register", as: "owner", name: "$owner" },
  { type: "module", filename: "user", name: "$user" },
];

describe.skipIf(!canRunSubject)("scripts of our own", { timeout: 60_000 }, () => {
  it("throw and catch exceptions, and keep those that are referred to", async () => {
    const own = (field: string, ...args: readonly string[]) =>
      call("$catching", field, ...args.map((value) => ["i32", value] as const));
    const throws = (action: object) => ({ type: "assert_exception", action });
    const { failures, passed } = await runScript(
      scriptOf(
        { type: "module", filename: "throwing", name: "$throwing" },
        { type: "register", as: "throwing", name: "$throwing" },
        { type: "module", filename: "catching", name: "$catching" },
        returns(own("catch", "5"), "i32", "14"),
        throws(call("$throwing", "throw", ["i32", "5"])),
        { type: "action", action: own("keep", "41") },
        returns(own("keep through many", "42"), "i32", "42"),
        throws(own("throw many", "40000")),
        returns(own("kept"), "i32", "42"),
        returns(own("last"), "i32", "42"),
        returns(own("is null", "0"), "i32", "1"),
        returns(own("is null", "1"), "i32", "0"),
        { type: "assert_trap", action: own("null"), text: "null exception reference" },
      ),
    );
    expect(failures).toEqual([]);
    expect(passed).toBe(11);
  });

  it("pass vectors and compare them lane by lane", async () => {
    const module = { type: "module", filename: "vectors", name: "$vectors" };
    const minimum = (...args: readonly object[]) => {
      return { type: "invoke", module: "$vectors", field: "minimum", args };
    };
    const nan = "2143289344";
    const one = "1065353216";
    const [left, right] = [
      vector("f32", "0", one, nan, one),
      vector("f32", "2147483648", nan, one, one),
    ];
    const bytes = vector("i8", ...Array.from({ length: 16 }, (_, lane) => String(lane * 15)));
    const words = vector("i64", "18446744073709551615", "1");
    const number = { type: "i32", value: "7" };
    const exchange = {
      type: "invoke",
      module: "$vectors",
      field: "exchange",
      args: [bytes, number, words],
    };
    const wrong = ["2147483648", "nan:canonical", "nan:canonical", "0"];
    const { failures, passed } = await runScript(
      scriptOf(
        module,
        { type: "assert_return", action: exchange, expected: [words, number, bytes] },
        {
          type: "assert_return",
          action: minimum(left, right),
          expected: [vector("f32", "2147483648", "nan:canonical", "nan:arithmetic", one)],
        },
        {
          type: "assert_return",
          action: minimum(left, right),
          expected: [vector("f32", ...wrong)],
        },
        {
          type: "assert_return",
          action: { type: "get", module: "$vectors", field: "constant" },
          expected: [vector("i32", "131073", "262147", "393221", "524295")],
        },
      ),
    );
    expect(failures.map(({ line }) => line)).toEqual([3]);
    expect(passed).toBe(4);
  });

  it("wait for what nobody notifies, but not for ever", async () => {
    const wait = (address: string, expected: string, timeout: string) =>
      call("$waiting", "wait", ["i32", address], ["i32", expected], ["i64", timeout]);
    const traps = (action: object, text: string) => ({ type: "assert_trap", action, text });
    const { failures } = await runScript(
      scriptOf(
        { type: "module", filename: "waiting", name: "$waiting" },
        { type: "module", filename: "unshared", name: "$unshared" },
        returns(wait("4", "1", "-1"), "i32", "1"),
        returns(wait("4", "0", "1000000"), "i32", "2"),
        returns(wait("4", "0", "0"), "i32", "2"),
        returns(call("$waiting", "wait wide", ["i64", "0"]), "i32", "2"),
        returns(call("$waiting", "wait wide", ["i64", "4294967296"]), "i32", "1"),
        returns(call("$waiting", "grow"), "i32", "1"),
        traps(wait("4", "0", "-1"), "deadlock: the only thread waits for a notification"),
        traps(wait("6", "0", "0"), "unaligned atomic"),
        traps(wait("262144", "0", "0"), "out of bounds memory access"),
        traps(call("$unshared", "wait"), "expected shared memory"),
      ),
    );
    expect(failures).toEqual([]);
  });

  it("use several memories", async () => {
    const owner = (address: string) => call("$owner", "load", ["i32", address]);
    const own = (field: string, ...args: readonly string[]) =>
      call("$several", field, ...args.map((value) => ["i32", value] as const));
    const traps = (action: object) => {
      return { type: "assert_trap", action, text: "out of bounds memory access" };
    };
    const { failures, passed } = await runScript(
      scriptOf(
        ...loadBoth,
        { type: "module", filename: "several", name: "$several" },
        returns(own("load own", "9"), "i32", "119"),
        { type: "action", action: own("copy", "100", "8", "3") },
        returns(owner("102"), "i32", "110"),
        { type: "action", action: own("back", "65535", "65535", "1") },
        returns(own("load own", "65535"), "i32", "33"),
        traps(own("copy", "0", "65530", "7")),
        traps(own("load own", "65536")),
        traps(own("load own", "-1")),
        traps(own("load high", "0")),
        traps(own("load high", "-1")),
        traps(own("load far", "0")),
        traps(own("fill far", "0", "1")),
        returns(own("grow own", "1"), "i32", "1"),
        returns(own("grow own", "1"), "i32", "4294967295"),
        returns(own("grow far", "1"), "i32", "0"),
        returns(own("sizes"), "i32", "21"),
        { type: "action", action: own("init", "131067") },
        returns(own("load own", "131071"), "i32", "114"),
        { type: "action", action: own("fill far", "65532", "4") },
        returns(own("load far", "65528"), "i64", "707406378"),
        traps(own("load far", "65529")),
        traps(call("$several", "store far", ["i32", "65529"], ["i64", "1"])),
        returns(call("$several", "load own", ["i32", "0"]), "i32", "0"),
      ),
    );
    expect(failures).toEqual([]);
    expect(passed).toBe(22);
  });

  it("share tables, memories and globals between instances", async () => {
    const { failures, passed } = await runScript(
      scriptOf(
        ...loadBoth,
        returns(call("$user", "call", ["i32", "0"]), "i32", "14"),
        returns(call("$user", "call", ["i32", "1"]), "i32", "48"),
        returns(call("$user", "call", ["i32", "1"]), "i32", "49"),
        returns(call("$owner", "load", ["i32", "65535"]), "i32", "33"),
        returns(call("$user", "divide", ["f32", "0"], ["f32", "0"]), "f32", "nan:canonical"),
        {
          type: "assert_trap",
          action: call("$user", "call", ["i32", "2"]),
          text: "uninitialized element",
        },
        { type: "assert_uninstantiable", filename: "tooLong", text: "out of bounds table access" },
      ),
    );
    expect(failures).toEqual([]);
    expect(passed).toBe(2 + 6 + 2);
  });

  it("refuse a module whose segment lies outside of its table", async () => {
    const alone = { type: "assert_uninstantiable", filename: "alone", text: "out of bounds" };
    const { failures, passed } = await runScript(scriptOf(alone));
    expect(failures).toEqual([]);
    expect(passed).toBe(2);
  });

  it("say which checks fail, and how", async () => {
    const { failures } = await runScript(
      scriptOf(
        ...loadBoth,
        returns(call("$user", "call", ["i32", "0"]), "i32", "15"),
        {
          type: "assert_trap",
          action: call("$user", "call", ["i32", "0"]),
          text: "undefined element",
        },
        returns(call("$user", "call", ["i32", "9"]), "i32", "0"),
        returns(call("$user", "call", ["i32", "0"]), "i32", "14"),
      ),
    );
    expect(failures).toEqual([
      { line: 3, reason: "gives 0xe" },
      { line: 5, reason: "ends in undefined element" },
      { line: 6, reason: "is not reached" },
      { line: 4, reason: "does not trap" },
    ]);
  });
});
