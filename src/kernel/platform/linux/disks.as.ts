// Disks of a Linux process: files or block devices of the host, opened and locked before the seal.
import * as errno from "../../base/errno.as";
import * as host from "../../base/machine/host.as";
import { addDisk } from "../../files/disks.as";
import { hostSpace, statusSpace } from "../../files/scratch.as";
import { lockDisk } from "./disk-lock.as";
import { folderResult } from "./folder-errors.as";
import { takeStatus } from "./folder-status.as";
import { translateVectors, vectorLimit } from "./vectors.as";

const open = 2;
const lseek = 8;
const fdatasync = 75;
const preadv = 295;
const pwritev2 = 328;

// O_CLOEXEC | O_NONBLOCK | O_NOCTTY: what is no disk must not answer for somebody.
const always: u64 = 0x8_0900;
const readWrite: u64 = 2; // O_RDWR
const fromEnd: u64 = 2; // SEEK_END
const blockDeviceType: u32 = 1;
const regularType: u32 = 4;

/** Opens a disk by its path on the host, a NUL behind it: its number, or a negated error number. */
export function linuxOpenDisk(path: usize, isReadOnly: bool): i64 {
  const opened = host.setup(open, path, isReadOnly ? always : always | readWrite, 0, 0, 0, 0);
  if (opened < 0) return folderResult(opened);
  const descriptor = <u32>opened;
  const error = takeStatus(descriptor);
  if (error < 0) return error;
  const type: u32 = load<u8>(statusSpace(), 16);
  if (type != regularType && type != blockDeviceType) return -<i64>errno.invalid;
  if (!lockDisk(descriptor, isReadOnly)) return -<i64>errno.busy;
  const size = host.setup(lseek, descriptor, 0, fromEnd, 0, 0, 0);
  if (size < 0) return folderResult(size);
  const disk = addDisk(descriptor, size);
  return disk < 0 ? -<i64>errno.tooManyFiles : disk;
}

/** Reads `length` bytes into checked app vectors, or as many as the host takes at once. */
export function linuxReadDisk(
  handle: u32, list: u32, count: u32, offset: u64, length: u32,
): i64 {
  const used = translate(list, count, length);
  return folderResult(host.call(preadv, handle, hostVectors(), used, offset, 0, 0));
}

/** Writes so many bytes of them. */
export function linuxWriteDisk(
  handle: u32, list: u32, count: u32, offset: u64, length: u32,
): i64 {
  const used = translate(list, count, length);
  return folderResult(host.call(pwritev2, handle, hostVectors(), used, offset, 0, 0));
}

/** Has the bytes kept durably; the size never changes. */
export function linuxSyncDisk(handle: u32): u32 {
  return <u32>-folderResult(host.call(fdatasync, handle, 0, 0, 0, 0, 0));
}

/** Makes the host's vectors of checked ones, up to `length` bytes; how many there are. */
function translate(list: u32, count: u32, length: u64): u32 {
  const vectors = hostVectors();
  const used = translateVectors(list, count, vectors, vectorLimit);
  for (let index: u32 = 0; index < used; index++) {
    const vector = vectors + index * 16;
    const bytes = load<u64>(vector, 8);
    if (bytes >= length) {
      store<u64>(vector, length, 8);
      return index + 1;
    }
    length -= bytes;
  }
  return used;
}

/** Where they stand: behind the status of a file. */
function hostVectors(): usize {
  return hostSpace() + 512;
}
