// Paths as JavaScript writes them: relative ones begin at `/`, where a program is; `.` and `..` are
// taken out of the text, so that none of them is left for a file system.
import * as errno from "../base/errno.as";
import * as app from "../base/machine/app.as";
import { text } from "../base/text.as";
import {
  bytesAboveMount,
  findMount,
  mountCount,
  mountRoot,
  mountTargetLength,
} from "../files/mounts.as";
import { isDot, isDotDot } from "../files/path.as";
import { pathLimit } from "../files/scratch.as";
import { closeText, openText, textLength, Value } from "./quickjs.as";

const slash: u32 = 0x2f;

let whole: usize = 0;
let wholeBytes: u32 = 0;
let mount: i32 = 0;

/**
 * Reads a path into `space`, which has room for a whole one: an error number, ENOENT if it lies on
 * no mount. The functions below are about the path that was read last.
 */
export function readPath(value: Value, space: usize): u32 {
  const start = openText(value);
  const length: u32 = start == 0 ? 0 : textLength();
  const isShort = start != 0 && length < pathLimit;
  store<u8>(space, slash);
  if (isShort) app.copyIn(space + 1, start, length);
  closeText(start);
  if (!isShort) return errno.nameTooLong;
  if (length == 0) return errno.noEntry;
  for (let index: u32 = 1; index <= length; index++) {
    if (load<u8>(space + index) == 0) return errno.invalid;
  }
  whole = space;
  wholeBytes = resolveDots(space, length + 1);
  store<u8>(space + wholeBytes, 0);
  mount = findMount(whole, wholeBytes);
  return mount < 0 ? errno.noEntry : errno.success;
}

/** The open directory of the mount on which the path lies. */
export function pathMount(): u32 {
  return mountRoot(mount);
}

/** The path from there on. */
export function pathStart(): usize {
  return skippedBytes() == wholeBytes ? text(".") : whole + skippedBytes();
}

/** Its bytes. */
export function pathBytes(): u32 {
  return skippedBytes() == wholeBytes ? 1 : wholeBytes - skippedBytes();
}

/** Whether mounts lie below the path, which then is a directory even if no mount has it. */
export function isAboveMounts(): bool {
  for (let other: u32 = 0; other < mountCount(); other++) {
    if (bytesBelow(other) != 0) return true;
  }
  return false;
}

/** How many bytes of a mount's path lead to what is below this path; 0 if it lies elsewhere. */
export function bytesBelow(other: u32): u32 {
  return bytesAboveMount(other, whole, wholeBytes);
}

/** How many bytes of the path lead to its mount, the slash behind them included. */
function skippedBytes(): u32 {
  const bytes = mountTargetLength(mount);
  return bytes == 1 || bytes == wholeBytes ? bytes : bytes + 1;
}

/** Writes a path that begins with a slash anew without its dots; its bytes, which become fewer. */
function resolveDots(path: usize, length: u32): u32 {
  const end = path + length;
  let to = path;
  for (let from = path; from < end; ) {
    while (from < end && load<u8>(from) == slash) from++;
    let stop = from;
    while (stop < end && load<u8>(stop) != slash) stop++;
    const bytes = <u32>(stop - from);
    if (isDotDot(from, bytes)) {
      while (to > path && load<u8>(--to) != slash) {}
    } else if (bytes != 0 && !isDot(from, bytes)) {
      store<u8>(to++, slash);
      memory.copy(to, from, bytes);
      to += bytes;
    }
    from = stop;
  }
  if (to == path) store<u8>(to++, slash);
  return <u32>(to - path);
}
