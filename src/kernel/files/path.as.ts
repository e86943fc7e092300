// Paths: names between slashes, relative to a directory. Names are bytes; no encoding is assumed.
import * as errno from "../base/errno.as";

const slash: u32 = 0x2f;
const dot: u32 = 0x2e;
const nameLimit: u32 = 255;

let next: usize = 0;
let end: usize = 0;
let name: usize = 0;

/** Checks a path and begins with it; an error number when it can be none. */
export function beginPath(path: usize, length: u32): u32 {
  if (length == 0) return errno.noEntry;
  if (load<u8>(path) == slash) return errno.notCapable;
  let nameBytes: u32 = 0;
  for (let at = path; at < path + length; at++) {
    const byte = load<u8>(at);
    if (byte == 0) return errno.invalid;
    nameBytes = byte == slash ? 0 : nameBytes + 1;
    if (nameBytes > nameLimit) return errno.nameTooLong;
  }
  next = path;
  end = path + length;
  return errno.success;
}

/** Goes on to the next name; false when there is none. */
export function nextName(): bool {
  if (!hasMoreNames()) return false;
  name = next;
  while (next < end && load<u8>(next) != slash) next++;
  return true;
}

/** Whether there is another name. */
export function hasMoreNames(): bool {
  while (next < end && load<u8>(next) == slash) next++;
  return next < end;
}

/** The first byte of the present name. */
export function nameStart(): usize {
  return name;
}

/** Bytes of the present name. */
export function nameLength(): u32 {
  let stop = name;
  while (stop < end && load<u8>(stop) != slash) stop++;
  return <u32>(stop - name);
}

/** Whether the path ends with a slash, and so names a directory. */
export function endsWithSlash(): bool {
  return load<u8>(end - 1) == slash;
}

/** Whether a name is `.`. */
export function isDot(start: usize, length: u32): bool {
  return length == 1 && load<u8>(start) == dot;
}

/** Whether a name is `..`. */
export function isDotDot(start: usize, length: u32): bool {
  return length == 2 && load<u8>(start) == dot && load<u8>(start, 1) == dot;
}

/** The sign of the difference of two names by their bytes. */
export function compareNames(
  first: usize, firstLength: u32, second: usize, secondLength: u32,
): i32 {
  const shared = min(firstLength, secondLength);
  for (let index: u32 = 0; index < shared; index++) {
    const difference = <i32>load<u8>(first + index) - <i32>load<u8>(second + index);
    if (difference != 0) return difference;
  }
  return <i32>firstLength - <i32>secondLength;
}
