/** Modules that apply every numeric operator to edge values, in every form that code may take. */
import type { ValueType } from "./harness.ts";

type NumberType = Exclude<ValueType, "v128" | "funcref">;

/** An operator of one or two operands of one type. */
interface Operator {
  readonly name: string;
  readonly operand: NumberType;
  readonly result: NumberType;
  readonly arity: 1 | 2;
}

const values: Readonly<Record<NumberType, readonly string[]>> = {
  i32: ["0", "1", "-1", "2", "7", "31", "32", "33", "0x80", "0xff80", "0x7fffffff", "0x80000000"],
  i64: [
    "0",
    "1",
    "-1",
    "3",
    "31",
    "63",
    "64",
    "65",
    "0x80",
    "0x80000000",
    "0xffffffff",
    "0x100000000",
    "0x7fffffffffffffff",
    "0x8000000000000000",
    "0x123456789abcdef0",
  ],
  f32: [
    "0",
    "-0",
    "1",
    "-1",
    "0.5",
    "-0.5",
    "1.5",
    "2.5",
    "nan",
    "inf",
    "-inf",
    "1e-45",
    "8388607.5",
    "2147483647",
    "2147483648",
    "-2147483648",
    "-2147483904",
    "4294967040",
    "4294967296",
    "9223371487098961920",
    "9223372036854775808",
    "-9223372036854775808",
    "-9223373136366403584",
    "18446742974197923840",
    "18446744073709551616",
    "-0.99",
    "3.4e38",
  ],
  f64: [
    "0",
    "-0",
    "1",
    "-1",
    "0.5",
    "-0.5",
    "1.5",
    "-2.5",
    "nan",
    "inf",
    "-inf",
    "5e-324",
    "4503599627370495.5",
    "2147483647",
    "2147483647.9",
    "2147483648",
    "-2147483648.9",
    "-2147483649",
    "4294967295.9",
    "4294967296",
    "9223372036854774784",
    "9223372036854775808",
    "-9223372036854775808",
    "-9223372036854777856",
    "18446744073709549568",
    "18446744073709551616",
    "-0.99",
    "-1",
    "1.7e308",
    "16777217",
    "1e-40",
  ],
};

const integerBinary = "add sub mul and or xor shl shr_s shr_u rotl rotr".split(" ");
const divisions = "div_s div_u rem_s rem_u".split(" ");
const integerCompare = "eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u".split(" ");
const floatBinary = "add sub mul div min max copysign".split(" ");
const floatCompare = "eq ne lt gt le ge".split(" ");
const floatUnary = "abs neg ceil floor trunc nearest sqrt".split(" ");

const binary = (operand: NumberType, names: readonly string[], result = operand): Operator[] =>
  names.map((name) => ({ name: `${operand}.${name}`, operand, result, arity: 2 }));
const unary = (operand: NumberType, names: readonly string[], result = operand): Operator[] =>
  names.map((name) => ({ name: `${operand}.${name}`, operand, result, arity: 1 }));
const convert = (result: NumberType, operand: NumberType, names: readonly string[]): Operator[] =>
  names.map((name) => ({ name: `${result}.${name}`, operand, result, arity: 1 }));

const comparisons: readonly Operator[] = [
  ...binary("i32", integerCompare, "i32"),
  ...binary("i64", integerCompare, "i32"),
  ...binary("f32", floatCompare, "i32"),
  ...binary("f64", floatCompare, "i32"),
];

const total: readonly Operator[] = [
  ...binary("i32", integerBinary),
  ...binary("i64", integerBinary),
  ...binary("f32", floatBinary),
  ...binary("f64", floatBinary),
  ...comparisons,
  ...unary("i32", ["clz", "ctz", "popcnt", "eqz", "extend8_s", "extend16_s"]),
  ...unary("i64", ["clz", "ctz", "popcnt", "extend8_s", "extend16_s", "extend32_s"]),
  ...unary("i64", ["eqz"], "i32"),
  ...unary("f32", floatUnary),
  ...unary("f64", floatUnary),
  ...convert("i64", "i32", ["extend_i32_s", "extend_i32_u"]),
  ...convert("i32", "i64", ["wrap_i64"]),
  ...convert("f32", "i32", ["convert_i32_s", "convert_i32_u", "reinterpret_i32"]),
  ...convert("f64", "i32", ["convert_i32_s", "convert_i32_u"]),
  ...convert("f32", "i64", ["convert_i64_s", "convert_i64_u"]),
  ...convert("f64", "i64", ["convert_i64_s", "convert_i64_u", "reinterpret_i64"]),
  ...convert("f32", "f64", ["demote_f64"]),
  ...convert("f64", "f32", ["promote_f32"]),
  ...convert("i32", "f32", ["trunc_sat_f32_s", "trunc_sat_f32_u", "reinterpret_f32"]),
  ...convert("i64", "f32", ["trunc_sat_f32_s", "trunc_sat_f32_u"]),
  ...convert("i32", "f64", ["trunc_sat_f64_s", "trunc_sat_f64_u"]),
  ...convert("i64", "f64", ["trunc_sat_f64_s", "trunc_sat_f64_u", "reinterpret_f64"]),
];

const partial: readonly Operator[] = [
  ...binary("i32", divisions),
  ...binary("i64", divisions),
  ...convert("i32", "f32", ["trunc_f32_s", "trunc_f32_u"]),
  ...convert("i64", "f32", ["trunc_f32_s", "trunc_f32_u"]),
  ...convert("i32", "f64", ["trunc_f64_s", "trunc_f64_u"]),
  ...convert("i64", "f64", ["trunc_f64_s", "trunc_f64_u"]),
];

/** Ways to write an operator's application. */
export const operatorForms = [
  "variables",
  "constants",
  "mixed",
  "memory",
  "conditions",
  "traps",
] as const;

/** One of the ways to write an operator's application. */
export type OperatorForm = (typeof operatorForms)[number];

/** The module that applies the operators in one form, as text. */
export function operatorModule(form: OperatorForm): string {
  const parts = makers[form]();
  const logs = ["i32", "i64", "f32", "f64"].map(
    (type) => `(import "fuzzing-support" "log-${type}" (func $log-${type} (param ${type})))`,
  );
  return `(module ${logs.join("\n")} (memory 1) ${fillText()}\n${parts.join("\n")})`;
}

const makers: Readonly<Record<OperatorForm, () => string[]>> = {
  variables: () => total.map(variablesText),
  constants: () => total.map(constantsText),
  mixed: () => total.filter(({ arity }) => arity === 2).map(mixedText),
  memory: () => total.map(memoryText),
  conditions: () => comparisons.map(conditionsText),
  traps: () => partial.flatMap(trapTexts),
};

/** Texts of constants of every combination of edge values. */
function operandLists({ operand, arity }: Operator): string[][] {
  const constants = values[operand].map((value) => `${operand}.const ${value}`);
  if (arity === 1) return constants.map((constant) => [constant]);
  return constants.flatMap((left) => constants.map((right) => [left, right]));
}

/** Both operands constant, which the compiler computes itself. */
function constantsText(operator: Operator): string {
  // Of pairs a third: which values meet changes from line to line.
  const step = operator.arity === 1 ? 1 : 3;
  const lists = operandLists(operator).filter((_, index) => index % step === 0);
  return exported(
    operator,
    lists.map((list) => log(operator, [...list, operator.name])),
  );
}

function log({ result }: Operator, lines: readonly string[]): string {
  return [...lines, `call $log-${result}`].join(" ");
}

function exported({ name }: Operator, lines: readonly string[], suffix = ""): string {
  return `(func (export "${name}${suffix}")\n${lines.join("\n")})`;
}

function functionText(name: string, { operand, result, arity }: Operator, body: string): string {
  return `(func $${name} ${`(param ${operand})`.repeat(arity)} (result ${result}) ${body})`;
}

/** An export that applies functions of the operator's operands to every combination of values. */
function exportLoop(operator: Operator, arity: 1 | 2, calls: readonly string[]): string {
  const { name, operand } = operator;
  const end = values[operand].length * 8;
  const logged = calls.map((call) => {
    const operands = ["$left", "$right"].slice(0, arity).map((local) => loadText(operand, local));
    return `${operands.join(" ")} ${call} call $log-${operator.result}`;
  });
  const advance = (local: string, label: string) => `
    local.get ${local} i32.const 8 i32.add local.tee ${local} i32.const ${end} i32.lt_u br_if ${label}`;
  const inner = `(local.set $right (i32.const 0))
    (loop $rights ${logged.join("\n")} ${advance("$right", "$rights")})`;
  return `(func (export "${name}") (local $left i32) (local $right i32) call $fill
    (loop $lefts ${arity === 2 ? inner : logged.join("\n")} ${advance("$left", "$lefts")}))`;
}

const tableAddress: Readonly<Record<NumberType, number>> = {
  i32: 1024,
  i64: 2048,
  f32: 3072,
  f64: 4096,
};

function loadText(type: NumberType, local: string): string {
  return `local.get ${local} ${type}.load offset=${tableAddress[type]}`;
}

/** Puts the edge values into memory. */
function fillText(): string {
  const stores = (Object.keys(tableAddress) as NumberType[]).flatMap((type) =>
    values[type].map(
      (value, index) =>
        `i32.const ${tableAddress[type] + index * 8} ${type}.const ${value} ${type}.store`,
    ),
  );
  return `(func $fill ${stores.join("\n")})`;
}

/** The operator in a function of its own, whose operands no one knows. */
function variablesText(operator: Operator): string {
  const body = operator.arity === 1 ? "local.get 0" : "local.get 0 local.get 1";
  const tested = functionText(operator.name, operator, `${body} ${operator.name}`);
  return `${tested}\n${exportLoop(operator, operator.arity, [`call $${operator.name}`])}`;
}

/** One operand constant, the other a parameter; and the same variable twice. */
function mixedText(operator: Operator): string {
  const { name, operand } = operator;
  const one: Operator = { ...operator, arity: 1 };
  const bodies = [
    `local.get 0 local.get 0 ${name}`,
    ...values[operand].flatMap((value) => [
      `local.get 0 ${operand}.const ${value} ${name}`,
      `${operand}.const ${value} local.get 0 ${name}`,
    ]),
  ];
  const functions = bodies.map((body, index) => functionText(`${name}.${index}`, one, body));
  const calls = bodies.map((_, index) => `call $${name}.${index}`);
  return `${functions.join("\n")}\n${exportLoop(operator, 1, calls)}`;
}

/** Operands and results in memory, one operand also in a variable. */
function memoryText(operator: Operator): string {
  const { name, operand, result, arity } = operator;
  const parameters = `(param ${operand})`.repeat(arity);
  const stores = ["i32.const 0 local.get 0", "i32.const 8 local.get 1"]
    .slice(0, arity)
    .map((text) => `${text} ${operand}.store`);
  const right = `i32.const 0 ${operand}.load offset=${arity === 1 ? 0 : 8}`;
  const both = arity === 1 ? right : `i32.const 0 ${operand}.load ${right}`;
  const first = arity === 1 ? right : `local.get 0 ${right}`;
  return `
    (func $${name}.both (param i32) local.get 0 ${both} ${name} ${result}.store offset=16)
    (func $${name}.stored ${parameters} (result ${result}) ${stores.join(" ")}
      i32.const 0 call $${name}.both i32.const 16 ${result}.load)
    (func $${name}.first ${parameters} (result ${result}) ${stores.join(" ")} ${first} ${name})
    ${exportLoop(operator, arity, [`call $${name}.stored`, `call $${name}.first`])}`;
}

/** Comparisons that decide a branch, an if, a select, and their negations. */
function conditionsText(operator: Operator): string {
  const { name } = operator;
  const test = `local.get 0 local.get 1 ${name}`;
  const bodies = [
    `(if (result i32) (block (result i32) ${test}) (then i32.const 5) (else i32.const 6))`,
    `(block $out (result i32) i32.const 7 ${test} br_if $out drop i32.const 8)`,
    `(block $out (result i32) i32.const 9 ${test} i32.eqz br_if $out drop i32.const 10)`,
    `i32.const 11 i32.const 12 ${test} select`,
    `i64.const 13 i64.const 14 ${test} i32.eqz select i32.wrap_i64`,
    `f64.const 15 f64.const 16 ${test} select i32.trunc_f64_s`,
    `${test} i32.eqz i32.eqz`,
    `${test} i32.const 3 i32.shl`,
    `${test} i64.extend_i32_u i64.const 4 i64.add i32.wrap_i64`,
  ];
  const functions = bodies.map((body, index) => functionText(`${name}.${index}`, operator, body));
  const calls = bodies.map((_, index) => `call $${name}.${index}`);
  return `${functions.join("\n")}\n${exportLoop(operator, 2, calls)}`;
}

/** Operators that trap on some operands: an export for each value of the last operand. */
function trapTexts(operator: Operator): string[] {
  const { name, operand, arity } = operator;
  const one: Operator = { ...operator, arity: 1 };
  const constants = values[operand].map((value) => `${operand}.const ${value}`);
  const dividends = operand === "i64" ? ["-8", "0x8000000000000000"] : ["-8", "0x80000000"];
  const left = arity === 2 ? dividends.map((value) => `${operand}.const ${value}`) : [""];
  const variable = arity === 2 ? "local.get 0 local.get 1" : "local.get 0";
  const cases = constants.flatMap((constant, index) => {
    const known = arity === 2 ? `local.get 0 ${constant} ${name}` : `${constant} ${name}`;
    return [
      functionText(`${name}.${index}`, one, known),
      ...left.flatMap((other, at) => [
        exported(operator, [log(operator, [other, constant, `call $${name}`])], `.${index}.${at}`),
        exported(
          operator,
          [log(operator, [arity === 2 ? other : constant, `call $${name}.${index}`])],
          `.${index}.${at}.known`,
        ),
      ]),
    ];
  });
  return [functionText(name, operator, `${variable} ${name}`), ...cases];
}
