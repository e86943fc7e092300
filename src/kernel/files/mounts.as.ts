// What the app finds where: the embedded tree at `/`, a memory file system at `/tmp`, and the
// host's folders and disks where they were mounted. Each mount begins in a directory that is open
// from the start. A record has 16 bytes: u8 kind, u8 1 if read-only, u16 bytes of the target, u32
// target, u32 file.
import * as config from "../base/config.as";
import { text } from "../base/text.as";
import { allocateZeroedFrame } from "../memory/frames.as";
import { embeddedRoot, hasEmbeddedTree } from "./embedded-tree.as";
import {
  hostMountCount,
  hostMountKind,
  hostMountObject,
  hostMountTarget,
  hostMountTargetLength,
  isHostMountReadOnly,
  openHostMounts,
} from "./host-mounts.as";
import { embeddedKind, memoryKind } from "./kinds.as";
import { limitContents } from "./memory-contents.as";
import { holdMemoryNode, memoryRoot, prepareMemoryNodes } from "./memory-nodes.as";
import { makeFile, markRoot } from "./open-files.as";
import { openMachineDisks } from "../platform/pc/disks.as";
import { prepareScratch } from "./scratch.as";

const recordBytes: u32 = 16;
const mountLimit: u32 = 32;
const slash: u32 = 0x2f;

let mounts: usize = 0; // a frame
let count: u32 = 0;

/**
 * Mounts what there is; without memory for it the app finds no files. False, after a line that says
 * why, when a folder or disk of the host cannot be mounted. A Linux process has opened its own
 * already.
 */
export function prepareFiles(): bool {
  if (config.platform != config.linux && !openHostMounts()) return false;
  if (config.platform == config.pc) openMachineDisks();
  mounts = allocateZeroedFrame();
  if (mounts == 0 || !prepareScratch()) return true;
  if (hasEmbeddedTree()) addMount(embeddedKind, embeddedRoot, true, text("/"), 1);
  if (prepareMemoryNodes()) {
    limitContents();
    holdMemoryNode(memoryRoot);
    addMount(memoryKind, memoryRoot, false, text("/tmp"), 4);
  }
  for (let index: u32 = 0; index < hostMountCount(); index++) {
    const target = hostMountTarget(index);
    const length = hostMountTargetLength(index);
    const isReadOnly = isHostMountReadOnly(index);
    addMount(hostMountKind(index), hostMountObject(index), isReadOnly, target, length);
  }
  return true;
}

/** How many mounts there are. */
export function mountCount(): u32 {
  return config.opensFiles ? count : 0;
}

/** The absolute path at which a mount is found; it has no slash behind it, but for `/`. */
export function mountTarget(mount: u32): usize {
  return load<u32>(recordOf(mount), 4);
}

/** Bytes of that path. */
export function mountTargetLength(mount: u32): u32 {
  return load<u16>(recordOf(mount), 2);
}

/** The open directory in which a mount begins. */
export function mountRoot(mount: u32): u32 {
  return load<u32>(recordOf(mount), 8);
}

/** Whether nothing on a mount can be changed. */
export function isMountReadOnly(mount: u32): bool {
  return load<u8>(recordOf(mount), 1) != 0;
}

/** The mount on which an absolute path lies: the longest that it begins with; -1 for none. */
export function findMount(path: usize, length: u32): i32 {
  let found: i32 = -1;
  let foundLength: u32 = 0;
  for (let mount: u32 = 0; mount < mountCount(); mount++) {
    const bytes = mountTargetLength(mount);
    if (bytes < foundLength || !isBelow(path, length, mountTarget(mount), bytes)) continue;
    found = mount;
    foundLength = bytes;
  }
  return found;
}

/** How many bytes of a mount's path lead to a directory above it and the slash; 0 if it is not. */
export function bytesAboveMount(mount: u32, path: usize, length: u32): u32 {
  const bytes = mountTargetLength(mount);
  if (bytes <= length || !isBelow(mountTarget(mount), bytes, path, length)) return 0;
  return length == 1 ? 1 : length + 1;
}

function isBelow(path: usize, length: u32, target: usize, bytes: u32): bool {
  if (bytes == 1) return length != 0 && load<u8>(path) == slash;
  if (length < bytes || memory.compare(path, target, bytes) != 0) return false;
  return length == bytes || load<u8>(path + bytes) == slash;
}

function addMount(
  kind: u32, object: u32, isReadOnly: bool, target: usize, length: u32,
): void {
  if (count == mountLimit) return;
  const file = makeFile(kind, count, object, true);
  if (file < 0) return;
  markRoot(file);
  const record = recordOf(count++);
  store<u8>(record, kind);
  store<u8>(record, isReadOnly ? 1 : 0, 1);
  store<u16>(record, length, 2);
  store<u32>(record, <u32>target, 4);
  store<u32>(record, file, 8);
}

function recordOf(mount: u32): usize {
  return mounts + mount * recordBytes;
}
