import { expect, it } from "vitest";
import { type InterpreterHost, interpret } from "./interpreter.ts";
import { Operation } from "./operations.ts";
import { parse } from "./parse.ts";
import { simplify } from "./passes/simplify.ts";

function refuse(): never {
  throw new Error("a division asks for nothing");
}

const host: InterpreterHost = {
  memory: refuse,
  addressOf: refuse,
  call: refuse,
  callPointer: refuse,
  intrinsic: refuse,
  spend: () => {},
};

const widths = { i32: 32, i64: 64 } as const;
type Width = keyof typeof widths;

/** The operation by a constant, simplified. */
function simplified(operation: string, type: Width, divisor: bigint) {
  const fn = parse(`function "f"(${type}) -> (${type}) {
    block0(v0: ${type}):
      v1 = ${type} constant ${BigInt.asIntN(widths[type], divisor)}
      v2 = ${type} ${operation} v0, v1
      return(v2)
    }`);
  simplify.run(fn);
  return fn;
}

const expected: Readonly<Record<string, (a: bigint, b: bigint, width: number) => bigint>> = {
  divideUnsigned: (a, b) => a / b,
  remainderUnsigned: (a, b) => a % b,
  divideSigned: (a, b, width) => BigInt.asIntN(width, a) / BigInt.asIntN(width, b),
  remainderSigned: (a, b, width) => BigInt.asIntN(width, a) % BigInt.asIntN(width, b),
};

/** Numbers around the powers of two and what lies between, as unsigned ones. */
function interesting(width: number): bigint[] {
  const numbers = [3n, 5n, 6n, 7n, 9n, 10n, 11n, 100n, 641n, 1000n, 1_000_003n, 6_700_417n];
  for (let bit = 0n; bit < BigInt(width); bit++) {
    numbers.push((1n << bit) - 1n, 1n << bit, (1n << bit) + 1n);
  }
  return numbers.flatMap((one) => [one, -one]).map((one) => BigInt.asUintN(width, one));
}

const cases = Object.keys(expected).flatMap((operation) =>
  (["i32", "i64"] as const).map((type) => [operation, type] as const),
);

it.each(cases)("%s of %s by a constant gives what division gives", (operation, type) => {
  const width = widths[type];
  const overflows = (a: bigint, b: bigint) =>
    operation === "divideSigned" &&
    b === (1n << BigInt(width)) - 1n &&
    a === 1n << BigInt(width - 1);
  const wrong: string[] = [];
  for (const divisor of interesting(width)) {
    if (divisor === 0n) continue;
    const fn = simplified(operation, type, divisor);
    for (const dividend of interesting(width)) {
      if (overflows(dividend, divisor)) continue;
      const quotient = expected[operation]?.(dividend, divisor, width) ?? refuse();
      const [result] = interpret(fn, [dividend], host);
      if (result !== BigInt.asUintN(width, quotient)) wrong.push(`${dividend} by ${divisor}`);
    }
  }
  expect(wrong).toEqual([]);
});

it.each(["divideUnsigned", "remainderUnsigned", "divideSigned", "remainderSigned"])(
  "%s of i32 by ten needs no division",
  (operation) => {
    const fn = simplified(operation, "i32", 10n);
    const operations = fn.instructionsOf(0).map((value) => fn.operation[value]);
    for (const name of ["divideSigned", "divideUnsigned", "remainderSigned", "remainderUnsigned"]) {
      expect(operations).not.toContain(Operation[name as "divideSigned"]);
    }
  },
);
