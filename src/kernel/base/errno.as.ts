// WASI's error numbers (contracts/wasi-preview1.ts), as far as the kernel gives them.

/** No error. */
export const success: u32 = 0;
/** EAGAIN: it would have to wait. */
export const again: u32 = 6;
/** EBADF: no such descriptor, or not open for this. */
export const badDescriptor: u32 = 8;
/** EFAULT: a range outside the app's memory. */
export const fault: u32 = 21;
/** EINVAL: an argument without meaning. */
export const invalid: u32 = 28;
/** EIO: the stream failed. */
export const inputOutput: u32 = 29;
/** EMFILE: the app has too many descriptors. */
export const tooManyDescriptors: u32 = 33;
/** ENOMEM: the kernel has no memory left for this. */
export const noMemory: u32 = 48;
/** ENOSPC: the host's device is full. */
export const noSpace: u32 = 51;
/** ENOSYS: the function does nothing here. */
export const notImplemented: u32 = 52;
/** ENOTDIR: not a directory. */
export const notDirectory: u32 = 54;
/** ENOTSOCK: not a socket. */
export const notSocket: u32 = 57;
/** ENOTSUP: this descriptor cannot do that. */
export const notSupported: u32 = 58;
/** EOVERFLOW: a value does not fit. */
export const overflow: u32 = 61;
/** EPIPE: nobody reads the stream any more. */
export const brokenPipe: u32 = 64;
/** ESPIPE: a stream has no position. */
export const notSeekable: u32 = 70;
