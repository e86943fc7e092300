// Linux's error numbers of calls for files as WASI's (asm-generic/errno-base.h, typenames.witx).
import * as errno from "../../base/errno.as";
import { failure } from "./errors.as";

/** The negated WASI number of a failed call for files; what succeeded stays as it is. */
export function folderResult(result: i64): i64 {
  return result < 0 ? -<i64>folderError(result) : result;
}

function folderError(result: i64): u32 {
  switch (<u32>-result) {
    case 2: return errno.noEntry;
    case 16: return errno.busy;
    case 17: return errno.exists;
    case 18: return errno.crossDevice;
    case 20: return errno.notDirectory;
    case 21: return errno.isDirectory;
    case 27: return errno.fileTooLarge;
    case 30: return errno.readOnly;
    case 31: return errno.tooManyLinks;
    case 36: return errno.nameTooLong;
    case 39: return errno.notEmpty;
    case 40: return errno.linkLoop;
    case 122: return errno.noSpace; // EDQUOT
    default: return <u32>-failure(result);
  }
}
