/** Node's assert. */
import { inspect } from "../console/inspect.ts";
import { isDeepEqual } from "./deep-equal.ts";

type Message = string | Error | undefined;

/** What was asserted is not so. */
export class AssertionError extends Error {
  readonly code = "ERR_ASSERTION";
  readonly actual: unknown;
  readonly expected: unknown;
  readonly operator: string;
  readonly generatedMessage: boolean;

  constructor({
    message,
    actual,
    expected,
    operator = "fail",
  }: { message?: string | undefined; actual?: unknown; expected?: unknown; operator?: string }) {
    super(message ?? `${inspect(actual)} ${operator} ${inspect(expected)}`);
    this.name = "AssertionError";
    this.actual = actual;
    this.expected = expected;
    this.operator = operator;
    this.generatedMessage = message === undefined;
  }
}

function check(
  holds: boolean,
  actual: unknown,
  expected: unknown,
  operator: string,
  message: Message,
): void {
  if (holds) return;
  if (message instanceof Error) throw message;
  throw new AssertionError({ message, actual, expected, operator });
}

export function ok(value: unknown, message?: Message): void {
  check(
    Boolean(value),
    value,
    true,
    "==",
    message ?? (value ? undefined : "The expression evaluated to a falsy value"),
  );
}

export function equal(actual: unknown, expected: unknown, message?: Message): void {
  // oxlint-disable-next-line eqeqeq -- that is what it means
  const isSame = actual == expected;
  check(
    isSame || (Number.isNaN(actual) && Number.isNaN(expected)),
    actual,
    expected,
    "==",
    message,
  );
}

export function notEqual(actual: unknown, expected: unknown, message?: Message): void {
  // oxlint-disable-next-line eqeqeq -- that is what it means
  check(actual != expected, actual, expected, "!=", message);
}

export function strictEqual(actual: unknown, expected: unknown, message?: Message): void {
  check(Object.is(actual, expected), actual, expected, "strictEqual", message);
}

export function notStrictEqual(actual: unknown, expected: unknown, message?: Message): void {
  check(!Object.is(actual, expected), actual, expected, "notStrictEqual", message);
}

export function deepEqual(actual: unknown, expected: unknown, message?: Message): void {
  check(isDeepEqual(actual, expected, false), actual, expected, "deepEqual", message);
}

export function deepStrictEqual(actual: unknown, expected: unknown, message?: Message): void {
  check(isDeepEqual(actual, expected, true), actual, expected, "deepStrictEqual", message);
}

export function notDeepStrictEqual(actual: unknown, expected: unknown, message?: Message): void {
  check(!isDeepEqual(actual, expected, true), actual, expected, "notDeepStrictEqual", message);
}

export function match(text: string, pattern: RegExp, message?: Message): void {
  check(pattern.test(text), text, pattern, "match", message);
}

export function doesNotMatch(text: string, pattern: RegExp, message?: Message): void {
  check(!pattern.test(text), text, pattern, "doesNotMatch", message);
}

export function fail(message: Message = "Failed"): never {
  if (message instanceof Error) throw message;
  throw new AssertionError({ message });
}

export function ifError(error: unknown): void {
  if (error === null || error === undefined) return;
  throw error instanceof Error ? error : new Error("ifError got a value", { cause: error });
}

type Expected =
  | RegExp
  | Error
  | ((error: unknown) => unknown)
  | Record<string, unknown>
  | undefined;

function checkThrown(error: unknown, expected: Expected, message: Message): void {
  if (expected === undefined) return;
  const isClass =
    typeof expected === "function" && (expected === Error || expected.prototype instanceof Error);
  if (expected instanceof RegExp)
    check(expected.test(String(error)), error, expected, "throws", message);
  else if (isClass)
    check(
      error instanceof (expected as unknown as ErrorConstructor),
      error,
      expected,
      "throws",
      message,
    );
  else if (typeof expected === "function")
    check(expected(error) === true, error, expected, "throws", message);
  else {
    for (const [key, value] of Object.entries(expected)) {
      const found: unknown = Reflect.get(error as object, key);
      const holds =
        value instanceof RegExp && typeof found === "string"
          ? value.test(found)
          : isDeepEqual(found, value, true);
      check(holds, error, expected, "throws", message);
    }
  }
}

export function throws(call: () => unknown, expected?: Expected | string, message?: Message): void {
  const wanted = typeof expected === "string" ? undefined : expected;
  try {
    call();
  } catch (error) {
    return checkThrown(error, wanted, message);
  }
  check(false, undefined, wanted, "throws", message ?? "Missing expected exception.");
}

export function doesNotThrow(call: () => unknown): void {
  call();
}

export async function rejects(
  given: Promise<unknown> | (() => Promise<unknown>),
  expected?: Expected,
  message?: Message,
): Promise<void> {
  try {
    await (typeof given === "function" ? given() : given);
  } catch (error) {
    return checkThrown(error, expected, message);
  }
  check(false, undefined, expected, "rejects", message ?? "Missing expected rejection.");
}

export async function doesNotReject(
  given: Promise<unknown> | (() => Promise<unknown>),
): Promise<void> {
  await (typeof given === "function" ? given() : given);
}

const functions = {
  AssertionError,
  deepEqual,
  deepStrictEqual,
  doesNotMatch,
  doesNotReject,
  doesNotThrow,
  equal,
  fail,
  ifError,
  match,
  notDeepStrictEqual,
  notEqual,
  notStrictEqual,
  ok,
  rejects,
  strictEqual,
  throws,
};
export const strict = Object.assign(
  (value: unknown, message?: Message): void => ok(value, message),
  functions,
  {
    equal: strictEqual,
    deepEqual: deepStrictEqual,
    notEqual: notStrictEqual,
  },
);
const whole = Object.assign(
  (value: unknown, message?: Message): void => ok(value, message),
  functions,
  { strict },
);

export { whole as default };
