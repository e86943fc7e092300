// WASI: the fd_* functions that every descriptor has. Each checks the app's ranges, then goes by
// the descriptor's kind; what only files have stands in descriptor-file.as.ts.
import * as config from "../base/config.as";
import * as errno from "../base/errno.as";
import * as app from "../base/machine/app.as";
import { readVectors, streamFileType, writeVectors } from "../console/streams.as";
import { directoryType, regularType } from "../files/kinds.as";
import { closeFile } from "../files/open.as";
import { isDirectoryFile } from "../files/open-files.as";
import { readFile, writeFile } from "../files/transfer.as";
import { isAppRange } from "../memory/app-memory.as";
import { streamType, typeOf } from "../net/socket-table.as";
import { closeSocket, receiveVectors, sendVectors } from "../net/sockets.as";
import { giveFileStatus } from "./descriptor-file.as";
import {
  appendFlag,
  descriptorFlags,
  fileKind,
  freeDescriptor,
  hasRights,
  inheritingRightsOf,
  isOpen,
  kindOf,
  moveDescriptor,
  nonBlockingFlag,
  objectOf,
  rightRead,
  rightsOf,
  rightWrite,
  setDescriptorFlags,
  socketKind,
  streamKind,
} from "./descriptors.as";
import { checkVectors, finishTransfer } from "./vectors.as";

const datagramSocketType: u32 = 5;
const streamSocketType: u32 = 6;

/** WASI fd_write: writes the buffers one after another. */
export function fd_write(descriptor: u32, list: u32, count: u32, result: u32): u32 {
  if (!isOpen(descriptor) || !hasRights(descriptor, rightWrite)) return errno.badDescriptor;
  const error = checkVectors(list, count, result);
  return error != 0 ? error : finishTransfer(write(descriptor, list, count), result);
}

/** WASI fd_read: waits until there is something, then reads as much as there is. */
export function fd_read(descriptor: u32, list: u32, count: u32, result: u32): u32 {
  if (!isOpen(descriptor) || !hasRights(descriptor, rightRead)) return errno.badDescriptor;
  const error = checkVectors(list, count, result);
  return error != 0 ? error : finishTransfer(read(descriptor, list, count), result);
}

/** WASI fd_close: closes what the descriptor stands for and frees its number. */
export function fd_close(descriptor: u32): u32 {
  if (!isOpen(descriptor)) return errno.badDescriptor;
  const error = closeObject(descriptor);
  freeDescriptor(descriptor);
  return error;
}

/** WASI fd_renumber: gives what `from` stands for the number `to`, and closes what that was. */
export function fd_renumber(from: u32, to: u32): u32 {
  if (!isOpen(from) || !isOpen(to)) return errno.badDescriptor;
  if (from == to) return errno.success;
  closeObject(to);
  moveDescriptor(from, to);
  return errno.success;
}

/** WASI fd_fdstat_get: file type, flags and rights, 24 bytes. */
export function fd_fdstat_get(descriptor: u32, result: u32): u32 {
  if (!isOpen(descriptor)) return errno.badDescriptor;
  if (!isAppRange(result, 24)) return errno.fault;
  // u8 type, u16 flags at 2, the rest zero.
  app.store64(result, fileType(descriptor) | (descriptorFlags(descriptor) << 16));
  app.store64(result + 8, rightsOf(descriptor));
  app.store64(result + 16, inheritingRightsOf(descriptor));
  return errno.success;
}

/** WASI fd_fdstat_set_flags: append and nonblock can be set. */
export function fd_fdstat_set_flags(descriptor: u32, flags: u32): u32 {
  if (!isOpen(descriptor)) return errno.badDescriptor;
  if ((flags & ~(appendFlag | nonBlockingFlag)) != 0) return errno.invalid;
  setDescriptorFlags(descriptor, flags);
  return errno.success;
}

/** WASI fd_filestat_get: 64 bytes, of which streams and sockets have only the file type. */
export function fd_filestat_get(descriptor: u32, result: u32): u32 {
  if (!isOpen(descriptor)) return errno.badDescriptor;
  if (!isAppRange(result, 64)) return errno.fault;
  if (config.opensFiles && kindOf(descriptor) == fileKind) {
    return giveFileStatus(descriptor, result);
  }
  app.fill(result, 0, 64);
  app.store8(result + 16, fileType(descriptor));
  app.store64(result + 24, 1); // one link
  return errno.success;
}

/** Whether what would have to wait waits. */
function mayWait(descriptor: u32): bool {
  return (descriptorFlags(descriptor) & nonBlockingFlag) == 0;
}

/** Bytes written, or a negated error number. */
function write(descriptor: u32, list: u32, count: u32): i64 {
  const kind = kindOf(descriptor);
  if (kind == streamKind) return writeVectors(objectOf(descriptor), list, count);
  if (config.opensSockets && kind == socketKind) {
    return sendVectors(objectOf(descriptor), list, count, 0, mayWait(descriptor));
  }
  if (config.opensFiles && kind == fileKind) {
    const appends = (descriptorFlags(descriptor) & appendFlag) != 0;
    return writeFile(objectOf(descriptor), list, count, appends);
  }
  return unreachable();
}

/** Bytes read, 0 at the end, or a negated error number. */
function read(descriptor: u32, list: u32, count: u32): i64 {
  const kind = kindOf(descriptor);
  if (kind == streamKind) return readVectors(list, count, mayWait(descriptor));
  if (config.opensSockets && kind == socketKind) {
    return receiveVectors(objectOf(descriptor), list, count, 0, 0, mayWait(descriptor));
  }
  if (config.opensFiles && kind == fileKind) return readFile(objectOf(descriptor), list, count);
  return unreachable();
}

/** Closes the object alone; streams of the host stay open for the kernel's own messages. */
function closeObject(descriptor: u32): u32 {
  const kind = kindOf(descriptor);
  if (config.opensSockets && kind == socketKind) closeSocket(objectOf(descriptor));
  if (config.opensFiles && kind == fileKind) closeFile(objectOf(descriptor));
  return errno.success;
}

/** WASI's file type (typenames.witx, filetype). */
function fileType(descriptor: u32): u32 {
  const kind = kindOf(descriptor);
  if (kind == streamKind) return streamFileType(objectOf(descriptor));
  if (config.opensSockets && kind == socketKind) {
    return typeOf(objectOf(descriptor)) == streamType ? streamSocketType : datagramSocketType;
  }
  if (config.opensFiles && kind == fileKind) {
    return isDirectoryFile(objectOf(descriptor)) ? directoryType : regularType;
  }
  return unreachable();
}
