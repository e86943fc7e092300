import { wasiErrors } from "../contracts/wasi-preview1.ts";
import { type FileStatus, FolderError, type Folders } from "./folders.ts";
import type { MachineFunction } from "./machine.ts";

/** Bits of the kernel's options for opening (kernel/files/kinds.as.ts). */
const optionBits = {
  create: 1,
  directory: 2,
  exclusive: 4,
  truncate: 8,
  read: 16,
  write: 32,
  follow: 64,
} as const;

/** The functions for folders of the `node` module; without folders there is none to open. */
export function folderModule(
  folders: Folders | undefined,
  memory: WebAssembly.Memory,
): Record<string, MachineFunction> {
  if (folders === undefined) {
    const refuse = (): bigint => BigInt(-wasiErrors.notsup);
    return { folderRoot: refuse, diskOpen: refuse };
  }
  return {
    ...fileFunctions(folders, memory),
    ...statusFunctions(folders, memory),
    ...nameFunctions(folders, memory),
  };
}

type Memory = WebAssembly.Memory;

function range(memory: Memory, pointer: number, length: number): Uint8Array {
  return new Uint8Array(memory.buffer, pointer >>> 0, length >>> 0);
}

function textAt(memory: Memory, pointer: number, length: number): string {
  const bytes = range(memory, pointer, length);
  const text = Buffer.from(bytes).toString("utf8");
  // A name that is not UTF-8 would come back as another one.
  if (text.includes("\ufffd")) throw new FolderError("ilseq");
  return text;
}

/** What a function gives, or the negated number of its FolderError. */
function attempt(run: () => number): bigint {
  try {
    return BigInt(run());
  } catch (error) {
    if (error instanceof FolderError) return BigInt(-error.number);
    throw error;
  }
}

function done(run: () => void): bigint {
  return attempt(() => {
    run();
    return 0;
  });
}

function fileFunctions(folders: Folders, memory: Memory): Record<string, MachineFunction> {
  return {
    diskOpen: (path: number, length: number, isReadOnly: number) =>
      attempt(() => folders.openDisk(textAt(memory, path, length), isReadOnly !== 0)),
    folderRoot: (path: number, length: number) =>
      attempt(() => folders.openRoot(textAt(memory, path, length))),
    folderOpen: (directory: number, path: number, length: number, bits: number) =>
      attempt(() => {
        const has = (bit: keyof typeof optionBits): boolean => (bits & optionBits[bit]) !== 0;
        const { handle, isDirectory } = folders.open(directory, textAt(memory, path, length), {
          create: has("create"),
          directory: has("directory"),
          exclusive: has("exclusive"),
          truncate: has("truncate"),
          read: has("read"),
          write: has("write"),
          follow: has("follow"),
        });
        return handle * 2 + Number(isDirectory);
      }),
    folderClose: (handle: number) => folders.close(handle),
    folderRead: (handle: number, pointer: number, length: number, offset: bigint) =>
      attempt(() => folders.read(handle, range(memory, pointer, length), fileOffset(offset))),
    folderWrite: (
      handle: number,
      pointer: number,
      length: number,
      offset: bigint,
      appends: number,
    ) =>
      attempt(() => {
        const place = appends === 0 ? fileOffset(offset) : undefined;
        return folders.write(handle, range(memory, pointer, length), place);
      }),
    folderSetSize: (handle: number, size: bigint) =>
      done(() => folders.setSize(handle, fileOffset(size))),
    folderSync: (handle: number) => done(() => folders.sync(handle)),
  };
}

/** An offset or size that Node can express; files are no longer than that. */
function fileOffset(value: bigint): number {
  if (value < 0n || value > BigInt(Number.MAX_SAFE_INTEGER)) throw new FolderError("fbig");
  return Number(value);
}

function statusFunctions(folders: Folders, memory: Memory): Record<string, MachineFunction> {
  const pathAt = (path: number, length: number): string | undefined =>
    length === 0 ? undefined : textAt(memory, path, length);
  return {
    folderStatus: (handle: number, path: number, length: number, follow: number, result: number) =>
      done(() => {
        const status = folders.status(handle, pathAt(path, length), follow !== 0);
        writeStatus(new DataView(memory.buffer, result >>> 0, 64), status);
      }),
    folderSetTimes: (
      handle: number,
      path: number,
      length: number,
      follow: number,
      access: bigint,
      modification: bigint,
      which: number,
    ) =>
      done(() =>
        folders.setTimes(handle, pathAt(path, length), follow !== 0, {
          accessed: timeOf(access, which & 3),
          modified: timeOf(modification, (which >> 2) & 3),
        }),
      ),
    folderEntry: (directory: number, cookie: bigint, result: number) =>
      attempt(() => {
        const entry = folders.entry(directory, Number(BigInt.asUintN(53, cookie)));
        if (entry === undefined) return 0;
        const name = new TextEncoder().encode(entry.name).subarray(0, 255);
        const view = new DataView(memory.buffer, result >>> 0);
        view.setBigUint64(0, BigInt.asUintN(64, entry.inode), true);
        view.setBigUint64(8, BigInt.asUintN(64, cookie) + 1n, true);
        view.setUint32(16, entry.type, true);
        view.setUint32(20, name.length, true);
        range(memory, result + 24, name.length).set(name);
        return 1;
      }),
  };
}

/** A time by WASI's fstflags of it: 1 sets it, 2 sets it to now. */
function timeOf(time: bigint, which: number): bigint | "now" | undefined {
  if (which === 2) return "now";
  return which === 1 ? BigInt.asUintN(64, time) : undefined;
}

/** WASI's filestat (typenames.witx). */
function writeStatus(view: DataView, status: FileStatus): void {
  const { device, inode, type, links, size, accessed, modified, changed } = status;
  const words = [device, inode, BigInt(type), links, size, accessed, modified, changed];
  words.forEach((word, index) => {
    view.setBigUint64(index * 8, BigInt.asUintN(64, word), true);
  });
}

function nameFunctions(folders: Folders, memory: Memory): Record<string, MachineFunction> {
  return {
    folderMakeDirectory: (directory: number, path: number, length: number) =>
      done(() => folders.makeDirectory(directory, textAt(memory, path, length))),
    folderRemove: (directory: number, path: number, length: number, isDirectory: number) =>
      done(() => folders.remove(directory, textAt(memory, path, length), isDirectory !== 0)),
    folderRename: (
      directory: number,
      path: number,
      length: number,
      newDirectory: number,
      newPath: number,
      newLength: number,
      links: number,
    ) =>
      done(() => {
        const from = textAt(memory, path, length);
        const to = textAt(memory, newPath, newLength);
        if (links !== 0) folders.link(directory, from, newDirectory, to);
        else folders.rename(directory, from, newDirectory, to);
      }),
    folderSymbolicLink: (
      target: number,
      targetLength: number,
      directory: number,
      path: number,
      length: number,
    ) =>
      done(() => {
        const text = textAt(memory, target, targetLength);
        folders.symbolicLink(text, directory, textAt(memory, path, length));
      }),
    folderReadLink: (
      directory: number,
      path: number,
      length: number,
      pointer: number,
      capacity: number,
    ) =>
      attempt(() => {
        const target = folders.readLink(directory, textAt(memory, path, length));
        const bytes = new TextEncoder().encode(target).subarray(0, capacity >>> 0);
        range(memory, pointer, bytes.length).set(bytes);
        return bytes.length;
      }),
  };
}
