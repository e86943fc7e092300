// The host's folders that the instance was told to mount: TSUKI_MOUNT=folder:/target[:ro],... Each
// keeps a record of 16 bytes: u32 handle, u8 1 if read-only at 4, u16 bytes of the target at 6, u32
// target at 8.
import * as errno from "../base/errno.as";
import { putBytes, putText } from "../base/line.as";
import { text } from "../base/text.as";
import { beginMessage, endMessage } from "../console/message.as";
import { copySetting, tooLong } from "../launch/setting.as";
import { allocateZeroedFrame, frameBytes } from "../memory/frames.as";
import { openFolderRoot } from "./folder.as";
import { prepareScratch, secondPath } from "./scratch.as";

const recordBytes: u32 = 16;
const folderLimit: u32 = 16;
const recordsBytes: u32 = folderLimit * recordBytes;
const settingLimit: u32 = frameBytes - recordsBytes;
const targetLimit: u32 = 255;
const comma: u32 = 0x2c;
const colon: u32 = 0x3a;
const slash: u32 = 0x2f;
const readOnlyMode: u32 = 0x6f72; // "ro"
const readWriteMode: u32 = 0x7772; // "rw"

let frame: usize = 0; // the records, then the setting's text
let count: u32 = 0;

/** Opens every folder; false, after a line that says why, if one cannot be. */
export function openFolders(): bool {
  frame = allocateZeroedFrame();
  if (frame == 0 || !prepareScratch()) return true;
  const setting = frame + recordsBytes;
  const length = copySetting(text("TSUKI_MOUNT"), setting, settingLimit);
  if (length <= 0) return length != tooLong;
  for (let start = setting, end = setting + length; start < end; ) {
    let stop = start;
    while (stop < end && load<u8>(stop) != comma) stop++;
    if (!openFolder(start, stop)) return false;
    start = stop + 1;
  }
  return true;
}

/** How many folders there are. */
export function folderCount(): u32 {
  return count;
}

/** The open directory that a folder is: its platform's handle. */
export function folderHandle(folder: u32): u32 {
  return load<u32>(frame + folder * recordBytes);
}

/** Whether a folder was mounted read-only. */
export function isFolderReadOnly(folder: u32): bool {
  return load<u8>(frame + folder * recordBytes, 4) != 0;
}

/** Where a folder was mounted: an absolute path. */
export function folderTarget(folder: u32): usize {
  return load<u32>(frame + folder * recordBytes, 8);
}

/** Bytes of that path. */
export function folderTargetLength(folder: u32): u32 {
  return load<u16>(frame + folder * recordBytes, 6);
}

/** Opens what one entry of the setting names. */
function openFolder(start: usize, end: usize): bool {
  const isReadOnly = endsInMode(start, end, readOnlyMode);
  const stop = isReadOnly || endsInMode(start, end, readWriteMode) ? end - 3 : end;
  let target = stop;
  while (target > start && load<u8>(target - 1) != colon) target--;
  const length = targetBytes(target, stop);
  if (target <= start + 1 || length == 0) {
    return report(start, end, text(": not of the form folder:/target[:ro]"));
  }
  if (count == folderLimit) return report(start, end, text(": 16 folders are mounted already"));
  const pathBytes = <u32>(target - 1 - start);
  memory.copy(secondPath(), start, pathBytes);
  store<u8>(secondPath() + pathBytes, 0);
  const handle = openFolderRoot(secondPath(), pathBytes);
  if (handle < 0) return report(start, target - 1, reasonOf(<u32>-handle));
  const record = frame + count++ * recordBytes;
  store<u32>(record, <u32>handle);
  store<u8>(record, isReadOnly ? 1 : 0, 4);
  store<u16>(record, length, 6);
  store<u32>(record, <u32>target, 8);
  return true;
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

function reasonOf(error: u32): usize {
  switch (error) {
    case errno.noEntry: return text(": no such folder");
    case errno.notDirectory: return text(": not a folder");
    case errno.accessDenied: return text(": not permitted");
    case errno.notImplemented: return text(": mounts need openat2, which Linux has since 5.6");
    case errno.notSupported: return text(": this machine cannot reach folders of the host");
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
