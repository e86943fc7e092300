// The app's descriptors: 0, 1 and 2, the standard streams, each until it is closed.

/** The descriptor that is read. */
export const standardInput: u32 = 0;

const streamCount: u32 = 3;

/** fdflags: writes go to the end. */
export const appendFlag: u32 = 1;

/** fdflags: a read that would have to wait fails with EAGAIN. */
export const nonBlockingFlag: u32 = 4;

let openStreams: u32 = 7;
let inputFlags: u32 = 0;
let outputFlags: u32 = 0;
let errorFlags: u32 = 0;

/** Whether a descriptor is open. */
export function isOpen(descriptor: u32): bool {
  return descriptor < streamCount && ((openStreams >> descriptor) & 1) != 0;
}

/** Whether a descriptor is open for writing. */
export function isWritable(descriptor: u32): bool {
  return descriptor != standardInput && isOpen(descriptor);
}

/** Closes an open descriptor. */
export function closeDescriptor(descriptor: u32): void {
  openStreams &= ~(1 << descriptor);
}

/** The fdflags of an open descriptor. */
export function descriptorFlags(descriptor: u32): u32 {
  if (descriptor == standardInput) return inputFlags;
  return descriptor == 1 ? outputFlags : errorFlags;
}

/** Sets the fdflags of an open descriptor. */
export function setDescriptorFlags(descriptor: u32, flags: u32): void {
  if (descriptor == standardInput) inputFlags = flags;
  else if (descriptor == 1) outputFlags = flags;
  else errorFlags = flags;
}
