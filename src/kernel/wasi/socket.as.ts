// WASI: sock_*, as preview 1 has them.
import * as errno from "../base/errno.as";
import * as app from "../base/machine/app.as";
import { isAppRange } from "../memory/app-memory.as";
import {
  acceptConnection,
  closeSocket,
  peekFlag,
  receiveVectors,
  sendVectors,
  shutdownSocket,
} from "../net/sockets.as";
import {
  closedKind,
  descriptorFlags,
  kindOf,
  nonBlockingFlag,
  objectOf,
  openDescriptor,
  socketKind,
} from "./descriptors.as";
import { socketRights } from "./socket-rights.as";
import { checkVectors, finishTransfer } from "./vectors.as";

const receiveFlags: u32 = 3; // riflags: peek, waitall

/** WASI sock_accept: waits for a connection; the new descriptor gets these fdflags. */
export function sock_accept(descriptor: u32, flags: u32, result: u32): u32 {
  const error = checkSocket(descriptor);
  if (error != 0) return error;
  if ((flags & ~nonBlockingFlag) != 0) return errno.invalid;
  if (!isAppRange(result, 4)) return errno.fault;
  const socket = acceptConnection(objectOf(descriptor), waits(descriptor));
  if (socket < 0) return -socket;
  return giveDescriptor(socket, flags, socketRights, result);
}

/** WASI sock_recv: waits until there is something, then receives as much as there is. */
export function sock_recv(
  descriptor: u32, list: u32, count: u32, flags: u32, length: u32, resultFlags: u32,
): u32 {
  const error = checkSocket(descriptor);
  if (error != 0) return error;
  if ((flags & ~receiveFlags) != 0) return errno.invalid;
  if (!isAppRange(resultFlags, 2)) return errno.fault;
  const rangeError = checkVectors(list, count, length);
  if (rangeError != 0) return rangeError;
  const socket = objectOf(descriptor);
  const outcome = receiveVectors(socket, list, count, flags & peekFlag, 0, waits(descriptor));
  if (outcome >= 0) app.store16(resultFlags, 0);
  return finishTransfer(outcome, length);
}

/** WASI sock_send: waits until there is room, then sends as much as there is room for. */
export function sock_send(
  descriptor: u32, list: u32, count: u32, flags: u32, length: u32,
): u32 {
  const error = checkSocket(descriptor);
  if (error != 0) return error;
  if (flags != 0) return errno.invalid;
  const rangeError = checkVectors(list, count, length);
  if (rangeError != 0) return rangeError;
  const outcome = sendVectors(objectOf(descriptor), list, count, 0, waits(descriptor));
  return finishTransfer(outcome, length);
}

/** WASI sock_shutdown: ends receiving (1), sending (2) or both (3). */
export function sock_shutdown(descriptor: u32, how: u32): u32 {
  const error = checkSocket(descriptor);
  return error != 0 ? error : -shutdownSocket(objectOf(descriptor), how);
}

/** EBADF, ENOTSOCK or 0. */
export function checkSocket(descriptor: u32): u32 {
  const kind = kindOf(descriptor);
  if (kind == socketKind) return errno.success;
  return kind == closedKind ? errno.badDescriptor : errno.notSocket;
}

/** Whether what would have to wait on an open descriptor waits. */
export function waits(descriptor: u32): bool {
  return (descriptorFlags(descriptor) & nonBlockingFlag) == 0;
}

/** Gives the app a descriptor for a socket; closes the socket when there is none left. */
export function giveDescriptor(socket: u32, flags: u32, rights: u32, result: u32): u32 {
  const descriptor = openDescriptor(socketKind, socket, flags, rights, socketRights);
  if (descriptor < 0) {
    closeSocket(socket);
    return -descriptor;
  }
  app.store32(result, descriptor);
  return errno.success;
}
