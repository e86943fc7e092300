// Disks: files of a fixed size that the instance was given, whoever keeps their bytes. Each has a
// record of 56 bytes: u64 size, u32 handle of its platform's at 8, and at 16 the counters that
// contracts/instance-report.ts names, u64 each. An app finds a disk where it was mounted: the mount
// begins in something that passes for a directory, and there is one name, `.`.
import * as config from "../base/config.as";
import * as errno from "../base/errno.as";
import {
  linuxOpenDisk,
  linuxReadDisk,
  linuxSyncDisk,
  linuxWriteDisk,
} from "../platform/linux/disks.as";
import { nodeOpenDisk, nodeSyncDisk } from "../platform/node/disks.as";
import { nodeReadFile, nodeWriteFile } from "../platform/node/file-bytes.as";
import { solo5OpenDisk } from "../platform/solo5/disks.as";
import { beginVectors } from "./app-vectors.as";
import { BlockFile, readBlockFile, syncBlockFile, writeBlockFile } from "./block-file.as";
import {
  beginPath,
  endsWithSlash,
  isDot,
  isDotDot,
  nameLength,
  nameStart,
  nextName,
} from "./path.as";

/** As many disks can an instance have. */
export const diskLimit: u32 = 8;

const records = memory.data(448, 8); // diskLimit records
const recordBytes: u32 = 56;
const readCounters: usize = 16; // requests, then bytes
const writeCounters: usize = 32;
const failureCounter: usize = 48;
let count: u32 = 0;

/** Opens a disk by its path on the host, a NUL behind it: its number, or a negated error number. */
export function openHostDisk(path: usize, length: u32, isReadOnly: bool): i64 {
  if (config.platform == config.linux) return linuxOpenDisk(path, isReadOnly);
  if (config.platform == config.node) return nodeOpenDisk(path, length, isReadOnly);
  return config.platform == config.solo5 ? solo5OpenDisk() : -<i64>errno.notSupported;
}

/** Adds a disk of a size in bytes; its number, or -1 when there are too many. */
export function addDisk(handle: u32, size: u64): i32 {
  if (count == diskLimit) return -1;
  store<u64>(records + count * recordBytes, size);
  store<u32>(records + count * recordBytes, handle, 8);
  return count++;
}

/** How many disks there are. */
export function diskCount(): u32 {
  return count;
}

/** Where a disk's five counters stand; those of a block device are its driver's. */
export function diskCounters(disk: u32): usize {
  return records + disk * recordBytes + readCounters;
}

/** Bytes of a disk. */
export function diskSize(disk: u32): u64 {
  return load<u64>(records + disk * recordBytes);
}

/** Reads into checked app vectors: bytes, 0 from the disk's end on, or a negated error number. */
export function readDisk(disk: u32, list: u32, vectorCount: u32, offset: u64): i64 {
  const total = beginVectors(list, vectorCount);
  const size = diskSize(disk);
  if (offset >= size || total == 0) return 0;
  const length = <u32>min<u64>(total, size - offset);
  const handle = handleOf(disk);
  if (config.platform == config.linux) {
    return counted(disk, readCounters, linuxReadDisk(handle, list, vectorCount, offset, length));
  }
  if (config.platform == config.node) {
    return counted(disk, readCounters, nodeReadFile(handle, offset, length));
  }
  return readBlockFile(changetype<BlockFile>(<usize>handle), offset, length);
}

/** Writes checked app vectors as far as the disk goes: bytes, or a negated error number. */
export function writeDisk(disk: u32, list: u32, vectorCount: u32, offset: u64): i64 {
  const total = beginVectors(list, vectorCount);
  const size = diskSize(disk);
  if (total == 0) return 0;
  if (offset >= size) return -<i64>errno.noSpace;
  const length = <u32>min<u64>(total, size - offset);
  const handle = handleOf(disk);
  if (config.platform == config.linux) {
    return counted(disk, writeCounters, linuxWriteDisk(handle, list, vectorCount, offset, length));
  }
  if (config.platform == config.node) {
    return counted(disk, writeCounters, nodeWriteFile(handle, offset, length, false));
  }
  return writeBlockFile(changetype<BlockFile>(<usize>handle), offset, length);
}

/** Has a disk kept durably; an error number. */
export function syncDisk(disk: u32): u32 {
  const handle = handleOf(disk);
  if (config.platform == config.linux) return linuxSyncDisk(handle);
  if (config.platform == config.node) return nodeSyncDisk(handle);
  if (config.platform == config.solo5) return errno.notSupported; // its tender has no call for it
  return syncBlockFile(changetype<BlockFile>(<usize>handle));
}

/** Why a disk cannot be made so long; 0 when it is. */
export function diskSizeError(disk: u32, size: u64): u32 {
  if (size == diskSize(disk)) return errno.success;
  return size > diskSize(disk) ? errno.fileTooLarge : errno.notPermitted;
}

/** What is wrong with a path from where a disk is mounted; 0 when it names the disk. */
export function diskPathError(path: usize, length: u32): u32 {
  const error = beginPath(path, length);
  if (error != 0) return error;
  while (nextName()) {
    if (isDotDot(nameStart(), nameLength())) return errno.notCapable;
    if (!isDot(nameStart(), nameLength())) return errno.notDirectory;
  }
  return endsWithSlash() ? errno.notDirectory : errno.success;
}

/** Why something cannot be done to a path from there: what is wrong with it, else `refusal`. */
export function diskRefusal(path: usize, length: u32, refusal: u32): u32 {
  const error = diskPathError(path, length);
  return error != 0 ? error : refusal;
}

/** Counts what came of a request to the host. */
function counted(disk: u32, counters: usize, result: i64): i64 {
  const record = records + disk * recordBytes;
  if (result < 0) {
    store<u64>(record + failureCounter, load<u64>(record + failureCounter) + 1);
    return result;
  }
  store<u64>(record + counters, load<u64>(record + counters) + 1);
  store<u64>(record + counters + 8, load<u64>(record + counters + 8) + result);
  return result;
}

@inline
function handleOf(disk: u32): u32 {
  return load<u32>(records + disk * recordBytes, 8);
}
