// The launch record on the node platform: asked for once, kept in page frames.
import * as node from "../../base/machine/node.as";
import { readLaunchRecord } from "../../launch/launch-record.as";
import { allocateFrames, frameBytes } from "../../memory/frames.as";

/** Fetches the launch record; without one there are no arguments. */
export function fetchNodeLaunchRecord(): void {
  const length = node.launchRecord(0, 0);
  const frames = (<u64>length + frameBytes - 1) / frameBytes;
  const pointer = allocateFrames(<u32>frames);
  if (pointer == 0) return;
  node.launchRecord(pointer, length);
  readLaunchRecord(pointer, length);
}
