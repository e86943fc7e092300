/**
 * The program map: what of the program's structure survives into an image, so that the kernel can
 * name the functions of a backtrace. It lies in read-only memory and is sorted by code address.
 *
 * A frame has one size from the end of its prologue to its epilogue: the caller's return address
 * stands at `stackPointer + frameBytes`. The prologue consists of pushes, then one `sub rsp`.
 */
export const functionRecord = {
  /** Bytes per record. */
  sizeBytes: 16,
  /** u32: address of the first instruction. */
  codeOffset: 0,
  /** u32: address after the last instruction. */
  endOffset: 4,
  /** u32: bytes between the stack pointer and the return address. */
  frameOffset: 8,
  /** u32: address of the name: u16 length, then UTF-8 bytes. 0: no name. */
  nameOffset: 12,
} as const;
