// The three standard streams on the node platform: through one bounce page.
import * as app from "../../base/machine/app.as";
import * as node from "../../base/machine/node.as";
import { allocateFrame, frameBytes } from "../../memory/frames.as";

let bounce: usize = 0;

/** Writes a checked range of app memory; returns a WASI error number. */
export function nodeWriteApp(stream: u32, appPointer: u32, length: u32): u32 {
  prepareBounce();
  while (length != 0) {
    const part = min(length, frameBytes);
    app.copyIn(bounce, appPointer, part);
    const error = node.write(stream, bounce, part);
    if (error != 0) return error;
    appPointer += part;
    length -= part;
  }
  return 0;
}

/** Reads standard input into a checked range of app memory: bytes, 0 at its end. */
export function nodeReadApp(appPointer: u32, length: u32): u32 {
  prepareBounce();
  const received = min(node.read(bounce, min(length, frameBytes)), frameBytes);
  app.copyOut(appPointer, bounce, received);
  return received;
}

function prepareBounce(): void {
  if (bounce == 0) bounce = allocateFrame();
}
