// Boot as a guest of Solo5's tender: what it hands over is checked, and memory shared out.
import * as config from "../../base/config.as";
import { text } from "../../base/text.as";
import { exit } from "../../boot/exit.as";
import { beginMessage, endMessage } from "../../console/message.as";
import { addFrames } from "../../memory/frames.as";
import { openListeners } from "../../net/listeners.as";
import { readNetworkSettings } from "../../net/settings.as";
import { readTapSetting } from "../../net/tap-setting.as";
import { memoryEnd, readBootInformation } from "./boot-information.as";
import { openSolo5Network } from "./network.as";

/** Exit status when the instance cannot be as it was told to. */
const startFailure: u32 = 125;

/** Takes possession of the memory; ends the instance when it cannot listen as it is told. */
export function bootSolo5(record: u64): void {
  if (!readBootInformation(record)) {
    beginMessage(text("this tender's boot information makes no sense; is it a solo5-spt?"));
    endMessage();
    exit(startFailure);
  }
  addFrames(config.heapStart, memoryEnd());
  if (!config.opensSockets) return;
  openSolo5Network();
  if (!readNetworkSettings() || !readTapSetting() || !openListeners()) exit(startFailure);
}
