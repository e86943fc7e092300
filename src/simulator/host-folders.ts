import {
  type BigIntStats,
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  futimesSync,
  linkSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
  realpathSync,
  renameSync,
  rmdirSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import {
  type FileStatus,
  type FileTimes,
  type FolderEntry,
  FolderError,
  type Folders,
  type OpenOptions,
} from "./folders.ts";
import { call, type ResolvedPath, resolveBelow } from "./host-paths.ts";

/** An open file or directory. */
interface OpenFile {
  readonly hostPath: string;
  /** Of a file, not of a directory. */
  readonly descriptor: number | undefined;
  /** What a listing of the directory found when it began. */
  listing: readonly FolderEntry[];
}

/** Locks an open file for a writer or for one of several readers; false when others use it so. */
export type LockDisk = (descriptor: number, isReadOnly: boolean) => boolean;

/** The folders of this very host, by Node's synchronous functions. */
export class HostFolders implements Folders {
  readonly #open = new Map<number, OpenFile>();
  readonly #lockDisk: LockDisk;
  #last = 0;

  constructor(lockDisk: LockDisk) {
    this.#lockDisk = lockDisk;
  }

  openDisk(path: string, isReadOnly: boolean): number {
    const flags = isReadOnly ? constants.O_RDONLY : constants.O_RDWR;
    const descriptor = call(() => openSync(path, flags | constants.O_NONBLOCK));
    if (!call(() => fstatSync(descriptor)).isFile()) throw new FolderError("inval");
    if (!this.#lockDisk(descriptor, isReadOnly)) throw new FolderError("busy");
    return this.#add(path, descriptor);
  }

  openRoot(path: string): number {
    const hostPath = call(() => realpathSync(path));
    if (!call(() => statSync(hostPath)).isDirectory()) throw new FolderError("notdir");
    return this.#add(hostPath, undefined);
  }

  open(
    directory: number,
    path: string,
    options: OpenOptions,
  ): { handle: number; isDirectory: boolean } {
    const found = this.#resolve(directory, path, options.follow && !isNew(options));
    const { hostPath, status } = found;
    if (status === undefined) return { handle: this.#create(found, options), isDirectory: false };
    if (options.create && options.exclusive) throw new FolderError("exist");
    if (status.isSymbolicLink()) throw new FolderError("loop");
    if (status.isDirectory()) {
      if (options.write || options.truncate || options.create) throw new FolderError("isdir");
      return { handle: this.#add(hostPath, undefined), isDirectory: true };
    }
    if (options.directory) throw new FolderError("notdir");
    if (!status.isFile()) throw new FolderError("notsup");
    const descriptor = call(() => openSync(hostPath, flagsOf(options)));
    return { handle: this.#add(hostPath, descriptor), isDirectory: false };
  }

  close(handle: number): void {
    const { descriptor } = this.#file(handle);
    this.#open.delete(handle);
    if (descriptor !== undefined) closeSync(descriptor);
  }

  read(handle: number, bytes: Uint8Array, offset: number): number {
    return call(() => readSync(this.#descriptor(handle), bytes, 0, bytes.length, offset));
  }

  write(handle: number, bytes: Uint8Array, offset: number | undefined): number {
    const descriptor = this.#descriptor(handle);
    const place = offset ?? call(() => fstatSync(descriptor)).size;
    return call(() => writeSync(descriptor, bytes, 0, bytes.length, place));
  }

  setSize(handle: number, size: number): void {
    call(() => ftruncateSync(this.#descriptor(handle), size));
  }

  sync(handle: number): void {
    const { descriptor } = this.#file(handle);
    if (descriptor !== undefined) call(() => fsyncSync(descriptor));
  }

  status(handle: number, path: string | undefined, follow: boolean): FileStatus {
    const { descriptor, hostPath } = this.#file(handle);
    if (path !== undefined) {
      const found = this.#existing(handle, path, follow);
      return statusOf(call(() => lstatSync(found.hostPath, { bigint: true })));
    }
    if (descriptor === undefined) return statusOf(call(() => statSync(hostPath, { bigint: true })));
    return statusOf(call(() => fstatSync(descriptor, { bigint: true })));
  }

  setTimes(handle: number, path: string | undefined, follow: boolean, times: FileTimes): void {
    const before = this.status(handle, path, follow);
    const accessed = secondsOf(times.accessed ?? before.accessed);
    const modified = secondsOf(times.modified ?? before.modified);
    const { descriptor } = this.#file(handle);
    if (path === undefined && descriptor !== undefined) {
      call(() => futimesSync(descriptor, accessed, modified));
      return;
    }
    const { hostPath } =
      path === undefined ? this.#file(handle) : this.#existing(handle, path, follow);
    call(() => lutimesSync(hostPath, accessed, modified));
  }

  entry(directory: number, index: number): FolderEntry | undefined {
    const file = this.#file(directory);
    if (index === 0) file.listing = listingOf(file.hostPath);
    return file.listing[index];
  }

  makeDirectory(directory: number, path: string): void {
    const { hostPath, status } = this.#resolve(directory, path, false);
    if (status !== undefined) throw new FolderError("exist");
    call(() => mkdirSync(hostPath));
  }

  remove(directory: number, path: string, isDirectory: boolean): void {
    const { hostPath, status, endsInName } = this.#existing(directory, path, false);
    if (!endsInName) throw new FolderError("inval");
    if (isDirectory) call(() => rmdirSync(hostPath));
    else if (status?.isDirectory() === true) throw new FolderError("isdir");
    else call(() => unlinkSync(hostPath));
  }

  rename(directory: number, path: string, newDirectory: number, newPath: string): void {
    const from = this.#existing(directory, path, false);
    const to = this.#resolve(newDirectory, newPath, false);
    if (!from.endsInName || !to.endsInName) throw new FolderError("busy");
    if (to.namesDirectory && from.status?.isDirectory() !== true) throw new FolderError("notdir");
    call(() => renameSync(from.hostPath, to.hostPath));
  }

  link(directory: number, path: string, newDirectory: number, newPath: string): void {
    const from = this.#existing(directory, path, false);
    const to = this.#resolve(newDirectory, newPath, false);
    call(() => linkSync(from.hostPath, to.hostPath));
  }

  symbolicLink(target: string, directory: number, path: string): void {
    const { hostPath, status } = this.#resolve(directory, path, false);
    if (status !== undefined) throw new FolderError("exist");
    call(() => symlinkSync(target, hostPath));
  }

  readLink(directory: number, path: string): string {
    const { hostPath } = this.#existing(directory, path, false);
    return call(() => readlinkSync(hostPath));
  }

  #create(found: ResolvedPath, options: OpenOptions): number {
    if (!options.create) throw new FolderError("noent");
    if (options.directory) throw new FolderError("inval");
    if (found.namesDirectory) throw new FolderError("isdir");
    const flags = flagsOf(options) | constants.O_CREAT | constants.O_EXCL;
    return this.#add(
      found.hostPath,
      call(() => openSync(found.hostPath, flags)),
    );
  }

  #existing(directory: number, path: string, follow: boolean): ResolvedPath {
    const found = this.#resolve(directory, path, follow);
    if (found.status === undefined) throw new FolderError("noent");
    return found;
  }

  #resolve(directory: number, path: string, follow: boolean): ResolvedPath {
    return resolveBelow(this.#file(directory).hostPath, path, follow);
  }

  #add(hostPath: string, descriptor: number | undefined): number {
    this.#last++;
    this.#open.set(this.#last, { hostPath, descriptor, listing: [] });
    return this.#last;
  }

  #file(handle: number): OpenFile {
    const file = this.#open.get(handle);
    if (file === undefined) throw new FolderError("badf");
    return file;
  }

  #descriptor(handle: number): number {
    const { descriptor } = this.#file(handle);
    if (descriptor === undefined) throw new FolderError("isdir");
    return descriptor;
  }
}

/** Whether there must be nothing of that name yet, not even a link. */
function isNew(options: OpenOptions): boolean {
  return options.create && options.exclusive;
}

/** Windows has neither O_NOFOLLOW nor O_NONBLOCK: undefined, which counts as no bits. */
function flagsOf(options: OpenOptions): number {
  const { O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_RDWR, O_TRUNC, O_WRONLY } = constants;
  let access = O_RDONLY;
  if (options.write) access = options.read ? O_RDWR : O_WRONLY;
  return access | O_NOFOLLOW | O_NONBLOCK | (options.truncate ? O_TRUNC : 0);
}

function listingOf(hostPath: string): readonly FolderEntry[] {
  const found = call(() => readdirSync(hostPath, { withFileTypes: true }));
  const entries = found
    .filter(({ name }) => !name.includes("\ufffd"))
    .map((entry) => ({ name: entry.name, inode: 0n, type: typeOf(entry) }));
  const own = [".", ".."].map((name) => ({ name, inode: 0n, type: 3 }));
  return [...own, ...entries];
}

/** What tells the type of a file, in a status or in a directory's entry. */
type Typed = Pick<
  BigIntStats,
  "isBlockDevice" | "isCharacterDevice" | "isDirectory" | "isFile" | "isSocket" | "isSymbolicLink"
>;

/** WASI's file type (typenames.witx, filetype). */
function typeOf(file: Typed): number {
  if (file.isFile()) return 4;
  if (file.isDirectory()) return 3;
  if (file.isSymbolicLink()) return 7;
  if (file.isCharacterDevice()) return 2;
  if (file.isBlockDevice()) return 1;
  return file.isSocket() ? 6 : 0;
}

function statusOf(found: BigIntStats): FileStatus {
  return {
    device: found.dev,
    inode: found.ino,
    type: typeOf(found),
    links: found.nlink,
    size: found.size,
    accessed: found.atimeNs,
    modified: found.mtimeNs,
    changed: found.ctimeNs,
  };
}

function secondsOf(time: bigint | "now"): number {
  return time === "now" ? Date.now() / 1000 : Number(time) / 1e9;
}
