// The three standard streams, whatever the platform has for them. Ranges are checked by the caller.
import * as config from "../base/config.as";
import * as errno from "../base/errno.as";
import * as app from "../base/machine/app.as";
import * as node from "../base/machine/node.as";
import { idle, neverDeadline, round } from "../boot/loop.as";
import { linuxInputReady } from "../platform/linux/process.as";
import {
  linuxFileType,
  linuxReadVectors,
  linuxWrite,
  linuxWriteVectors,
} from "../platform/linux/streams.as";
import { nodeReadApp, nodeWriteApp } from "../platform/node/streams.as";
import { controlInputReady, readControlInput } from "../platform/pc/control-input.as";
import { writeStreamApp, writeStreamKernel } from "../platform/pc/streams.as";
import { solo5Write, solo5WriteApp } from "../platform/solo5/console.as";

/** Standard error's descriptor. */
const standardError: u32 = 2;

/** Writes kernel memory to standard error. */
export function writeError(pointer: usize, length: u32): void {
  if (config.platform == config.linux) linuxWrite(standardError, pointer, length);
  else if (config.platform == config.pc) writeStreamKernel(standardError, pointer, length);
  else if (config.platform == config.solo5) solo5Write(pointer, length);
  else node.write(standardError, pointer, length);
}

/** Writes an app's vectors: bytes written, or a negated error number. */
export function writeVectors(stream: u32, list: u32, count: u32): i64 {
  if (config.platform == config.linux) return linuxWriteVectors(stream, list, count);
  let total: u32 = 0;
  for (; count != 0; count--) {
    const start = app.load32(list);
    const length = app.load32(list + 4);
    list += 8;
    if (config.platform == config.pc) {
      writeStreamApp(stream, start, length);
    } else if (config.platform == config.solo5) {
      solo5WriteApp(start, length);
    } else {
      const error = nodeWriteApp(stream, start, length);
      if (error != 0) return -<i64>error;
    }
    total += length;
  }
  return total;
}

/**
 * Reads standard input into an app's vectors: bytes, 0 at its end, or a negated error number. It
 * waits for the first byte if it may, never for more.
 */
export function readVectors(list: u32, count: u32, mayWait: bool): i64 {
  if (config.platform == config.linux) return linuxReadVectors(0, list, count, mayWait);
  if (config.platform == config.solo5) return 0; // there is no input: this is its end
  // Only the first buffer with room is filled: a short read is always allowed.
  for (; count != 0 && app.load32(list + 4) == 0; count--) list += 8;
  if (count == 0) return 0;
  while (!inputReady()) {
    if (!mayWait) return -<i64>errno.again;
    idle(neverDeadline, true);
    round();
  }
  const start = app.load32(list);
  const length = app.load32(list + 4);
  if (config.platform == config.pc) return readControlInput(start, length);
  return nodeReadApp(start, length);
}

/** Whether a read of standard input would not wait. */
export function inputReady(): bool {
  if (config.platform == config.linux) return linuxInputReady();
  if (config.platform == config.pc) return controlInputReady();
  if (config.platform == config.solo5) return true;
  return node.inputReady() != 0;
}

/** WASI's file type of a stream; consoles are character devices (2), so that C flushes lines. */
export function streamFileType(stream: u32): u32 {
  if (config.platform == config.linux) return linuxFileType(stream);
  return stream == 0 ? 0 : 2;
}
