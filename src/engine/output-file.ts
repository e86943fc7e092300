/** Puts an image where the user wants it. */
import { accessSync, constants, existsSync, realpathSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { TsukiError } from "../contracts/errors.ts";
import { writeFileAtomically } from "./atomic-file.ts";

const executableMode = 0o755;

/** Refuses, before anything is compiled, an output that cannot be written or cannot be meant. */
export function checkOutput(path: string, sources: readonly string[]): void {
  try {
    accessSync(dirname(resolve(path)), constants.W_OK);
  } catch (error) {
    throw unwritable(path, error);
  }
  if (!existsSync(path)) return;
  if (statSync(path).isDirectory()) {
    throw new TsukiError("output-unwritable", `cannot write ${path}: it is a folder`);
  }
  const real = realpathSync(path);
  const isSource = sources.some((source) => existsSync(source) && realpathSync(source) === real);
  if (isSource) throw new TsukiError("usage", `${path} is the source; name another file with -o`);
}

/** Writes the image, whole or not at all. Throws `output-unwritable`. */
export function writeOutput(path: string, image: Uint8Array, mode = executableMode): void {
  try {
    writeFileAtomically(resolve(path), image, mode);
  } catch (error) {
    throw unwritable(path, error);
  }
}

function unwritable(path: string, error: unknown): TsukiError {
  const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
  const reasons: Readonly<Record<string, string>> = {
    ENOENT: "its folder does not exist",
    ENOTDIR: "its folder is a file",
    EACCES: "no permission",
    EROFS: "the file system is read-only",
    ENOSPC: "the disk is full",
  };
  const message = `cannot write ${path}: ${reasons[code] ?? code}`;
  return new TsukiError("output-unwritable", message, { cause: error });
}
