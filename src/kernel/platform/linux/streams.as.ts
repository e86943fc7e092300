// The three standard streams of a Linux process. The app's buffers go to the host as they are.
import * as config from "../../base/config.as";
import * as host from "../../base/machine/host.as";
import * as errno from "../../base/errno.as";
import { hasControl } from "./control.as";
import { failure, interrupted, tryAgain } from "./errors.as";
import { linuxInputReady, pollInput, pollOutput, waitForDescriptor } from "./process.as";
import { translateVectors, vectorLimit } from "./vectors.as";

const fstat = 5;
const readv = 19;
const writev = 20;

const vectors = memory.data(256, 8); // struct iovec[vectorLimit]
const status = memory.data(144, 8); // struct stat

/** Writes kernel memory to a stream; what cannot be written is lost. */
export function linuxWrite(stream: u32, pointer: usize, length: u32): void {
  while (length != 0) {
    store<u64>(vectors, pointer);
    store<u64>(vectors, length, 8);
    const written = host.call(writev, stream, vectors, 1, 0, 0, 0);
    if (written == interrupted) continue;
    if (written <= 0) return;
    pointer += <usize>written;
    length -= <u32>written;
  }
}

/** Writes checked app vectors to a stream: bytes, or a negated WASI error number. */
export function linuxWriteVectors(stream: u32, list: u32, count: u32): i64 {
  const used = translateVectors(list, count, vectors, vectorLimit);
  let result: i64 = 0;
  do {
    result = host.call(writev, stream, vectors, used, 0, 0, 0);
    if (result == tryAgain) waitForDescriptor(stream, pollOutput);
  } while (result == tryAgain || result == interrupted);
  return result < 0 ? failure(result) : result;
}

/** Reads a stream into checked app vectors: bytes, 0 at its end, or a negated WASI error. */
export function linuxReadVectors(stream: u32, list: u32, count: u32, mayWait: bool): i64 {
  if (!mayWait && !linuxInputReady()) return -<i64>errno.again;
  // A process that reads answers nobody; one that waits for something to read does.
  if (mayWait && config.canWait && hasControl()) waitForDescriptor(stream, pollInput);
  const used = translateVectors(list, count, vectors, vectorLimit);
  let result: i64 = 0;
  do {
    result = host.call(readv, stream, vectors, used, 0, 0, 0);
    if (result == tryAgain) waitForDescriptor(stream, pollInput);
  } while (result == tryAgain || result == interrupted);
  return result < 0 ? failure(result) : result;
}

/** WASI's file type of a stream: character device 2, regular file 4, socket 6, unknown 0. */
export function linuxFileType(stream: u32): u32 {
  if (host.call(fstat, stream, status, 0, 0, 0, 0) != 0) return 0;
  const kind = load<u32>(status, 24) >> 12; // st_mode
  if (kind == 2) return 2;
  if (kind == 8) return 4;
  if (kind == 12) return 6;
  return 0;
}
