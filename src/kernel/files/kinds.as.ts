// The kinds of files, and what an option of opening means.

/** Kind of what lies in the embedded tree; its object is an entry. */
export const embeddedKind: u32 = 1;

/** Kind of what lies in the memory file system; its object is a node. */
export const memoryKind: u32 = 2;

/** Kind of what lies in a folder of the host; its object is the platform's handle. */
export const folderKind: u32 = 3;

/** Kind of a disk, and of where it was mounted; its object is a disk. */
export const diskKind: u32 = 4;

/** WASI's file type of a directory. */
export const directoryType: u32 = 3;

/** WASI's file type of a regular file. */
export const regularType: u32 = 4;

/** Open: make the file unless there is one (WASI's oflags). */
export const createOption: u32 = 1;

/** Open: fail unless it is a directory. */
export const directoryOption: u32 = 2;

/** Open: fail if there is one. */
export const exclusiveOption: u32 = 4;

/** Open: empty the file. */
export const truncateOption: u32 = 8;

/** Open: to read. */
export const readOption: u32 = 16;

/** Open: to write. */
export const writeOption: u32 = 32;

/** Open: follow a symbolic link at the path's end. */
export const followOption: u32 = 64;
