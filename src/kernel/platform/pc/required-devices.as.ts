// Devices that a program asks for and this machine lacks: one line, and the instance ends.
import { putText } from "../../base/line.as";
import { text } from "../../base/text.as";
import { deviceAt, deviceCount } from "../../bus/devices.as";
import { failureText } from "../../bus/failures.as";
import { beginMessage } from "../../console/message.as";
import { ownWordCount } from "../../net/configuration.as";
import { endRefusal, refuseMachine } from "./refusal.as";

const netType: u32 = 1;

/** Ends the instance unless `count` network devices are all that there are, and enough. */
export function requireNetworkDevices(count: u32): void {
  for (let index: u32 = 0; index < deviceCount(); index++) {
    const transport = deviceAt(index);
    if (transport.deviceType != netType || transport.failure == 0) continue;
    beginMessage(text("this machine's network device cannot be used: "));
    putText(failureText(transport.failure));
    endRefusal();
  }
  if (count == 0) {
    refuseMachine(text("the program uses the network, but this machine has no network device"));
  }
  if (ownWordCount() > count) {
    refuseMachine(text("tsuki.net= is there more often than this machine has network devices"));
  }
}
