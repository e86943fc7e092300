/** Finds QEMU and the firmware that starts a microvm fastest. */
import { existsSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { TsukiError } from "../../contracts/errors.ts";
import { findProgram } from "../find-program.ts";

/** An installed QEMU. */
export interface FoundQemu {
  readonly path: string;
  /** qboot's image, where QEMU brings it. */
  readonly qbootPath: string | undefined;
}

const programName = "qemu-system-x86_64";

/** What to do about a QEMU that is not there. */
export const installQemu =
  "install it (Debian, Ubuntu: apt install qemu-system-x86; Fedora: dnf install qemu-system-x86; " +
  "macOS: brew install qemu)";

/** QEMU as PATH tells, or undefined. */
export function findQemu(environment: NodeJS.ProcessEnv): FoundQemu | undefined {
  const path = findProgram(programName, environment);
  if (path === undefined) return undefined;
  const prefix = dirname(dirname(realpathSync(path)));
  const qbootPath = [prefix, "/usr", "/usr/local"]
    .map((place) => join(place, "share", "qemu", "qboot.rom"))
    .find(existsSync);
  return { path, qbootPath };
}

/** QEMU, or the error `monitor-missing`. */
export function requireQemu(environment: NodeJS.ProcessEnv): FoundQemu {
  const found = findQemu(environment);
  if (found !== undefined) return found;
  throw new TsukiError("monitor-missing", `${programName} is not in PATH; ${installQemu}`);
}
