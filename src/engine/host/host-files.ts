/** The host as its probes see it: files that can be read or opened, and a few names. */
import { accessSync, closeSync, constants, openSync, readFileSync } from "node:fs";
import { type Abilities, hostAbilities } from "./abilities.ts";

/** Everything that probes may ask; a test gives them a host of its own. */
export interface HostFiles {
  /** A file's text, or undefined when it cannot be read. */
  read(path: string): string | undefined;
  /** Whether a device can be opened for reading and writing: `open`, `denied` or `absent`. */
  device(path: string): "open" | "denied" | "absent";
  /** Whether this user may write there. */
  isWritable(path: string): boolean;
  /** What it offers to keep processes apart. */
  abilities(): Abilities;
}

/** This host. */
export const thisHost: HostFiles = {
  read(path) {
    try {
      return readFileSync(path, "utf8");
    } catch {
      return undefined;
    }
  },
  device(path) {
    try {
      closeSync(openSync(path, constants.O_RDWR));
      return "open";
    } catch (error) {
      const code = error instanceof Error && "code" in error ? error.code : "";
      return code === "EACCES" || code === "EPERM" ? "denied" : "absent";
    }
  },
  isWritable(path) {
    try {
      accessSync(path, constants.W_OK);
      return true;
    } catch {
      return false;
    }
  },
  abilities: hostAbilities,
};
