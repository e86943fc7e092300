/** One command on several things. */
import { reportError } from "./report.ts";

/**
 * Does something to each and prints its name; what fails is reported, and the others are not held up
 * by it. The exit status of `command`.
 */
export async function onEachName(
  command: string,
  names: readonly string[],
  work: (name: string) => Promise<void>,
): Promise<number> {
  let status = 0;
  for (const name of names) {
    try {
      await work(name);
      process.stdout.write(`${name}\n`);
    } catch (error) {
      status = reportError(error, command, false);
    }
  }
  return status;
}
