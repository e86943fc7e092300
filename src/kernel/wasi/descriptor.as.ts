// WASI: the fd_* functions that read, write and describe a stream.
import * as errno from "../base/errno.as";
import * as app from "../base/machine/app.as";
import { readVectors, streamFileType, writeVectors } from "../console/streams.as";
import { isAppRange } from "../memory/app-memory.as";
import {
  appendFlag,
  closeDescriptor,
  descriptorFlags,
  isOpen,
  isWritable,
  nonBlockingFlag,
  setDescriptorFlags,
  standardInput,
} from "./descriptors.as";

// Rights (typenames.witx) that the streams have.
const rightRead: u64 = 1 << 1;
const rightSetFlags: u64 = 1 << 3;
const rightWrite: u64 = 1 << 6;
const rightStatus: u64 = 1 << 21;
const rightPoll: u64 = 1 << 27;

/** WASI fd_write: writes the buffers one after another. */
export function fd_write(descriptor: u32, list: u32, count: u32, result: u32): u32 {
  if (!isWritable(descriptor)) return errno.badDescriptor;
  const error = checkVectors(list, count, result);
  return error != 0 ? error : finish(writeVectors(descriptor, list, count), result);
}

/** WASI fd_read: waits until there is something, then reads as much as there is. */
export function fd_read(descriptor: u32, list: u32, count: u32, result: u32): u32 {
  if (descriptor != standardInput || !isOpen(descriptor)) return errno.badDescriptor;
  const error = checkVectors(list, count, result);
  if (error != 0) return error;
  const mayWait = (descriptorFlags(descriptor) & nonBlockingFlag) == 0;
  return finish(readVectors(list, count, mayWait), result);
}

/** WASI fd_close: closes a stream. */
export function fd_close(descriptor: u32): u32 {
  if (!isOpen(descriptor)) return errno.badDescriptor;
  closeDescriptor(descriptor);
  return errno.success;
}

/** WASI fd_fdstat_get: file type, flags and rights, 24 bytes. */
export function fd_fdstat_get(descriptor: u32, result: u32): u32 {
  if (!isOpen(descriptor)) return errno.badDescriptor;
  if (!isAppRange(result, 24)) return errno.fault;
  const direction = descriptor == standardInput ? rightRead : rightWrite;
  app.fill(result, 0, 24);
  app.store8(result, streamFileType(descriptor));
  app.store16(result + 2, descriptorFlags(descriptor));
  app.store64(result + 8, direction | rightSetFlags | rightStatus | rightPoll);
  return errno.success;
}

/** WASI fd_fdstat_set_flags: append and nonblock can be set. */
export function fd_fdstat_set_flags(descriptor: u32, flags: u32): u32 {
  if (!isOpen(descriptor)) return errno.badDescriptor;
  if ((flags & ~(appendFlag | nonBlockingFlag)) != 0) return errno.invalid;
  setDescriptorFlags(descriptor, flags);
  return errno.success;
}

/** WASI fd_filestat_get: 64 bytes, of which a stream has only the file type. */
export function fd_filestat_get(descriptor: u32, result: u32): u32 {
  if (!isOpen(descriptor)) return errno.badDescriptor;
  if (!isAppRange(result, 64)) return errno.fault;
  app.fill(result, 0, 64);
  app.store8(result + 16, streamFileType(descriptor));
  app.store64(result + 24, 1); // one link
  return errno.success;
}

/** Checks the list, every buffer in it, their sum and the place for the result. */
function checkVectors(list: u32, count: u32, result: u32): u32 {
  if (!isAppRange(list, <u64>count * 8) || !isAppRange(result, 4)) return errno.fault;
  let total: u64 = 0;
  for (let index: u32 = 0; index < count; index++) {
    const length = app.load32(list + index * 8 + 4);
    if (!isAppRange(app.load32(list + index * 8), length)) return errno.fault;
    total += length;
  }
  // The sum must fit the result (POSIX writev: SSIZE_MAX).
  return total > 0x7fff_ffff ? errno.invalid : errno.success;
}

function finish(outcome: i64, result: u32): u32 {
  if (outcome < 0) return <u32>-outcome;
  app.store32(result, <u32>outcome);
  return errno.success;
}
