/** Looks for other people's programs. */
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** A program's path as PATH tells, or undefined. */
export function findProgram(name: string, environment: NodeJS.ProcessEnv): string | undefined {
  return (environment["PATH"] ?? "")
    .split(delimiter)
    .filter((folder) => folder !== "")
    .map((folder) => join(folder, name))
    .find(isExecutable);
}

/** Whether a file may be run. */
export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
