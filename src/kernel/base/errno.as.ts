// WASI's error numbers (contracts/wasi-preview1.ts), as far as the kernel gives them.

/** No error. */
export const success: u32 = 0;
/** EACCES: not allowed. */
export const accessDenied: u32 = 2;
/** EADDRINUSE: another socket has the address. */
export const addressInUse: u32 = 3;
/** EADDRNOTAVAIL: not an address of this host. */
export const addressNotAvailable: u32 = 4;
/** EAFNOSUPPORT: no such address family. */
export const familyNotSupported: u32 = 5;
/** EAGAIN: it would have to wait. */
export const again: u32 = 6;
/** EALREADY: a connection is being made. */
export const already: u32 = 7;
/** EBADF: no such descriptor, or not open for this. */
export const badDescriptor: u32 = 8;
/** EBUSY: in use. */
export const busy: u32 = 10;
/** ECANCELED: asked to stop. */
export const canceled: u32 = 11;
/** ECONNABORTED: the connection was given up. */
export const connectionAborted: u32 = 13;
/** ECONNREFUSED: nobody listens there. */
export const connectionRefused: u32 = 14;
/** ECONNRESET: the peer broke the connection. */
export const connectionReset: u32 = 15;
/** EDESTADDRREQ: a datagram needs an address. */
export const destinationRequired: u32 = 17;
/** EEXIST: there is one of that name. */
export const exists: u32 = 20;
/** EFAULT: a range outside the app's memory. */
export const fault: u32 = 21;
/** EFBIG: a file would be too large. */
export const fileTooLarge: u32 = 22;
/** EHOSTUNREACH: no way to that host. */
export const hostUnreachable: u32 = 23;
/** EINPROGRESS: the connection is being made. */
export const inProgress: u32 = 26;
/** EINTR: a signal came. */
export const interrupted: u32 = 27;
/** EINVAL: an argument without meaning. */
export const invalid: u32 = 28;
/** EIO: the stream failed. */
export const inputOutput: u32 = 29;
/** EISCONN: it has a peer already. */
export const isConnected: u32 = 30;
/** EISDIR: a directory. */
export const isDirectory: u32 = 31;
/** ELOOP: too many symbolic links, or one where none may be. */
export const linkLoop: u32 = 32;
/** EMFILE: the app has too many descriptors. */
export const tooManyDescriptors: u32 = 33;
/** EMLINK: too many names for one file. */
export const tooManyLinks: u32 = 34;
/** EMSGSIZE: the datagram is too long. */
export const messageTooLong: u32 = 35;
/** ENAMETOOLONG: a name or path is too long. */
export const nameTooLong: u32 = 37;
/** ENETDOWN: the network is down. */
export const networkDown: u32 = 38;
/** ENETRESET: the network broke the connection. */
export const networkReset: u32 = 39;
/** ENETUNREACH: no way to that network. */
export const networkUnreachable: u32 = 40;
/** ENFILE: the host has too many open files. */
export const tooManyFiles: u32 = 41;
/** ENOBUFS: the host has no buffers left. */
export const noBuffers: u32 = 42;
/** There is no such device. */
export const noDevice: u32 = 43;
/** ENOENT: no such name. */
export const noEntry: u32 = 44;
/** ENOMEM: the kernel has no memory left for this. */
export const noMemory: u32 = 48;
/** ENOPROTOOPT: no such option. */
export const noSuchOption: u32 = 50;
/** ENOSPC: the host's device is full. */
export const noSpace: u32 = 51;
/** ENOSYS: the function does nothing here. */
export const notImplemented: u32 = 52;
/** ENOTCONN: it has no peer. */
export const notConnected: u32 = 53;
/** ENOTDIR: not a directory. */
export const notDirectory: u32 = 54;
/** ENOTEMPTY: a directory that is not empty. */
export const notEmpty: u32 = 55;
/** ENOTSOCK: not a socket. */
export const notSocket: u32 = 57;
/** ENOTSUP: this descriptor cannot do that. */
export const notSupported: u32 = 58;
/** EOVERFLOW: a value does not fit. */
export const overflow: u32 = 61;
/** EPERM: not permitted. */
export const notPermitted: u32 = 63;
/** EPIPE: nobody reads the stream any more. */
export const brokenPipe: u32 = 64;
/** EPROTONOSUPPORT: no such protocol. */
export const protocolNotSupported: u32 = 66;
/** EPROTOTYPE: not the protocol of this type. */
export const wrongProtocol: u32 = 67;
/** EROFS: the file system is read-only. */
export const readOnly: u32 = 69;
/** ESPIPE: a stream has no position. */
export const notSeekable: u32 = 70;
/** ETIMEDOUT: the peer did not answer. */
export const timedOut: u32 = 73;
/** EXDEV: not the same file system. */
export const crossDevice: u32 = 75;
/** ENOTCAPABLE: beyond what the descriptor gives access to. */
export const notCapable: u32 = 76;
