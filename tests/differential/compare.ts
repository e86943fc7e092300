import type { TestCommand } from "./command.ts";
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
  return WebAssembly.validate(wasm);
}

/** Runs a command in V8 and in our compiler. */
export async function compare(command: TestCommand): Promise<Comparison> {
  const expected = runInReference(command);
  const actual = await runInSubject(command);
  const differences = command.runs.flatMap((name, index) => {
    const wanted = expected[index];
    const got = actual[index];
    if (wanted === undefined || got === undefined) return [`${name}: no outcome`];
    if (wanted.output === got.output && wanted.end === got.end) return [];
    return [
      `run ${index}, ${name}:\n  V8:    ${wanted.end}, ${got.end}: ours\n${firstDifference(wanted.output, got.output)}`,
    ];
  });
  const traps = expected.filter(({ end }) => end !== "returned").length;
  return { differences, runs: command.runs.length, traps };
}

function firstDifference(wanted: string, got: string): string {
  const left = wanted.split("\n");
  const right = got.split("\n");
  const line = left.findIndex((text, index) => text !== right[index]);
  if (line < 0)
    return `  the same ${left.length} lines, then: ${right.slice(left.length).join(" | ").slice(0, 500)}`;
  return `  line ${line} of ${left.length}: V8 ${left[line]}, ours ${right
    .slice(line, line + 8)
    .join(" | ")
    .slice(0, 500)}`;
}
