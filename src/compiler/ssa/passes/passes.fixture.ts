import { parse } from "../parse.ts";
import { print } from "../print.ts";
import { verify } from "../verify.ts";
import type { Pass } from "./pass.ts";

/** The body of a function behind a pass, without its head; both sides are verified. */
export function bodyAfter(pass: Pass, text: string): string {
  const fn = parse(text);
  verify(fn);
  pass.run(fn);
  verify(fn);
  return print(fn).split("\n").slice(1, -2).join("\n");
}

/** Text as it stands in a test, without the indentation of its first line. */
export function lines(text: string): string {
  const [first = "", ...rest] = text.replace(/^\n/, "").trimEnd().split("\n");
  const indentation = first.length - first.trimStart().length;
  return [first, ...rest].map((line) => line.slice(indentation)).join("\n");
}
