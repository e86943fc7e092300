// What TSUKI_NET=tap=NAME,... says behind the name of a tap: the addresses of the interface on it.
import * as config from "../base/config.as";
import { text } from "../base/text.as";
import { copySetting, tooLong } from "../launch/setting.as";
import { noteNetworkWord, ownForm } from "./configuration.as";
import { entryEnd } from "./settings.as";

const settingLimitBytes: u32 = 255;
const place = memory.data(256, 8);

/** Has the interface get those addresses; false, with a line, when there are too many. */
export function readTapSetting(): bool {
  if (!config.usesOwnStack) return true;
  const length = copySetting(text("TSUKI_NET"), place, settingLimitBytes);
  const end = place + max(length, 0);
  const nameEnd = entryEnd(place, end);
  if (nameEnd < end) noteNetworkWord(ownForm, nameEnd + 1, end);
  return length != tooLong;
}
