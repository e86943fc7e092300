/** A module that holds relaxed vector instructions to what the standard allows them (3.0, section 4.3.5). */
import type { Outcome } from "./outcome.ts";
import { vectorValues } from "./vector-operators.ts";

const smallest16 = "(v128.const i16x8 -32768 -32768 -32768 -32768 -32768 -32768 -32768 -32768)";
const smallest32 = "(v128.const i32x4 0x80000000 0x80000000 0x80000000 0x80000000)";
const ones = "(v128.const i64x2 -1 -1)";

const [a, b] = ["(local.get $a)", "(local.get $b)"];
const c = `(i16x8.sub ${a} ${b})`;

const splat = (shape: string, value: number) =>
  `(${shape}.splat (${shape.startsWith("f64") ? "f64" : "f32"}.const ${value}))`;

/** Where lanes of the result are those of one of the vectors. */
function oneOf(shape: string, result: string, ...allowed: readonly string[]): string {
  return allowed
    .map((each) => `(${shape}.eq ${result} ${each})`)
    .reduce((sum, each) => `(v128.or ${sum} ${each})`);
}

/** Truncations that may give `other` for what does not fit between the limits, which are left out. */
function truncation(
  name: string,
  strict: string,
  low: number,
  high: number,
  other: string,
): string {
  const isDouble = name.includes("f64x2");
  const shape = isDouble ? "f64x2" : "f32x4";
  const above = `(${shape}.gt ${a} ${splat(shape, low)})`;
  const fits = `(v128.and ${above} (${shape}.lt ${a} ${splat(shape, high)}))`;
  // Two lanes of 64 bits lie in the lower half of the result, whose upper one is zero.
  const mask = isDouble
    ? `(v128.or (i8x16.shuffle 0 1 2 3 8 9 10 11 16 17 18 19 16 17 18 19 ${fits} (v128.const i64x2 0 0))
        (v128.const i64x2 0 -1))`
    : fits;
  const sure = `(${strict} ${a})`;
  return oneOf("i32x4", `(${name} ${a})`, sure, `(v128.bitselect ${sure} ${other} ${mask})`);
}

/** Products and sums of integers that need no rounding. */
function multiplyAdd(shape: "f32x4" | "f64x2", isNegated: boolean): string {
  const conversion = shape === "f32x4" ? "f32x4.convert_i32x4_s" : "f64x2.convert_low_i32x4_s";
  const [x, y, z] = [a, b, c].map((each) => `(${conversion} (i32x4.shr_s ${each} (i32.const 21)))`);
  const result = `(${shape}.relaxed_${isNegated ? "nmadd" : "madd"} ${x} ${y} ${z})`;
  const product = `(${shape}.mul ${x} ${y})`;
  return oneOf(shape, result, `(${shape}.${isNegated ? "sub" : "add"} ${z} ${product})`);
}

/** One product that needs more digits than there are: it may be rounded, which leaves nothing. */
function preciseProduct(shape: "f32x4" | "f64x2", isNegated: boolean): string {
  const bits = shape === "f32x4" ? 13 : 30;
  const factor = splat(shape, 1 + 2 ** -bits);
  const rounded = splat(shape, (isNegated ? 1 : -1) * (1 + 2 ** (1 - bits)));
  const result = `(${shape}.relaxed_${isNegated ? "nmadd" : "madd"} ${factor} ${factor} ${rounded})`;
  const rest = (isNegated ? -1 : 1) * 2 ** (-2 * bits);
  return oneOf(shape, result, splat(shape, 0), splat(shape, rest));
}

function extreme(shape: string, kind: "min" | "max"): string {
  const result = `(${shape}.relaxed_${kind} ${a} ${b})`;
  const lanes = shape === "f32x4" ? "i32x4" : "i64x2";
  const strict = [`(${shape}.p${kind} ${a} ${b})`, `(${shape}.p${kind} ${b} ${a})`];
  const isNan = `(v128.or (${shape}.ne ${a} ${a}) (${shape}.ne ${b} ${b}))`;
  return `(v128.or ${isNan} ${oneOf(lanes, result, ...strict)})`;
}

/** Sums of two products of bytes, the second of seven bits. */
const small = `(v128.and ${b} (i8x16.splat (i32.const 127)))`;
const products = ["low", "high"].map((half) => `(i16x8.extmul_${half}_i8x16_s ${a} ${small})`);
const every = (first: number) =>
  Array.from({ length: 8 }, (_, lane) => `${4 * lane + first} ${4 * lane + first + 1}`).join(" ");
const sums = `(i16x8.add (i8x16.shuffle ${every(0)} ${products.join(" ")})
  (i8x16.shuffle ${every(2)} ${products.join(" ")}))`;

const fraction = "(i16x8.relaxed_q15mulr_s (local.get $a) (local.get $b))";
const isSmallest = (vector: string) => `(i16x8.eq ${vector} ${smallest16})`;

/** By instruction: a vector of ones where its result for $a and $b is allowed. */
const checks: readonly string[] = [
  oneOf(
    "i8x16",
    `(i8x16.relaxed_swizzle ${a} ${b})`,
    `(i8x16.swizzle ${a} ${b})`,
    `(i8x16.swizzle ${a} (v128.and ${b} (i8x16.splat (i32.const 0x8f))))`,
  ),
  ...["f32x4", "f64x2"].flatMap((shape) => {
    const zero = shape === "f64x2" ? "_zero" : "";
    const name = (kind: string, sign: string) => `i32x4.${kind}_${shape}_${sign}${zero}`;
    const signed = [name("relaxed_trunc", "s"), name("trunc_sat", "s")] as const;
    const unsigned = [name("relaxed_trunc", "u"), name("trunc_sat", "u")] as const;
    return [
      truncation(...signed, -(2 ** 31), 2 ** 31, smallest32),
      truncation(...unsigned, -1, 2 ** 32, ones),
    ];
  }),
  ...(["f32x4", "f64x2"] as const).flatMap((shape) =>
    [false, true].flatMap((isNegated) => [
      multiplyAdd(shape, isNegated),
      preciseProduct(shape, isNegated),
    ]),
  ),
  ...["i8x16", "i16x8", "i32x4", "i64x2"].map((shape) => {
    const operands = `${a} ${b} (${shape}.gt_s ${a} ${b})`;
    const result = `(${shape}.relaxed_laneselect ${operands})`;
    return oneOf(shape, result, `(v128.bitselect ${operands})`);
  }),
  ...["f32x4", "f64x2"].flatMap((shape) => [extreme(shape, "min"), extreme(shape, "max")]),
  `(v128.or ${oneOf("i16x8", fraction, `(i16x8.q15mulr_sat_s ${a} ${b})`)}
    (v128.and ${isSmallest(fraction)} (v128.and ${isSmallest(a)} ${isSmallest(b)})))`,
  oneOf("i16x8", `(i16x8.relaxed_dot_i8x16_i7x16_s ${a} ${small})`, sums),
  oneOf(
    "i32x4",
    `(i32x4.relaxed_dot_i8x16_i7x16_add_s ${a} ${small} ${c})`,
    `(i32x4.add (i32x4.extadd_pairwise_i16x8_s ${sums}) ${c})`,
  ),
];

const checkType = "(param $a v128) (param $b v128) (result v128)";

/**
 * The module as text. It logs the number of the check and the places of the values where something is
 * not allowed, and at the end how many checks there were.
 */
export function relaxedModule(): string {
  const data = vectorValues.map(
    (value, index) => `(v128.store (i32.const ${16 * index}) (v128.const ${value}))`,
  );
  const bytes = 16 * vectorValues.length;
  const advance = (local: string, step: number, end: number) =>
    `(i32.lt_u (local.tee ${local} (i32.add (local.get ${local}) (i32.const ${step}))) (i32.const ${end}))`;
  const log = (local: string) => `(call $log (i64.extend_i32_u (local.get ${local})))`;
  return `(module
    (import "fuzzing-support" "log-i64" (func $log (param i64)))
    (memory 1)
    (type $check (func ${checkType}))
    (table funcref (elem ${checks.map((_, index) => `$f${index}`).join(" ")}))
    ${checks.map((body, index) => `(func $f${index} ${checkType} ${body})`).join("\n")}
    (func (export "apply") (local $f i32) (local $i i32) (local $j i32)
      ${data.join("\n")}
      (loop $checks
        (local.set $i (i32.const 0))
        (loop $left
          (local.set $j (i32.const 0))
          (loop $right
            (if (i32.eqz (i8x16.all_true (call_indirect (type $check)
                (v128.load (local.get $i)) (v128.load (local.get $j)) (local.get $f))))
              (then ${log("$f")} ${log("$i")} ${log("$j")}))
            (br_if $right ${advance("$j", 16, bytes)}))
          (br_if $left ${advance("$i", 16, bytes)}))
        (br_if $checks ${advance("$f", 1, checks.length)}))
      ${log("$f")}))`;
}

/** What the checks are of whose results a run did not find to be allowed. */
export function failedChecks(outcome: Outcome | undefined): string[] {
  const logged = [...(outcome?.output ?? "").matchAll(/^D([0-9a-f]+)$/gm)].map(([, digits]) =>
    Number.parseInt(digits ?? "", 16),
  );
  if (logged.pop() !== checks.length) return ["the run itself"];
  const failed = logged.filter((_, position) => position % 3 === 0);
  return [...new Set(failed)].map(
    (number) => /\w+\.relaxed_\w+/.exec(checks[number] ?? "")?.[0] ?? "",
  );
}
