// The rights of files and directories (typenames.witx, rights).

/**
 * Of a file: datasync, read, seek, set flags, sync, tell, write, advise, allocate, status, poll.
 */
export const fileRights: u32 = 0x08e0_01ff;

/** Of a directory: datasync, set flags, sync, everything with paths, listing, status, times. */
export const directoryRights: u32 = 0x07bf_fe19;

/** Of what is opened through a directory. */
export const inheritedRights: u32 = 0x0fff_ffff;

/** Right to make durable what was written. */
export const rightDataSync: u32 = 1 << 0;

/** Right to move the position. */
export const rightSeek: u32 = 1 << 2;

/** Right to make durable all of a file. */
export const rightSync: u32 = 1 << 4;

/** Right to ask for the position. */
export const rightTell: u32 = 1 << 5;

/** Right to announce how the file will be used. */
export const rightAdvise: u32 = 1 << 7;

/** Right to make room for what will be written. */
export const rightAllocate: u32 = 1 << 8;

/** Right to make directories. */
export const rightCreateDirectory: u32 = 1 << 9;

/** Right to make files. */
export const rightCreateFile: u32 = 1 << 10;

/** Right to give files of this directory further names. */
export const rightLinkSource: u32 = 1 << 11;

/** Right to give files names in this directory. */
export const rightLinkTarget: u32 = 1 << 12;

/** Right to open. */
export const rightOpen: u32 = 1 << 13;

/** Right to list. */
export const rightList: u32 = 1 << 14;

/** Right to read symbolic links. */
export const rightReadLink: u32 = 1 << 15;

/** Right to rename what is in this directory. */
export const rightRenameSource: u32 = 1 << 16;

/** Right to rename into this directory. */
export const rightRenameTarget: u32 = 1 << 17;

/** Right to ask for the status of a path. */
export const rightPathStatus: u32 = 1 << 18;

/** Right to empty files by opening them. */
export const rightPathSize: u32 = 1 << 19;

/** Right to set the times of a path. */
export const rightPathTimes: u32 = 1 << 20;

/** Right to set a file's size. */
export const rightSize: u32 = 1 << 22;

/** Right to set a file's times. */
export const rightTimes: u32 = 1 << 23;

/** Right to make symbolic links. */
export const rightSymbolicLink: u32 = 1 << 24;

/** Right to remove directories. */
export const rightRemoveDirectory: u32 = 1 << 25;

/** Right to remove files. */
export const rightUnlink: u32 = 1 << 26;
