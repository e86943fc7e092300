/** Text of the harness that turns a module of functions into a command that reports on itself. */

/** Types that exports and imports may have. */
export type ValueType = "i32" | "i64" | "f32" | "f64" | "v128" | "funcref";

/** An exported function that the harness calls. */
export interface Callee {
  readonly name: string;
  readonly exportName: string;
  readonly parameters: readonly ValueType[];
  readonly results: readonly ValueType[];
}

type CalleeTypes = Pick<Callee, "parameters" | "results">;

/** A mutable global whose value belongs to the result. */
export interface ObservedGlobal {
  readonly name: string;
  readonly type: ValueType;
}

/** Argument lists with which every export is called, by type and then by set. */
const argumentSets: Readonly<Record<ValueType, readonly (readonly string[])[]>> = {
  i32: [
    ["0", "1", "-1", "100"],
    ["0x80000000", "-2", "0x7fffffff", "31", "65536"],
  ],
  i64: [
    ["1", "0", "-1", "0x100000000"],
    ["0x8000000000000000", "-7", "0x7fffffffffffffff", "63"],
  ],
  f32: [
    ["0", "1.5", "-1"],
    ["-0", "inf", "2147483648", "-1e-45", "16777217"],
  ],
  f64: [
    ["1", "-2.5", "0"],
    ["-inf", "9007199254740993", "-0", "4294967296", "1e-320"],
  ],
  v128: [
    ["i32x4 0 1 -1 0x80000000", "f64x2 1.5 -0"],
    ["i8x16 0 1 2 3 127 128 129 255 16 17 31 32 33 64 100 200", "f32x4 inf -1.5 0 2147483648"],
  ],
  funcref: [["func"], ["func"]],
};

/** How many argument lists a function is called with. */
export function argumentSetCount({ parameters }: Callee): number {
  return parameters.length === 0 ? 1 : 2;
}

/** WASI's imports, which come before every definition. */
export const harnessImports = `
  (import "wasi_snapshot_preview1" "fd_write"
    (func $harness.fd_write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "args_get"
    (func $harness.args_get (param i32 i32) (result i32)))`;

const scratchWords = 10;

/** A function with the name and type of an import: logs its arguments and returns ones or null. */
export function stubText(name: string, tag: number, callee: CalleeTypes): string {
  const lines = callee.parameters.map((type, index) =>
    logText(tag + index, type, [`local.get ${index}`]),
  );
  const results = callee.results.map((type) => constantText(type, tag));
  return `(func ${name} ${signatureText(callee)}\n${[...lines, ...results].join("\n")})`;
}

/** A number as a constant, or null. */
export function constantText(type: ValueType, number: number): string {
  if (type === "funcref") return "ref.null func";
  return type === "v128" ? `v128.const i64x2 ${number} ${number}` : `${type}.const ${number}`;
}

/** What the harness must know of a module. */
export interface Harnessed {
  readonly callees: readonly Callee[];
  readonly globals: readonly ObservedGlobal[];
  /** The module's start function: called by the harness, as hosts see no memory before its end. */
  readonly start: string | undefined;
  /** Whether the module has no memory and gets one. */
  readonly ownMemory: boolean;
}

/** The command's `_start` and what it needs. */
export function harnessText({ callees, globals, start, ownMemory }: Harnessed): string {
  const calls = callees.flatMap((callee) =>
    Array.from({ length: argumentSetCount(callee) }, (_, set) => callText(callee, set)),
  );
  const observed = globals.map(({ name, type }) => logText(103, type, [`global.get ${name}`]));
  return `
  ${ownMemory ? "(memory $harness.memory 1)" : ""}
  (export "_start" (func $harness.start))
  ${emitText}
  ${hashText}
  ${indexText}
  ${calls.map((text, index) => `(func $harness.call${index}\n${text})`).join("\n")}
  (func $harness.run (param $index i32)
    ${calls.map((_, index) => `(if (i32.eq (local.get $index) (i32.const ${index})) (then (call $harness.call${index})))`).join("\n")})
  (func $harness.start
    ${start === undefined ? "" : `call ${start}`}
    call $harness.index
    call $harness.run
    ${observed.join("\n")}
    (call $harness.emit (i32.const 109) (call $harness.hash)))`;
}

function callText({ name, parameters, results }: Callee, set: number): string {
  const constants = parameters.map((type, position) => {
    const choices = argumentSets[type][set] ?? [];
    const text = choices[position % choices.length] ?? "0";
    return type === "funcref" ? "ref.null func" : `${type}.const ${text}`;
  });
  const locals = results.map((type, index) => `(local $r${index} ${type})`);
  const takes = results.map((_, index) => `local.set $r${results.length - 1 - index}`);
  const logs = results.map((type, index) => logText(114, type, [`local.get $r${index}`]));
  return [...locals, ...constants, `call ${name}`, ...takes, ...logs].join("\n");
}

function signatureText({ parameters, results }: CalleeTypes): string {
  return [
    ...parameters.map((type) => `(param ${type})`),
    ...results.map((type) => `(result ${type})`),
  ].join(" ");
}

/** Writes a letter and the bits of a value; every NaN counts as the same. */
function logText(tag: number, type: ValueType, value: readonly string[]): string {
  if (type === "v128") {
    return [`i32.const ${tag}`, ...value, "call $harness.vector"].join("\n");
  }
  const bits: Readonly<Record<Exclude<ValueType, "v128">, string>> = {
    i32: "i64.extend_i32_u",
    i64: "",
    f32: "call $harness.bits32",
    f64: "call $harness.bits64",
    funcref: "ref.is_null\ni64.extend_i32_u",
  };
  return [`i32.const ${tag}`, ...value, bits[type], "call $harness.emit"].join("\n");
}

/**
 * Writes one line: a letter and 16 hexadecimal digits. It borrows the first bytes of the memory and
 * gives them back, so that the module finds its memory as it left it.
 */
const emitText = `
  (func $harness.bits32 (param $value f32) (result i64)
    (select (i64.const 0x7fc00000) (i64.extend_i32_u (i32.reinterpret_f32 (local.get $value)))
      (f32.ne (local.get $value) (local.get $value))))
  (func $harness.bits64 (param $value f64) (result i64)
    (select (i64.const 0x7ff8000000000000) (i64.reinterpret_f64 (local.get $value))
      (f64.ne (local.get $value) (local.get $value))))
  (func $harness.vector (param $tag i32) (param $value v128)
    (call $harness.emit (local.get $tag) (i64x2.extract_lane 0 (local.get $value)))
    (call $harness.emit (local.get $tag) (i64x2.extract_lane 1 (local.get $value))))
  (func $harness.emit (param $tag i32) (param $value i64) (local $at i32) (local $digit i32)
    ${words((index) => `(local $w${index} i64)`)}
    ${words((index) => `(local.set $w${index} (i64.load offset=${index * 8} (i32.const 0)))`)}
    (i32.store (i32.const 0) (i32.const 16))
    (i32.store (i32.const 4) (i32.const 18))
    (i32.store8 (i32.const 16) (local.get $tag))
    (loop $digits
      (local.set $digit (i32.wrap_i64 (i64.shr_u (local.get $value) (i64.const 60))))
      (local.set $value (i64.shl (local.get $value) (i64.const 4)))
      (i32.store8 offset=17 (local.get $at)
        (i32.add (local.get $digit)
          (if (result i32) (i32.lt_u (local.get $digit) (i32.const 10))
            (then (i32.const 48)) (else (i32.const 87)))))
      (br_if $digits (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 1))) (i32.const 16))))
    (i32.store8 (i32.const 33) (i32.const 10))
    (drop (call $harness.fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))
    ${words((index) => `(i64.store offset=${index * 8} (i32.const 0) (local.get $w${index}))`)})`;

/** FNV-1a over the memory's 64-bit words and its size. */
const hashText = `
  (func $harness.hash (result i64) (local $at i32) (local $pages i32) (local $hash i64)
    (local.set $hash (i64.const 0xcbf29ce484222325))
    (local.set $pages (memory.size))
    (loop $words
      (local.set $hash (i64.mul (i64.const 0x100000001b3)
        (i64.xor (local.get $hash) (i64.load (local.get $at)))))
      (br_if $words (i32.lt_u (i32.shr_u (local.tee $at (i32.add (local.get $at) (i32.const 8)))
        (i32.const 16)) (local.get $pages))))
    (i64.add (local.get $hash) (i64.extend_i32_u (local.get $pages))))`;

/** The number that is the first argument. */
const indexText = `
  (func $harness.index (result i32) (local $at i32) (local $index i32) (local $digit i32)
    ${words((index) => `(local $w${index} i64)`)}
    ${words((index) => `(local.set $w${index} (i64.load offset=${index * 8} (i32.const 0)))`)}
    (drop (call $harness.args_get (i32.const 0) (i32.const 16)))
    (local.set $at (i32.load (i32.const 4)))
    (block $end
      (loop $digits
        (br_if $end (i32.eqz (local.tee $digit (i32.load8_u (local.get $at)))))
        (local.set $index (i32.add (i32.mul (local.get $index) (i32.const 10))
          (i32.sub (local.get $digit) (i32.const 48))))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br $digits)))
    ${words((index) => `(i64.store offset=${index * 8} (i32.const 0) (local.get $w${index}))`)}
    (local.get $index))`;

function words(text: (index: number) => string): string {
  return Array.from({ length: scratchWords }, (_, index) => text(index)).join("\n    ");
}
