/** Where Tsuki keeps what cannot be made again. */
import { homedir } from "node:os";
import { join } from "node:path";

/** $XDG_DATA_HOME/tsuki, for a user with this environment (XDG base directory specification). */
export function dataFolder(environment: NodeJS.ProcessEnv): string {
  return join(environment["XDG_DATA_HOME"] ?? join(homedir(), ".local", "share"), "tsuki");
}
