/** Modules that apply every vector instruction to interesting lanes, in several forms of code. */
import type { OpcodeRow } from "../../src/compiler/wasm/opcode-row.ts";
import { vectorOpcodeRows } from "../../src/compiler/wasm/vector-opcodes.table.ts";
import { shuffleMasks } from "./shuffle-masks.ts";

const rows: readonly (readonly [string, OpcodeRow])[] = Object.entries(vectorOpcodeRows);

/** Edges of integers and floats of every width, and plain numbers. */
export const vectorValues: readonly string[] = [
  "i64x2 0 0",
  "i64x2 -1 -1",
  "i8x16 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15",
  "i8x16 127 128 129 255 254 1 16 17 31 32 64 100 200 0 -127 85",
  "i8x16 15 14 13 12 11 10 9 8 7 6 5 4 3 2 1 0",
  "i16x8 0x7fff 0x8000 0x8001 0xffff 1 0 255 256",
  "i16x8 0x8000 0x8000 0x7fff 127 128 -128 -129 12345",
  "i32x4 0x7fffffff 0x80000000 0xffffffff 1",
  "i32x4 0x80000000 65535 65536 -65537",
  "i64x2 0x7fffffffffffffff 0x8000000000000000",
  "i64x2 0x8000000000000001 0x123456789abcdef0",
  "f32x4 0 -0 1 -1",
  "f32x4 0.5 -0.5 1.5 -2.5",
  "f32x4 nan inf -inf 1e-45",
  "f32x4 2147483648 4294967296 -2147483648 4294967040",
  "f32x4 8388607.5 -0.99 3.4e38 2147483520",
  "f64x2 0 -0",
  "f64x2 nan inf",
  "f64x2 -inf 5e-324",
  "f64x2 2147483647.5 4294967295.5",
  "f64x2 -2147483649 1e300",
  "f64x2 0.5 -1.5",
];

/** Those that are also written into the code. */
const constants = [0, 1, 3, 5, 8, 13].map((index) => `(v128.const ${vectorValues[index]})`);

/** Counts of shifts that are written into the code. */
const counts = [0, 1, 5, 7, 8, 9, 15, 16, 31, 33, 63, 64, -1].map(
  (count) => `(i32.const ${count})`,
);

const [a, b] = ["(local.get $a)", "(local.get $b)"];

/** Operands by position, made of two vectors; and scalars by type, of which there is one at most. */
const vectorOperands = [a, b, `(i16x8.sub ${a} ${b})`];
const scalarOperands: Readonly<Record<string, string>> = {
  i32: `(i32x4.extract_lane 0 ${b})`,
  i64: `(i64x2.extract_lane 0 ${b})`,
  f32: `(f32x4.extract_lane 0 ${b})`,
  f64: `(f64x2.extract_lane 0 ${b})`,
};

/** An address in or near the first values. */
const address = `(i32.add (i32.const 1024) (i32.and (i32x4.extract_lane 0 ${a}) (i32.const 63)))`;

/** Ways to write an instruction's application. */
export const vectorForms = ["variables", "constants", "memory"] as const;

/** One of the ways to write an instruction's application. */
export type VectorForm = (typeof vectorForms)[number];

const bodies: Readonly<Record<VectorForm, () => string[]>> = {
  variables: () => rows.flatMap(([name, row]) => applications(name, row, operandsOf(row))),
  constants: () =>
    rows.flatMap(([name, row]) =>
      constantOperands(row).flatMap((list) => applications(name, row, list).slice(0, 1)),
    ),
  memory: () => [...rows.flatMap(([name, row]) => accesses(name, row)), ...foldedAccesses],
};

const appliedType = "(param $a v128) (param $b v128) (result v128)";

/** The module that applies the instructions in one form, as text. */
export function vectorModule(form: VectorForm): string {
  const functions = bodies[form]();
  const data = vectorValues.map(
    (value, index) => `(v128.store (i32.const ${1024 + 16 * index}) (v128.const ${value}))`,
  );
  return `(module
    (import "fuzzing-support" "log-i64" (func $log (param i64)))
    (memory 1)
    (type $applied (func ${appliedType}))
    (table funcref (elem ${functions.map((_, index) => `$f${index}`).join(" ")}))
    (global $hash (mut v128) (v128.const i64x2 0 0))
    ${canonicalText("32", "f32x4", "0x7fc00000 0x7fc00000 0x7fc00000 0x7fc00000")}
    ${canonicalText("64", "f64x2", "0 0x7ff80000 0 0x7ff80000")}
    ${functions.map((body, index) => `(func $f${index} ${appliedType} ${body})`).join("\n")}
    (func $fill ${data.join("\n")})
    ${applyAllText(functions.length)})`;
}

/** Every NaN as the same one: which NaN comes out is not specified. */
function canonicalText(bits: string, shape: string, nan: string): string {
  return `(func $canonical${bits} (param $value v128) (result v128)
    (v128.bitselect (local.get $value) (v128.const i32x4 ${nan})
      (${shape}.eq (local.get $value) (local.get $value))))`;
}

/** Applies each function to all pairs of values, and logs what became of all its results. */
function applyAllText(count: number): string {
  const advance = (local: string, step: number, end: number) =>
    `(i32.lt_u (local.tee ${local} (i32.add (local.get ${local}) (i32.const ${step}))) (i32.const ${end}))`;
  const bytes = vectorValues.length * 16;
  return `(func (export "apply") (local $f i32) (local $i i32) (local $j i32)
    (loop $functions
      (local.set $i (i32.const 0))
      (loop $left
        (local.set $j (i32.const 0))
        (loop $right
          (call $fill)
          (global.set $hash (v128.xor
            (i64x2.mul (global.get $hash) (v128.const i64x2 0x100000001b3 0x9e3779b97f4a7c15))
            (call_indirect (type $applied) (v128.load offset=1024 (local.get $i))
              (v128.load offset=1024 (local.get $j)) (local.get $f))))
          (br_if $right ${advance("$j", 16, bytes)}))
        (br_if $left ${advance("$i", 16, bytes)}))
      (call $log (i64x2.extract_lane 0 (global.get $hash)))
      (call $log (i64x2.extract_lane 1 (global.get $hash)))
      (br_if $functions ${advance("$f", 1, count)})))`;
}

function typesOf({ signature }: OpcodeRow): { readonly taken: string[]; readonly given: string } {
  const [taken = "", given = ""] = signature.split("->").map((side) => side.trim());
  return { taken: taken.split(" ").filter((type) => type !== ""), given };
}

function operandsOf(row: OpcodeRow): string[] {
  return typesOf(row).taken.map(
    (type, position) => scalarOperands[type] ?? vectorOperands[position] ?? "",
  );
}

/** Lists of operands with constants among them, and with the same one twice. */
function constantOperands(row: OpcodeRow): string[][] {
  const { taken } = typesOf(row);
  const list = operandsOf(row);
  if (taken.length === 0 || row.immediate.startsWith("access")) return [];
  const replaced = taken.flatMap((type, position) => {
    const choices = type === "v128" ? constants : type === "i32" ? counts : [];
    return choices.map((choice) => list.map((each, at) => (at === position ? choice : each)));
  });
  return [...replaced, taken.map((type) => scalarOperands[type] ?? a)];
}

/** Applications of an instruction with each of its immediates, as vectors. */
function applications(name: string, row: OpcodeRow, list: readonly string[]): string[] {
  const { given } = typesOf(row);
  return immediatesOf(name, row).map((immediate) =>
    vectorOf(name, given, `(${name} ${immediate} ${list.join(" ")})`),
  );
}

function immediatesOf(name: string, { immediate }: OpcodeRow): string[] {
  switch (immediate) {
    case "none":
      return [""];
    case "v128":
      return [...vectorValues];
    case "lane":
      return Array.from({ length: Number(/x(\d+)/.exec(name)?.[1]) }, (_, lane) => String(lane));
    case "lanes":
      return shuffleMasks.map((mask) => mask.join(" "));
    default:
      return [];
  }
}

/** A result of any type as a vector with no NaN that is not canonical. */
function vectorOf(name: string, type: string, text: string): string {
  if (type === "i32") return `(i32x4.splat ${text})`;
  if (type === "i64") return `(i64x2.splat ${text})`;
  if (type === "f32") return `(i32x4.splat (i32.reinterpret_f32 ${text}))`;
  if (type === "f64") return `(i64x2.splat (i64.reinterpret_f64 ${text}))`;
  if (name.startsWith("f32x4")) return `(call $canonical32 ${text})`;
  return name.startsWith("f64x2") ? `(call $canonical64 ${text})` : text;
}

/** Loads and stores, for each lane where they name one. */
function accesses(name: string, { immediate, signature }: OpcodeRow): string[] {
  if (!immediate.startsWith("access")) return [];
  const bits = Number(/(\d+)_lane/.exec(name)?.[1] ?? 128);
  const lanes =
    immediate === "access" ? [""] : Array.from({ length: 128 / bits }, (_, n) => `${n}`);
  return lanes.map((lane) => {
    if (signature === "i32 -> v128") return `(${name} offset=3 align=1 ${address})`;
    const text = `(${name} offset=64 align=1 ${lane} ${address} ${b})`;
    if (!name.includes("store")) return text;
    return `${text} (v128.xor (v128.load offset=64 ${address}) (v128.load offset=72 ${address}))`;
  });
}

/** Loads and stores that may become part of the instruction that uses or makes their values. */
const foldedAccesses: readonly string[] = [
  `(i8x16.splat (i32.load8_s ${address}))`,
  `(i16x8.splat (i32.load16_u ${address}))`,
  `(i32x4.splat (i32.load ${address}))`,
  `(i64x2.splat (i64.load offset=1 ${address}))`,
  `(f32x4.splat (f32.load offset=2 ${address}))`,
  `(f64x2.splat (f64.load ${address}))`,
  `(i8x16.replace_lane 5 ${b} (i32.load8_u ${address}))`,
  `(i8x16.replace_lane 5 ${b} (i32.load ${address}))`,
  `(i16x8.replace_lane 6 ${b} (i32.load16_s ${address}))`,
  `(i32x4.replace_lane 3 ${b} (i32.load ${address}))`,
  `(i32x4.replace_lane 3 ${b} (i32.load8_s ${address}))`,
  `(i64x2.replace_lane 1 ${b} (i64.load ${address}))`,
  `(f32x4.replace_lane 2 ${b} (f32.load ${address}))`,
  `(f64x2.replace_lane 0 ${b} (f64.load ${address}))`,
  `(f64x2.replace_lane 1 ${b} (f64.load ${address}))`,
  `(i32x4.extend_low_i16x8_u (v128.load64_zero ${address}))`,
  `(i32x4.extend_low_i16x8_u (v128.load32_zero ${address}))`,
  `(i32x4.extend_low_i16x8_s (v128.load ${address}))`,
  `(i8x16.add ${b} (v128.load ${address}))`,
  `(i32.store8 ${address} (i8x16.extract_lane_s 7 ${b})) (v128.load ${address})`,
  `(i32.store16 ${address} (i16x8.extract_lane_u 7 ${b})) (v128.load ${address})`,
  `(i32.store ${address} (i32x4.extract_lane 2 ${b})) (v128.load ${address})`,
  `(i32.store8 ${address} (i32x4.extract_lane 2 ${b})) (v128.load ${address})`,
  `(i32.store16 ${address} (i8x16.extract_lane_u 6 ${b})) (v128.load ${address})`,
  `(i32.store ${address} (i8x16.extract_lane_u 4 ${b})) (v128.load ${address})`,
  `(i32.store ${address} (i16x8.extract_lane_u 2 ${b})) (v128.load ${address})`,
  `(i64.store ${address} (i64x2.extract_lane 1 ${b})) (v128.load ${address})`,
  `(i64.store32 ${address} (i64x2.extract_lane 1 ${b})) (v128.load ${address})`,
  `(f32.store ${address} (f32x4.extract_lane 1 ${b})) (v128.load ${address})`,
  `(f64.store ${address} (f64x2.extract_lane 1 ${b})) (v128.load ${address})`,
];
