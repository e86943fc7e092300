// Linux's error numbers as WASI's (asm-generic/errno.h; typenames.witx).
import * as errno from "../../base/errno.as";

/** -EINTR: a signal came first. */
export const interrupted: i64 = -4;

/** -EAGAIN: it would have to wait. */
export const tryAgain: i64 = -11;

// From ENOTSOCK (88) to EINPROGRESS (115), which follow one another.
const firstOfNetwork: u32 = 88;
const networkErrors = memory.data<u8>([
  57, 17, 35, 67, 50, 66, 58, 58, 5, 5, 3, 4, 38, 40,
  39, 13, 15, 42, 30, 53, 64, 29, 73, 14, 23, 23, 7, 26,
]);
const networkErrorCount: u32 = 28;

/** The negated WASI number of a failed system call. */
export function failure(result: i64): i64 {
  return -<i64>wasiError(<u32>-result);
}

function wasiError(error: u32): u32 {
  if (error - firstOfNetwork < networkErrorCount) {
    return load<u8>(networkErrors + (error - firstOfNetwork));
  }
  switch (error) {
    case 1: return errno.notPermitted;
    case 4: return errno.interrupted;
    case 9: return errno.badDescriptor;
    case 11: return errno.again;
    case 12: return errno.noMemory;
    case 13: return errno.accessDenied;
    case 14: return errno.fault;
    case 22: return errno.invalid;
    case 23: return errno.tooManyFiles;
    case 24: return errno.tooManyDescriptors;
    case 28: return errno.noSpace;
    case 32: return errno.brokenPipe;
    default: return errno.inputOutput;
  }
}
