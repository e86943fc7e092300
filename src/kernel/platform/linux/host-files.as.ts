// Small files of the host, read before the seal.
import * as host from "../../base/machine/host.as";

const read = 0;
const open = 2;
const close = 3;

const closeOnExec: u64 = 0x8_0000;

/** Reads a file's beginning, `path` ended by a NUL: its bytes, 0 when it cannot be read. */
export function linuxReadFile(path: usize, buffer: usize, capacity: u32): u32 {
  const descriptor = host.setup(open, path, closeOnExec, 0, 0, 0, 0);
  if (descriptor < 0) return 0;
  let length: u32 = 0;
  while (length < capacity) {
    const part = host.setup(read, descriptor, buffer + length, capacity - length, 0, 0, 0);
    if (part <= 0) break;
    length += <u32>part;
  }
  host.setup(close, descriptor, 0, 0, 0, 0, 0);
  return length;
}
