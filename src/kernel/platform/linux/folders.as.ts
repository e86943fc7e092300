// The host's folders that a Linux process was told to mount: opened before it seals itself. They
// stand in TSUKI_MOUNT=folder:/target[:ro],... and each keeps a record of 16 bytes: u32 descriptor,
// u8 1 if read-only at 4, u16 bytes of the target at 6, u32 target at 8.
import * as config from "../../base/config.as";
import { putBytes, putText } from "../../base/line.as";
import * as host from "../../base/machine/host.as";
import { text } from "../../base/text.as";
import { beginMessage, endMessage } from "../../console/message.as";
import { prepareScratch, secondPath } from "../../files/scratch.as";
import { copyVariable } from "../../launch/strings.as";
import { addFrames, allocateZeroedFrame } from "../../memory/frames.as";
import { pathOnly } from "./folder-paths.as";

const open = 2;
const close = 3;
const mmap = 9;
const openat2 = 437;

const directoryFlags: u64 = 0x9_0000; // O_DIRECTORY | O_CLOEXEC
const recordBytes: u32 = 16;
const folderLimit: u32 = 16;
const recordsBytes: u32 = folderLimit * recordBytes;
const targetLimit: u32 = 255;
const comma: u32 = 0x2c;
const colon: u32 = 0x3a;
const slash: u32 = 0x2f;

const memoryBytes: u64 = 64 << 20;
const hugePageMask: u64 = (2 << 20) - 1;
const readWrite: u64 = 3; // PROT_READ | PROT_WRITE
// MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE
const mapFlags: u64 = 0x10_4022;

let frame: usize = 0; // the records, then the setting's text
let count: u32 = 0;

/** Reserves memory for files, and opens every folder; false, after a line that says why, if not. */
export function openLinuxFolders(): bool {
  reserveMemory();
  frame = allocateZeroedFrame();
  if (frame == 0 || !prepareScratch()) return true;
  const setting = frame + recordsBytes;
  const length = copyVariable(text("TSUKI_MOUNT"), setting, 4096 - recordsBytes);
  if (length <= 0) return true;
  for (let start = setting, end = setting + length; start < end; ) {
    let stop = start;
    while (stop < end && load<u8>(stop) != comma) stop++;
    if (!openFolder(start, stop)) return false;
    start = stop + 1;
  }
  return true;
}

/** How many folders there are. */
export function linuxFolderCount(): u32 {
  return count;
}

/** A folder's descriptor. */
export function linuxFolderHandle(folder: u32): u32 {
  return load<u32>(frame + folder * recordBytes);
}

/** Whether a folder was mounted read-only. */
export function linuxIsFolderReadOnly(folder: u32): bool {
  return load<u8>(frame + folder * recordBytes, 4) != 0;
}

/** Where a folder was mounted. */
export function linuxFolderTarget(folder: u32): usize {
  return load<u32>(frame + folder * recordBytes, 8);
}

/** Bytes of that path. */
export function linuxFolderTargetLength(folder: u32): u32 {
  return load<u16>(frame + folder * recordBytes, 6);
}

/** Address space behind the stack; the host gives pages as files fill them. */
function reserveMemory(): void {
  const start = (config.stackHigh + 2 * hugePageMask) & ~hugePageMask;
  const mapped = host.setup(mmap, start, memoryBytes, readWrite, mapFlags, ~0, 0);
  if (mapped == <i64>start) addFrames(start, start + memoryBytes);
}

/** Opens what one entry of the setting names. */
function openFolder(start: usize, end: usize): bool {
  const isReadOnly = endsInMode(start, end, 0x6f72); // "ro"
  const stop = isReadOnly || endsInMode(start, end, 0x7772) ? end - 3 : end;
  let target = stop;
  while (target > start && load<u8>(target - 1) != colon) target--;
  const length = targetBytes(target, stop);
  if (target <= start + 1 || length == 0 || count == folderLimit) {
    return report(start, end, text(" is not of the form folder:/target[:ro]"));
  }
  memory.copy(secondPath(), start, target - 1 - start);
  store<u8>(secondPath() + (target - 1 - start), 0);
  const descriptor = host.setup(open, secondPath(), directoryFlags, 0, 0, 0, 0);
  if (descriptor < 0) return report(start, target - 1, reasonOf(descriptor));
  const tried = openBeneathBeforeSeal(<u32>descriptor);
  if (tried < 0) {
    return report(start, target - 1, text(": mounts need openat2, which Linux has since 5.6"));
  }
  host.setup(close, tried, 0, 0, 0, 0, 0);
  const record = frame + count++ * recordBytes;
  store<u32>(record, <u32>descriptor);
  store<u8>(record, isReadOnly ? 1 : 0, 4);
  store<u16>(record, length, 6);
  store<u32>(record, <u32>target, 8);
  return true;
}

/** Tries, while there is time to complain, the call on which every later one depends. */
function openBeneathBeforeSeal(directory: u32): i64 {
  const how = secondPath();
  store<u64>(how, pathOnly);
  store<u64>(how, 0, 8);
  store<u64>(how, 8, 16); // RESOLVE_BENEATH
  return host.setup(openat2, directory, text("."), how, 24, 0, 0);
}

function endsInMode(start: usize, end: usize, mode: u32): bool {
  return end - start > 3 && load<u8>(end - 3) == colon && load<u16>(end - 2) == mode;
}

/** Bytes of an absolute path without slashes behind; 0 if it is none, or none that may be used. */
function targetBytes(start: usize, end: usize): u32 {
  if (start == end || load<u8>(start) != slash) return 0;
  while (end > start + 1 && load<u8>(end - 1) == slash) end--;
  const length = <u32>(end - start);
  return length <= targetLimit ? length : 0;
}

function reasonOf(error: i64): usize {
  if (error == -2) return text(": no such folder");
  if (error == -20) return text(": not a folder");
  if (error == -13) return text(": not permitted");
  return text(": the host refuses");
}

function report(start: usize, end: usize, problem: usize): bool {
  beginMessage(text("cannot mount "));
  putBytes(start, <u32>(end - start));
  putText(problem);
  endMessage();
  return false;
}
