// Listing the host's folders (getdents64(2)). The entries of one call are kept until they were
// asked for; a cookie that does not follow the last one makes the host look again.
import * as host from "../../base/machine/host.as";
import { setEntry } from "../../files/entry.as";
import { entrySpace } from "../../files/scratch.as";
import { folderResult } from "./folder-errors.as";
import { typeOfEntry } from "./folder-status.as";

const lseek = 8;
const getdents64 = 217;
const spaceBytes: u64 = 4096;
const nobody: u32 = 0xffff_ffff;

let reader: u32 = 0xffff_ffff; // whose entries are kept
let nextCookie: u64 = 0;
let next: usize = 0;
let end: usize = 0;

/** Finds a directory's entry at a cookie: 1 and the entry is set, 0 at the end, or an error. */
export function linuxFolderEntry(handle: u32, cookie: u64): i64 {
  const isNext = reader == handle && cookie == nextCookie;
  if (!isNext) {
    reader = nobody;
    const moved = host.call(lseek, handle, cookie, 0, 0, 0, 0);
    if (moved < 0) return folderResult(moved);
  }
  if (!isNext || next >= end) {
    const bytes = host.call(getdents64, handle, entrySpace(), spaceBytes, 0, 0, 0);
    if (bytes < 0) return folderResult(bytes);
    next = entrySpace();
    end = next + <usize>bytes;
    reader = handle;
    nextCookie = cookie;
    if (bytes == 0) return 0;
  }
  // struct linux_dirent64: u64 inode, i64 offset, u16 bytes, u8 type, name.
  let length: u32 = 0;
  while (load<u8>(next + 19 + length) != 0) length++;
  nextCookie = load<u64>(next, 8);
  setEntry(next + 19, length, typeOfEntry(load<u8>(next, 18)), load<u64>(next), nextCookie);
  next += load<u16>(next, 16);
  return 1;
}

/** Drops what is kept of a directory that will be closed: its number may be used again. */
export function forgetEntries(handle: u32): void {
  if (reader == handle) reader = nobody;
}
