/** Error numbers of the engine interface as errors like Node's. */

/** WASI preview 1, errno: the ones that programs meet, by number; beyond them getaddrinfo's. */
const names: Readonly<Record<number, readonly [code: string, text: string]>> = {
  2: ["EACCES", "permission denied"],
  3: ["EADDRINUSE", "address already in use"],
  4: ["EADDRNOTAVAIL", "address not available"],
  5: ["EAFNOSUPPORT", "address family not supported"],
  6: ["EAGAIN", "resource temporarily unavailable"],
  8: ["EBADF", "bad file descriptor"],
  11: ["ECANCELED", "operation canceled"],
  13: ["ECONNABORTED", "connection aborted"],
  14: ["ECONNREFUSED", "connection refused"],
  15: ["ECONNRESET", "connection reset by peer"],
  20: ["EEXIST", "file already exists"],
  22: ["EFBIG", "file too large"],
  23: ["EHOSTUNREACH", "host is unreachable"],
  28: ["EINVAL", "invalid argument"],
  29: ["EIO", "i/o error"],
  31: ["EISDIR", "illegal operation on a directory"],
  32: ["ELOOP", "too many symbolic links"],
  33: ["EMFILE", "too many open files"],
  35: ["EMSGSIZE", "message too long"],
  37: ["ENAMETOOLONG", "name too long"],
  38: ["ENETDOWN", "network is down"],
  40: ["ENETUNREACH", "network is unreachable"],
  44: ["ENOENT", "no such file or directory"],
  41: ["ENFILE", "too many open files on the host"],
  42: ["ENOBUFS", "no buffer space available"],
  48: ["ENOMEM", "not enough memory"],
  51: ["ENOSPC", "no space left on device"],
  52: ["ENOSYS", "function not implemented"],
  53: ["ENOTCONN", "socket is not connected"],
  54: ["ENOTDIR", "not a directory"],
  55: ["ENOTEMPTY", "directory not empty"],
  58: ["ENOTSUP", "operation not supported"],
  63: ["EPERM", "operation not permitted"],
  64: ["EPIPE", "broken pipe"],
  69: ["EROFS", "read-only file system"],
  73: ["ETIMEDOUT", "connection timed out"],
  75: ["EXDEV", "cross-device link not permitted"],
  76: ["ENOTCAPABLE", "not allowed to this instance"],
  78: ["EAI_AGAIN", "no name server answers"],
  84: ["ENOTFOUND", "no such host"],
};

/** What the kernel refused, with the fields that Node's system errors have. */
export class SystemError extends Error {
  readonly errno: number;
  readonly code: string;
  readonly syscall: string;

  constructor(errorNumber: number, operation: string, subject = "") {
    const errno = Math.abs(errorNumber);
    const [code, text] = names[errno] ?? [`E${errno}`, `error ${errno}`];
    super(`${code}: ${text}, ${operation}${subject === "" ? "" : ` ${subject}`}`);
    this.errno = -errno;
    this.code = code;
    this.syscall = operation;
  }
}

/** A result of the engine interface, or the error that it means. */
export function checked(result: number, operation: string, subject = ""): number {
  if (result < 0) throw new SystemError(result, operation, subject);
  return result;
}
