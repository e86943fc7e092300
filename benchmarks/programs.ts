/** Programs of the host: whether they are there, and what they say. */
import { spawnSync } from "node:child_process";

/** Whether a program can be started; most that are used here know `--version`. */
export function isInstalled(program: string): boolean {
  return spawnSync(program, ["--version"]).status === 0;
}

/** A program's name if it can be started with these words, whatever its status, or undefined. */
export function findProgram(program: string, words: readonly string[]): string | undefined {
  return spawnSync(program, [...words]).error === undefined ? program : undefined;
}

/** The standard output of a program that must succeed; otherwise an error with its own words. */
export function outputOf(
  program: string,
  words: readonly string[],
  environment: NodeJS.ProcessEnv = process.env,
): string {
  const { status, stdout, stderr, error } = spawnSync(program, [...words], {
    encoding: "utf8",
    env: environment,
    maxBuffer: 1 << 30,
  });
  if (error !== undefined) throw new Error(`${program}: ${error.message}`);
  if (status !== 0) {
    const said = stderr.trim();
    throw new Error(`${program} ${words.join(" ")} ended with ${String(status)}: ${said}`);
  }
  return stdout;
}
