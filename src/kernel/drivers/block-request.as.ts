// What is known of a block device, and what it is asked.

/** Bytes of a sector, in which all devices count. */
export const sectorBytes: u32 = 512;

/** Operation: read into the parts. */
export const readBlocks: u32 = 0;
/** Operation: write the parts. */
export const writeBlocks: u32 = 1;
/** Operation: make durable what was written and has been taken back. */
export const flushBlocks: u32 = 4;
/** Operation: read what the device calls itself, into one part of `identifierBytes`. */
export const identifyBlocks: u32 = 8;
/** Operation: the content of `sectorCount` sectors is needed no more. */
export const discardBlocks: u32 = 11;
/** Operation: make `sectorCount` sectors zeroes. */
export const writeZeroes: u32 = 13;

/** Bytes of what a device calls itself; a shorter name ends with a NUL. */
export const identifierBytes: u32 = 20;

/** A request has at most so many parts. */
export const requestPartLimit: u32 = 16;

/** A device; nothing here changes while it is in use but the counters. */
@unmanaged
export class BlockDevice {
  /** Size in sectors of 512 bytes. */
  sectorCount: u64;
  /** What the device reads and writes at once, in bytes; requests may be smaller, and slower. */
  blockBytes: u32;
  /** The most parts of a request, at most `requestPartLimit`. */
  partLimit: u32;
  /** The longest part, in bytes. */
  partBytesLimit: u32;
  isReadOnly: bool;
  /** Without, what was written is durable once it is taken back. */
  canFlush: bool;
  /** The most sectors that may be discarded at once; 0 when none may. */
  discardLimit: u32;
  /** The most sectors that may be made zeroes at once; 0 when the device cannot. */
  writeZeroesLimit: u32;
  /** How often the device broke the rules. */
  violations: u32;
  /** How often it failed a request. */
  failures: u32;
  /** Requests that it met, and their bytes. */
  readCount: u64;
  readBytes: u64;
  writeCount: u64;
  writtenBytes: u64;
}

/** A request, of 176 bytes with all its parts; the caller's while the device does not have it. */
@unmanaged
export class BlockRequest {
  /** What the device reads: the operation, 0, the first sector. */
  operation: u32;
  reserved: u32;
  sector: u64;
  /** Sectors to discard or to make zeroes; the device reads it with `sector` copied before it. */
  rangeSector: u64;
  sectorCount: u32;
  rangeFlags: u32;
  /** What the device writes. */
  status: u32;
  /** 0 or an error number, when the request has been taken back. */
  error: u32;
  /** For the caller. */
  owner: u32;
  partCount: u32;
  /** The first of `requestPartLimit` parts: pointer and length in bytes, u32 each. */
  firstPart: u64;
}

/** Where a part's pointer stands; its length stands 4 bytes behind. */
@inline
export function requestPart(request: BlockRequest, index: u32): usize {
  return changetype<usize>(request) + offsetof<BlockRequest>("firstPart") + index * 8;
}
