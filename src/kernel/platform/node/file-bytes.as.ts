// Bytes between the host's files and the app, by way of pages of the kernel's: TypeScript reads and
// writes those.
import * as errno from "../../base/errno.as";
import * as node from "../../base/machine/node.as";
import { giveToApp, takeFromApp } from "../../files/app-vectors.as";
import { allocateFrames, frameBytes } from "../../memory/frames.as";

const bounceFrames: u32 = 16;
const bounceBytes: u32 = bounceFrames * frameBytes;

let bounce: usize = 0;

/** Reads so many bytes into the app's vectors (files/app-vectors.as.ts), or all up to the end. */
export function nodeReadFile(handle: u32, offset: u64, length: u32): i64 {
  if (!prepareBounce()) return -<i64>errno.noMemory;
  let done: u32 = 0;
  while (done < length) {
    const wanted = min(length - done, bounceBytes);
    const bytes = node.folderRead(handle, bounce, wanted, offset + done);
    if (bytes < 0) return done != 0 ? done : bytes;
    const part = min(<u32>bytes, wanted);
    giveToApp(bounce, part);
    done += part;
    if (part < wanted) return done;
  }
  return done;
}

/** Writes so many bytes of them, at the end if it `appends`. */
export function nodeWriteFile(handle: u32, offset: u64, length: u32, appends: bool): i64 {
  if (!prepareBounce()) return -<i64>errno.noMemory;
  let done: u32 = 0;
  while (done < length) {
    const wanted = min(length - done, bounceBytes);
    takeFromApp(bounce, wanted);
    const bytes = node.folderWrite(handle, bounce, wanted, offset + done, <u32>appends);
    if (bytes < 0) return done != 0 ? done : bytes;
    const part = min(<u32>bytes, wanted);
    done += part;
    if (part < wanted) return done;
  }
  return done;
}

function prepareBounce(): bool {
  if (bounce == 0) bounce = allocateFrames(bounceFrames);
  return bounce != 0;
}
