// What the path_* functions are given: an open directory, and a path in the app's memory.
import * as errno from "../base/errno.as";
import * as app from "../base/machine/app.as";
import { pathLimit } from "../files/scratch.as";
import { isAppRange } from "../memory/app-memory.as";
import { closedKind, fileKind, hasRights, kindOf } from "./descriptors.as";

/** EBADF, ENOTDIR, ENOTCAPABLE, or 0 for a file's descriptor that has these rights. */
export function checkFile(descriptor: u32, rights: u32): u32 {
  const kind = kindOf(descriptor);
  if (kind == closedKind) return errno.badDescriptor;
  if (kind != fileKind) return errno.notDirectory;
  return hasRights(descriptor, rights) ? errno.success : errno.notCapable;
}

/** Copies a path to `buffer` in kernel memory and puts a NUL behind it; an error number. */
export function takePath(path: u32, length: u32, buffer: usize): u32 {
  if (!isAppRange(path, length)) return errno.fault;
  if (length > pathLimit) return errno.nameTooLong;
  app.copyIn(buffer, path, length);
  store<u8>(buffer + length, 0);
  return errno.success;
}
