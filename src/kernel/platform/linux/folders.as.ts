// What a Linux process does for files before it seals itself.
import * as config from "../../base/config.as";
import * as errno from "../../base/errno.as";
import * as host from "../../base/machine/host.as";
import { text } from "../../base/text.as";
import { openHostMounts } from "../../files/host-mounts.as";
import { addFrames } from "../../memory/frames.as";
import { folderResult } from "./folder-errors.as";
import { pathOnly, resolveFlags } from "./folder-paths.as";

const open = 2;
const close = 3;
const mmap = 9;
const openat2 = 437;

const directoryFlags: u64 = 0x9_0000; // O_DIRECTORY | O_CLOEXEC
const memoryBytes: u64 = 64 << 20;
const hugePageMask: u64 = (2 << 20) - 1;
const readWrite: u64 = 3; // PROT_READ | PROT_WRITE
// MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE
const mapFlags: u64 = 0x10_4022;

/**
 * Reserves memory for files and opens the folders to mount; false, after a line, if one cannot be.
 */
export function prepareLinuxFiles(): bool {
  // Address space behind the stack: the host gives pages as files fill them.
  const start = (config.stackHigh + 2 * hugePageMask) & ~hugePageMask;
  const mapped = host.setup(mmap, start, memoryBytes, readWrite, mapFlags, ~0, 0);
  if (mapped == <i64>start) addFrames(start, start + memoryBytes);
  return openHostMounts();
}

/** Opens a folder of the host by its path there, a NUL behind it; a descriptor or an error. */
export function linuxOpenFolderRoot(path: usize): i64 {
  const descriptor = host.setup(open, path, directoryFlags, 0, 0, 0, 0);
  if (descriptor < 0) return folderResult(descriptor);
  // The call on which every later one depends, while there is time to complain.
  const how = path;
  store<u64>(how, pathOnly);
  store<u64>(how, 0, 8);
  store<u64>(how, resolveFlags, 16);
  const tried = host.setup(openat2, descriptor, text("."), how, 24, 0, 0);
  if (tried < 0) return -<i64>errno.notImplemented;
  host.setup(close, tried, 0, 0, 0, 0, 0);
  return descriptor;
}
