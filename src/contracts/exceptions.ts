/**
 * An exception in the kernel's memory; a reference to one is its address, null is 0. How much room
 * it takes stands before its tag.
 */
export const exceptionLayout = {
  /** u32: number of the tag, from 0 on. */
  tagOffset: 4,
  /** 8-byte words: what it carries. */
  valuesOffset: 8,
} as const;

/**
 * A call that may be left by an exception is followed by an instruction that does nothing: these
 * bytes (nop, Intel SDM volume 2), then the distance from its own address to the code that catches.
 */
export const catchMark = [0x0f, 0x1f, 0x80] as const;
