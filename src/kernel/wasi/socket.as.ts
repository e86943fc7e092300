// WASI: sock_*. There are no sockets yet.
import * as errno from "../base/errno.as";
import { isOpen } from "./descriptors.as";

/** WASI sock_accept. */
export function sock_accept(descriptor: u32, _flags: u32, _result: u32): u32 {
  return refuseSocket(descriptor);
}

/** WASI sock_recv. */
export function sock_recv(
  descriptor: u32, _list: u32, _count: u32, _flags: u32, _length: u32, _resultFlags: u32,
): u32 {
  return refuseSocket(descriptor);
}

/** WASI sock_send. */
export function sock_send(
  descriptor: u32, _list: u32, _count: u32, _flags: u32, _length: u32,
): u32 {
  return refuseSocket(descriptor);
}

/** WASI sock_shutdown. */
export function sock_shutdown(descriptor: u32, _how: u32): u32 {
  return refuseSocket(descriptor);
}

function refuseSocket(descriptor: u32): u32 {
  return isOpen(descriptor) ? errno.notSocket : errno.badDescriptor;
}
