import { spawn } from "node:child_process";

/** How a program ended and what it printed. */
export interface ProgramResult {
  /** Exit code; 1 when a signal ended it. */
  readonly exitCode: number;
  /** Standard output and standard error in order of arrival. */
  readonly output: string;
}

/**
 * Runs a program to its end without standard input and collects what it prints.
 *
 * @throws Error when it cannot be started.
 */
export function runProgram(command: string, parameters: readonly string[]): Promise<ProgramResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, parameters, { stdio: ["ignore", "pipe", "pipe"] });
    const chunks: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.on("error", reject);
    child.on("close", (code) => {
      resolve({ exitCode: code ?? 1, output: Buffer.concat(chunks).toString("utf8") });
    });
  });
}
