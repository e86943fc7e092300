// Alone: constants are made of it in files to which frames.as.ts leads by way of the platforms.

/** Bytes of a page frame. */
export const frameBytes: u32 = 4096;
