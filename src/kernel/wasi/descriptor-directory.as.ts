// WASI: the fd_* functions that are for directories.
import * as config from "../base/config.as";
import * as errno from "../base/errno.as";
import * as app from "../base/machine/app.as";
import { findEntry } from "../files/entries.as";
import {
  entryCookie,
  entryInode,
  entryName,
  entryNameLength,
  entryType,
} from "../files/entry.as";
import { mountTarget, mountTargetLength } from "../files/mounts.as";
import { isRootFile, mountOfFile } from "../files/open-files.as";
import { statusSpace } from "../files/scratch.as";
import { isAppRange } from "../memory/app-memory.as";
import { closedKind, fileKind, kindOf, objectOf, socketKind } from "./descriptors.as";
import { rightList } from "./file-rights.as";
import { checkFile } from "./path-argument.as";

const headerBytes: u32 = 24; // u64 next cookie, u64 inode, u32 bytes of the name, u8 type
const directoryTag: u32 = 0;
const otherTag: u32 = 1;

/** WASI fd_prestat_get: what was opened in advance; EBADF ends an app's search. */
export function fd_prestat_get(descriptor: u32, result: u32): u32 {
  if (!config.opensFiles) return errno.badDescriptor;
  const kind = kindOf(descriptor);
  const isMount = kind == fileKind && isRootFile(objectOf(descriptor));
  // Sockets that listen come before the mounts: a tag that is no directory's leads past them.
  if (!isMount && kind != socketKind) return errno.badDescriptor;
  if (!isAppRange(result, 8)) return errno.fault;
  app.store32(result, isMount ? directoryTag : otherTag);
  app.store32(result + 4, isMount ? mountTargetLength(mountOfFile(objectOf(descriptor))) : 0);
  return errno.success;
}

/** WASI fd_prestat_dir_name: where the app finds it. */
export function fd_prestat_dir_name(descriptor: u32, path: u32, length: u32): u32 {
  if (!config.opensFiles) return errno.badDescriptor;
  const kind = kindOf(descriptor);
  if (kind == closedKind) return errno.badDescriptor;
  if (kind != fileKind || !isRootFile(objectOf(descriptor))) return errno.notDirectory;
  const mount = mountOfFile(objectOf(descriptor));
  const bytes = mountTargetLength(mount);
  if (bytes > length) return errno.nameTooLong;
  if (!isAppRange(path, bytes)) return errno.fault;
  app.copyOut(path, mountTarget(mount), bytes);
  return errno.success;
}

/** WASI fd_readdir: as many entries as there is room for; the last one may be cut off. */
export function fd_readdir(
  descriptor: u32, buffer: u32, length: u32, cookie: u64, result: u32,
): u32 {
  if (!config.opensFiles || kindOf(descriptor) != fileKind) {
    return kindOf(descriptor) == closedKind ? errno.badDescriptor : errno.notDirectory;
  }
  const error = checkFile(descriptor, rightList);
  if (error != 0) return error;
  if (!isAppRange(buffer, length) || !isAppRange(result, 4)) return errno.fault;
  let used: u32 = 0;
  while (used < length) {
    const found = findEntry(objectOf(descriptor), cookie);
    if (found < 0) return -found;
    if (found == 0) break;
    cookie = entryCookie();
    used += giveEntry(buffer + used, length - used);
  }
  app.store32(result, used);
  return errno.success;
}

/** Copies the entry that was found, as far as there is room; bytes. */
function giveEntry(buffer: u32, room: u32): u32 {
  const header = statusSpace();
  store<u64>(header, entryCookie());
  store<u64>(header, entryInode(), 8);
  store<u32>(header, entryNameLength(), 16);
  store<u32>(header, entryType(), 20);
  const headerPart = min(headerBytes, room);
  app.copyOut(buffer, header, headerPart);
  const namePart = min(entryNameLength(), room - headerPart);
  app.copyOut(buffer + headerPart, entryName(), namePart);
  return headerPart + namePart;
}
