/** Runs a command; whatever it throws becomes one line and an exit status. */
import { reportError } from "./report.ts";

/** Runs `command`, called `name`, and sets the status with which this process will exit. */
export async function guarded(
  name: string,
  options: { debug?: boolean },
  command: () => Promise<number>,
): Promise<void> {
  try {
    process.exitCode = await command();
  } catch (error) {
    process.exitCode = reportError(error, name, options.debug === true);
  }
}
