/**
 * The embedded tree: files and directories that an image carries, read where they lie. Little-endian,
 * every offset from the tree's first byte, so that it may lie anywhere.
 *
 *     header    u32 magic, u32 version, u32 number of entries, u32 bytes of the whole tree
 *     entries   24 bytes each: u32 name offset, u16 name length, u8 type, u8 0, u32 start, u32 length,
 *               u64 content hash
 *     names     bytes without an end mark
 *     contents  each from a multiple of 16; equal ones once
 *
 * Entry 0 is the root directory, whose name is empty. A directory's entries lie together behind its
 * own, in the order of their names' bytes: `start` is the first one's number, `length` their number.
 * Of a file `start` is where its bytes are and `length` how many, and the hash is the first eight bytes
 * of their SHA-256. There are no times: trees of equal files are equal.
 */
export const embeddedTree = {
  /** "TSKF". */
  magic: 0x464b_5354,
  version: 1,
  headerBytes: 16,
  entryBytes: 24,
  nameOffset: 0,
  nameLengthOffset: 4,
  typeOffset: 6,
  startOffset: 8,
  lengthOffset: 12,
  hashOffset: 16,
  /** Types, by the numbers that WASI gives them. */
  directoryType: 3,
  fileType: 4,
  contentAlignment: 16,
  nameLimitBytes: 255,
  /** How many directories may lie in one another, the root not counted. */
  depthLimit: 128,
} as const;

/** The custom section in which an app for the `node` platform carries its tree. */
export const embeddedTreeSection = "tsuki.files";
