// The host's folders and disks that the instance was told to mount:
// TSUKI_MOUNT=folder:/target[:ro],... and TSUKI_DISK=file:/target[:ro],... Each keeps a record of
// 16 bytes: u32 object, u8 1 if read-only at 4, u8 kind at 5, u16 bytes of the target at 6, u32
// target at 8.
import * as errno from "../base/errno.as";
import { putBytes, putText } from "../base/line.as";
import { text } from "../base/text.as";
import { beginMessage, endMessage } from "../console/message.as";
import { copySetting, tooLong } from "../launch/setting.as";
import { allocateZeroedFrame, frameBytes } from "../memory/frames.as";
import { openHostDisk } from "./disks.as";
import { openFolderRoot } from "./folder.as";
import { diskKind, folderKind } from "./kinds.as";
import { prepareScratch, secondPath } from "./scratch.as";

const recordBytes: u32 = 16;
const mountLimit: u32 = 16;
const targetLimit: u32 = 255;
const comma: u32 = 0x2c;
const colon: u32 = 0x3a;
const slash: u32 = 0x2f;
const readOnlyMode: u32 = 0x6f72; // "ro"
const readWriteMode: u32 = 0x7772; // "rw"

let frame: usize = 0; // the records, then the settings' text
let used: u32 = 256; // behind the records
let count: u32 = 0;

/** Opens every folder and disk; false, after a line that says why, if one cannot be. */
export function openHostMounts(): bool {
  frame = allocateZeroedFrame();
  if (frame == 0 || !prepareScratch()) return true;
  return (
    openSetting(text("TSUKI_MOUNT"), folderKind) && openSetting(text("TSUKI_DISK"), diskKind)
  );
}

/** Opens what a setting names: all of one kind. */
function openSetting(name: usize, kind: u32): bool {
  const setting = frame + used;
  const length = copySetting(name, setting, frameBytes - used);
  if (length <= 0) return length != tooLong;
  used += length;
  for (let start = setting, end = setting + length; start < end; ) {
    let stop = start;
    while (stop < end && load<u8>(stop) != comma) stop++;
    if (!openMount(start, stop, kind)) return false;
    start = stop + 1;
  }
  return true;
}

/** Whether there are folders, and not only disks. */
export function hasFolders(): bool {
  for (let index: u32 = 0; index < count; index++) {
    if (hostMountKind(index) == folderKind) return true;
  }
  return false;
}

/** How many folders and disks there are. */
export function hostMountCount(): u32 {
  return count;
}

/** `folderKind` or `diskKind`. */
export function hostMountKind(index: u32): u32 {
  return load<u8>(recordOf(index), 5);
}

/** A folder's open directory, the platform's handle; or the number of a disk. */
export function hostMountObject(index: u32): u32 {
  return load<u32>(recordOf(index));
}

/** Whether it was mounted read-only. */
export function isHostMountReadOnly(index: u32): bool {
  return load<u8>(recordOf(index), 4) != 0;
}

/** Where it was mounted: an absolute path. */
export function hostMountTarget(index: u32): usize {
  return load<u32>(recordOf(index), 8);
}

/** Bytes of that path. */
export function hostMountTargetLength(index: u32): u32 {
  return load<u16>(recordOf(index), 6);
}

function recordOf(index: u32): usize {
  return frame + index * recordBytes;
}

/** Opens what one entry of a setting names. */
function openMount(start: usize, end: usize, kind: u32): bool {
  const isReadOnly = endsInMode(start, end, readOnlyMode);
  const stop = isReadOnly || endsInMode(start, end, readWriteMode) ? end - 3 : end;
  let target = stop;
  while (target > start && load<u8>(target - 1) != colon) target--;
  const length = targetBytes(target, stop);
  if (target <= start + 1 || length == 0) {
    if (kind == diskKind) return report(start, end, text(": not of the form file:/target[:ro]"));
    return report(start, end, text(": not of the form folder:/target[:ro]"));
  }
  const pathBytes = <u32>(target - 1 - start);
  memory.copy(secondPath(), start, pathBytes);
  store<u8>(secondPath() + pathBytes, 0);
  const object = kind == diskKind
    ? openHostDisk(secondPath(), pathBytes, isReadOnly)
    : openFolderRoot(secondPath(), pathBytes);
  if (object == -<i64>errno.noEntry && kind == diskKind) {
    return report(start, target - 1, text(": no such file"));
  }
  if (object < 0) return report(start, target - 1, reasonOf(<u32>-object));
  if (addHostMount(kind, <u32>object, isReadOnly, target, length)) return true;
  return report(start, end, text(": 16 folders and disks are mounted already"));
}

/** Notes a folder or disk that is open; `target` stays where it is. False when there is no room. */
export function addHostMount(
  kind: u32, object: u32, isReadOnly: bool, target: usize, length: u32,
): bool {
  if (frame == 0 || count == mountLimit) return false;
  const record = recordOf(count++);
  store<u32>(record, object);
  store<u8>(record, isReadOnly ? 1 : 0, 4);
  store<u8>(record, kind, 5);
  store<u16>(record, length, 6);
  store<u32>(record, <u32>target, 8);
  return true;
}

function endsInMode(start: usize, end: usize, mode: u32): bool {
  return end - start > 3 && load<u8>(end - 3) == colon && load<u16>(end - 2) == mode;
}

/** Bytes of an absolute path without slashes behind; 0 if it is none, or none that may be used. */
export function targetBytes(start: usize, end: usize): u32 {
  if (start == end || load<u8>(start) != slash) return 0;
  while (end > start + 1 && load<u8>(end - 1) == slash) end--;
  const length = <u32>(end - start);
  return length <= targetLimit ? length : 0;
}

function reasonOf(error: u32): usize {
  switch (error) {
    case errno.noEntry: return text(": no such folder");
    case errno.notDirectory: return text(": not a folder");
    case errno.invalid: return text(": neither a file nor a block device");
    case errno.isDirectory: return text(": a folder, and no disk");
    case errno.busy: return text(": another instance has it; only readers may share a disk");
    case errno.noDevice: return text(": its tender has attached no block device for it");
    case errno.tooManyFiles: return text(": an instance has 8 disks at most");
    case errno.readOnly: return text(": read-only; mount it so");
    case errno.accessDenied: return text(": not permitted");
    case errno.notImplemented: return text(": mounts need openat2, which Linux has since 5.6");
    case errno.notSupported: return text(": this machine cannot reach files of the host");
    default: return text(": the host refuses");
  }
}

function report(start: usize, end: usize, problem: usize): bool {
  beginMessage(text("cannot mount "));
  putBytes(start, <u32>(end - start));
  putText(problem);
  endMessage();
  return false;
}
