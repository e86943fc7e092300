import type { CodeOptions } from "../../src/contracts/build.ts";
import type { TestCommand } from "./command.ts";
import { isSameEnd, type Outcome } from "./outcome.ts";
import { runInReference } from "./reference.ts";
import { runInSubject } from "./subject.ts";

/** What a comparison found. */
export interface Comparison {
  /** Runs whose results differ, described in a few lines each. */
  readonly differences: readonly string[];
  readonly runs: number;
  /** Runs that ended in a trap in V8. */
  readonly traps: number;
}

/** Whether V8 itself accepts a module: Binaryen writes some instructions of later proposals. */
export function isComparable({ wasm }: TestCommand): boolean {
  try {
    return new WebAssembly.Module(wasm) instanceof WebAssembly.Module;
  } catch (error) {
    if (error instanceof WebAssembly.CompileError) return false;
    throw error;
  }
}

/** Runs a command in V8 and in our compiler. */
export async function compare(command: TestCommand, code?: CodeOptions): Promise<Comparison> {
  const expected = runInReference(command);
  const actual = await runInSubject(command, code);
  return {
    differences: differencesOf(command.runs, expected, actual),
    runs: command.runs.length,
    traps: expected.filter(({ end }) => end !== "returned").length,
  };
}

/** What differs between V8's outcomes and ours, a few lines for each run that does. */
export function differencesOf(
  runs: readonly string[],
  expected: readonly Outcome[],
  actual: readonly Outcome[],
): string[] {
  return runs.flatMap((name, index) => {
    const wanted = expected[index];
    const got = actual[index];
    if (wanted === undefined || got === undefined) return [`${name}: no outcome`];
    if (wanted.output === got.output && isSameEnd(wanted.end, got.end)) return [];
    const ends = `V8: ${wanted.end}; ours: ${got.end}`;
    return [`run ${index}, ${name}: ${ends}\n${firstDifference(wanted.output, got.output)}`];
  });
}

const excerptLength = 200;

/** Where two outputs part; what is not text is shown as dots. */
function firstDifference(wanted: string, got: string): string {
  let at = 0;
  while (at < wanted.length && at < got.length && wanted[at] === got[at]) at++;
  const lineStart = wanted.lastIndexOf("\n", at - 1) + 1;
  const excerpt = (text: string) =>
    text.slice(lineStart, lineStart + excerptLength).replaceAll(/[^\x20-\x7e\n]/g, ".");
  return `  at byte ${at} of ${wanted.length}\n  V8:   ${excerpt(wanted)}\n  ours: ${excerpt(got)}`;
}
