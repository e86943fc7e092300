// The directory entry that was found last.

let name: usize = 0;
let nameBytes: u32 = 0;
let type: u32 = 0;
let number: u64 = 0;
let cookie: u64 = 0;

/** Sets all of it; `next` is the cookie of what comes behind it. */
export function setEntry(start: usize, length: u32, fileType: u32, inode: u64, next: u64): void {
  name = start;
  nameBytes = length;
  type = fileType;
  number = inode;
  cookie = next;
}

/** Where its name is. */
export function entryName(): usize {
  return name;
}

/** Bytes of its name. */
export function entryNameLength(): u32 {
  return nameBytes;
}

/** WASI's file type. */
export function entryType(): u32 {
  return type;
}

/** Its inode. */
export function entryInode(): u64 {
  return number;
}

/** The cookie of the entry behind it. */
export function entryCookie(): u64 {
  return cookie;
}
