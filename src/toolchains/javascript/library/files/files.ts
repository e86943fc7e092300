/** Whole files by the engine functions, with errors instead of numbers. */
import { engine } from "../engine.ts";
import { checked, SystemError } from "../instance/system-error.ts";
import { type ByteSource, bytesOf, toArrayBuffer } from "../text/bytes.ts";

/** What a path leads to. */
export interface FileStatus {
  readonly isDirectory: boolean;
  readonly size: number;
  /** Milliseconds since 1970. */
  readonly modified: number;
}

const directoryKind = 1;

/** A file's bytes; throws a SystemError. */
export function readBytes(path: string): Uint8Array<ArrayBuffer> {
  const result = engine.fileRead(path);
  if (typeof result === "number") throw new SystemError(result, "open", `'${path}'`);
  return new Uint8Array(result);
}

/** Writes a whole file, or behind its end; throws a SystemError. */
export function writeBytes(path: string, data: string | ByteSource, isAppended = false): void {
  const written = typeof data === "string" ? data : toArrayBuffer(bytesOf(data));
  checked(engine.fileWrite(path, written, isAppended), "open", `'${path}'`);
}

/** The names in a directory, those of directories with a slash behind; throws a SystemError. */
export function listNames(path: string): string[] {
  const result = engine.fileList(path);
  if (typeof result === "number") throw new SystemError(result, "scandir", `'${path}'`);
  return result;
}

/** What a path leads to; throws a SystemError. */
export function statusOf(path: string): FileStatus {
  const result = engine.fileStatus(path);
  if (typeof result === "number") throw new SystemError(result, "stat", `'${path}'`);
  const [kind = 0, size = 0, modified = 0] = result;
  return { isDirectory: kind === directoryKind, size, modified };
}

/** Removes a file or an empty directory; throws a SystemError. */
export function removePath(path: string): void {
  checked(engine.fileRemove(path), "unlink", `'${path}'`);
}

/** Renames, and replaces what has the new name; throws a SystemError. */
export function renamePath(path: string, newPath: string): void {
  checked(engine.fileRename(path, newPath), "rename", `'${path}' -> '${newPath}'`);
}

/** Makes a directory; throws a SystemError. */
export function makeDirectory(path: string): void {
  checked(engine.fileMakeDirectory(path), "mkdir", `'${path}'`);
}
