// Disks on the node platform: files of the host, which TypeScript has.
import * as errno from "../../base/errno.as";
import * as node from "../../base/machine/node.as";
import { giveToApp, takeFromApp } from "../../files/app-vectors.as";
import { addDisk } from "../../files/disks.as";
import { statusSpace } from "../../files/scratch.as";
import { allocateFrames, frameBytes } from "../../memory/frames.as";

const bounceFrames: u32 = 16;
const bounceBytes: u32 = bounceFrames * frameBytes;

let bounce: usize = 0;

/** Opens a disk by its path on the host: its number, or a negated error number. */
export function nodeOpenDisk(path: usize, length: u32, isReadOnly: bool): i64 {
  if (bounce == 0) bounce = allocateFrames(bounceFrames);
  if (bounce == 0) return -<i64>errno.noMemory;
  const handle = node.diskOpen(path, length, <u32>isReadOnly);
  if (handle < 0) return handle;
  const error = node.folderStatus(<u32>handle, 0, 0, 0, statusSpace());
  if (error < 0) return error;
  const disk = addDisk(<u32>handle, load<u64>(statusSpace(), 32));
  return disk < 0 ? -<i64>errno.tooManyFiles : disk;
}

/** Reads so many bytes into the app's vectors (files/app-vectors.as.ts). */
export function nodeReadDisk(handle: u32, offset: u64, length: u32): i64 {
  let done: u32 = 0;
  while (done < length) {
    const wanted = min(length - done, bounceBytes);
    const bytes = node.folderRead(handle, bounce, wanted, offset + done);
    if (bytes <= 0) return done != 0 ? done : bytes;
    const part = min(<u32>bytes, wanted);
    giveToApp(bounce, part);
    done += part;
  }
  return done;
}

/** Writes so many bytes of them. */
export function nodeWriteDisk(handle: u32, offset: u64, length: u32): i64 {
  let done: u32 = 0;
  while (done < length) {
    const wanted = min(length - done, bounceBytes);
    takeFromApp(bounce, wanted);
    const bytes = node.folderWrite(handle, bounce, wanted, offset + done, 0);
    if (bytes < 0) return done != 0 ? done : bytes;
    done += min(<u32>bytes, wanted);
    if (bytes < <i64>wanted) return done;
  }
  return done;
}

/** Has the bytes kept durably. */
export function nodeSyncDisk(handle: u32): u32 {
  return <u32>-node.folderSync(handle);
}
