/** tsuki:files: whole files in the embedded tree, in memory, and in mounted folders. */
import {
  type FileStatus,
  listNames,
  makeDirectory,
  readBytes,
  removePath,
  renamePath,
  statusOf,
  writeBytes,
} from "../files/files.ts";
import { decodeUtf8 } from "../text/utf8.ts";

export type { FileStatus };

/** A file's bytes. */
export function readFile(path: string): Uint8Array<ArrayBuffer> {
  return readBytes(path);
}

/** A file's text. */
export function readText(path: string): string {
  return decodeUtf8(readBytes(path));
}

/** Writes a whole file. */
export function writeFile(path: string, data: string | ArrayBuffer | ArrayBufferView): void {
  writeBytes(path, data);
}

/** Writes behind the end of a file. */
export function appendFile(path: string, data: string | ArrayBuffer | ArrayBufferView): void {
  writeBytes(path, data, true);
}

/** The names in a directory; those of directories end in a slash. */
export function list(path: string): string[] {
  return listNames(path);
}

/** What a path leads to. */
export function status(path: string): FileStatus {
  return statusOf(path);
}

/** Removes a file or an empty directory. */
export function remove(path: string): void {
  removePath(path);
}

/** Renames; what has the new name already is replaced. */
export function rename(path: string, newPath: string): void {
  renamePath(path, newPath);
}

export { makeDirectory };
