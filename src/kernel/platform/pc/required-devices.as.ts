// Devices that a program asks for and this machine lacks: one line, and the instance ends.
import { putBytes, putText } from "../../base/line.as";
import { text } from "../../base/text.as";
import { deviceAt, deviceCount } from "../../bus/devices.as";
import { failureText } from "../../bus/failures.as";
import { beginMessage } from "../../console/message.as";
import { ownWordCount } from "../../net/configuration.as";
import { endRefusal, refuseMachine } from "./refusal.as";

const netType: u32 = 1;
const blockType: u32 = 2;

/** Ends the instance unless `count` network devices are all that there are, and enough. */
export function requireNetworkDevices(count: u32): void {
  refuseFailedDevice(netType, text("this machine's network device cannot be used: "));
  if (count == 0) {
    refuseMachine(text("the program uses the network, but this machine has no network device"));
  }
  if (ownWordCount() > count) {
    refuseMachine(text("tsuki.net= is there more often than this machine has network devices"));
  }
}

/** Ends the instance, which has no device left for a disk; `identifier` may be empty. */
export function refuseMissingDisk(
  path: usize, length: u32, identifier: usize, identifierLength: u32, count: u32,
): void {
  refuseFailedDevice(blockType, text("this machine's block device cannot be used: "));
  beginMessage(text("the program uses the disk "));
  putBytes(path, length);
  if (identifierLength != 0) {
    putText(text(", but no block device of this machine is called "));
    putBytes(identifier, identifierLength);
  } else if (count == 0) {
    putText(text(", but this machine has no block device"));
  } else {
    putText(text(", but this machine has no further block device"));
  }
  endRefusal();
}

function refuseFailedDevice(type: u32, beginning: usize): void {
  for (let index: u32 = 0; index < deviceCount(); index++) {
    const transport = deviceAt(index);
    if (transport.deviceType != type || transport.failure == 0) continue;
    beginMessage(beginning);
    putText(failureText(transport.failure));
    endRefusal();
  }
}
