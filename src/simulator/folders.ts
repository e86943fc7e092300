import { wasiErrors } from "../contracts/wasi-preview1.ts";

/** What is known of a file: times in nanoseconds since 1970, the type by WASI's number. */
export interface FileStatus {
  readonly device: bigint;
  readonly inode: bigint;
  readonly type: number;
  readonly links: bigint;
  readonly size: bigint;
  readonly accessed: bigint;
  readonly modified: bigint;
  readonly changed: bigint;
}

/** One entry of a directory. */
export interface FolderEntry {
  readonly name: string;
  readonly inode: bigint;
  readonly type: number;
}

/** How to open: WASI's oflags, and what the rights ask for. */
export interface OpenOptions {
  readonly create: boolean;
  readonly directory: boolean;
  readonly exclusive: boolean;
  readonly truncate: boolean;
  readonly read: boolean;
  readonly write: boolean;
  readonly follow: boolean;
}

/** Times to set, in nanoseconds since 1970; one that is undefined stays. */
export interface FileTimes {
  readonly accessed: bigint | "now" | undefined;
  readonly modified: bigint | "now" | undefined;
}

/** Ends a function of folders with one of WASI's error numbers. */
export class FolderError extends Error {
  readonly number: number;

  constructor(name: keyof typeof wasiErrors) {
    super(name);
    this.number = wasiErrors[name];
  }
}

/**
 * The host's folders as a kernel on the node platform sees them. Handles are small numbers; a path is
 * relative to an open directory and never leads out of it. Everything throws a FolderError.
 */
export interface Folders {
  /** Opens a disk, a file by its path on the host, which nobody else writes meanwhile. */
  openDisk(path: string, isReadOnly: boolean): number;
  /** Opens a folder by its path on the host. */
  openRoot(path: string): number;
  open(
    directory: number,
    path: string,
    options: OpenOptions,
  ): { handle: number; isDirectory: boolean };
  close(handle: number): void;
  read(handle: number, bytes: Uint8Array, offset: number): number;
  /** Writes at an offset, or without one at the file's end. */
  write(handle: number, bytes: Uint8Array, offset: number | undefined): number;
  setSize(handle: number, size: number): void;
  sync(handle: number): void;
  /** The status of a path, or without one of the handle. */
  status(handle: number, path: string | undefined, follow: boolean): FileStatus;
  setTimes(handle: number, path: string | undefined, follow: boolean, times: FileTimes): void;
  /** The entry of a number in a listing that begins with 0; undefined behind the last. */
  entry(directory: number, index: number): FolderEntry | undefined;
  makeDirectory(directory: number, path: string): void;
  remove(directory: number, path: string, isDirectory: boolean): void;
  rename(directory: number, path: string, newDirectory: number, newPath: string): void;
  link(directory: number, path: string, newDirectory: number, newPath: string): void;
  symbolicLink(target: string, directory: number, path: string): void;
  readLink(directory: number, path: string): string;
}
