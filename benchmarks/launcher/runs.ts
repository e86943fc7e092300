/** What the launcher prints: a line a run. */
import type { Finish } from "./launcher.ts";

/** The times of one command's runs in milliseconds, in the order of the rounds. */
export type Runs = readonly number[];

const nanosecondsPerMillisecond = 1e6;

/** Reads the launcher's lines; throws when a program did not end as it must, or said nothing. */
export function parseRuns(
  printed: string,
  finish: Finish,
  expectedStatuses: readonly number[],
): readonly Runs[] {
  const runs = expectedStatuses.map((): number[] => []);
  for (const line of printed.split("\n").filter((text) => text !== "")) {
    const [command = -1, status, firstByte = -1, end = -1] = line.split(" ").map(Number);
    if (status !== expectedStatuses[command]) {
      throw new Error(`program ${command} of the measured ones ended with ${String(status)}`);
    }
    const nanoseconds = finish === "byte" ? firstByte : end;
    if (nanoseconds <= 0) throw new Error(`program ${command} of the measured ones said nothing`);
    runs[command]?.push(nanoseconds / nanosecondsPerMillisecond);
  }
  return runs;
}
