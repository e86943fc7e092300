// The names in a directory: its own entries, and where mounts begin below it.
import * as errno from "../base/errno.as";
import * as app from "../base/machine/app.as";
import { findEntry } from "../files/entries.as";
import { entryCookie, entryName, entryNameLength, entryType } from "../files/entry.as";
import { directoryOption, directoryType, followOption, readOption } from "../files/kinds.as";
import { mountCount, mountTarget, mountTargetLength } from "../files/mounts.as";
import { closeFile, openFile } from "../files/open.as";
import { isDot, isDotDot } from "../files/path.as";
import { failed } from "./failed.as";
import {
  bytesBelow,
  isAboveMounts,
  pathBytes,
  pathMount,
  pathStart,
} from "./paths.as";
import { free, newAppString, newArray, setElement, textRoom, Value } from "./quickjs.as";

const slash: u32 = 0x2f;
const options = readOption | directoryOption | followOption;

let count: u32 = 0;

/** Lists the path that was read with this error; names of directories have a slash behind. */
export function listDirectory(problem: u32): Value {
  let error = problem;
  const names = newArray();
  count = 0;
  if (error == 0) error = listEntries(names);
  if (error != 0 && (error != errno.noEntry || !isAboveMounts())) {
    free(names);
    return failed(error);
  }
  for (let mount: u32 = 0; mount < mountCount(); mount++) {
    if (bytesBelow(mount) != 0 && findSameName(mount, nameOf(mount), nameBytes(mount)) == mount) {
      addName(names, nameOf(mount), nameBytes(mount), true);
    }
  }
  return names;
}

function listEntries(names: Value): u32 {
  const file = openFile(pathMount(), pathStart(), pathBytes(), options);
  if (file < 0) return <u32>-file;
  let found: i32 = 1;
  for (let cookie: u64 = 0; ; cookie = entryCookie()) {
    found = findEntry(file, cookie);
    if (found <= 0) break;
    const name = entryName();
    const length = entryNameLength();
    const isOrdinary = !isDot(name, length) && !isDotDot(name, length);
    const isHidden = findSameName(mountCount(), name, length) != mountCount();
    if (isOrdinary && !isHidden) addName(names, name, length, entryType() == directoryType);
  }
  closeFile(file);
  return <u32>-found;
}

/** The first of so many mounts that has this name below the path; their number when none has. */
function findSameName(limit: u32, name: usize, length: u32): u32 {
  for (let mount: u32 = 0; mount < limit; mount++) {
    const isSame = bytesBelow(mount) != 0 && nameBytes(mount) == length;
    if (isSame && memory.compare(nameOf(mount), name, length) == 0) return mount;
  }
  return limit;
}

/** The name in a mount's path that is an entry of the directory which is listed. */
function nameOf(mount: u32): usize {
  return mountTarget(mount) + bytesBelow(mount);
}

function nameBytes(mount: u32): u32 {
  const end = mountTarget(mount) + mountTargetLength(mount);
  let stop = nameOf(mount);
  while (stop < end && load<u8>(stop) != slash) stop++;
  return <u32>(stop - nameOf(mount));
}

function addName(names: Value, name: usize, length: u32, isDirectory: bool): void {
  const room = textRoom();
  app.copyOut(room, name, length);
  if (isDirectory) app.store8(room + length, slash);
  setElement(names, count++, newAppString(room, length + <u32>isDirectory));
}
