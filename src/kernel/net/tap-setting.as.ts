// What TSUKI_NET=tap=NAME,...,tap=NAME,... says behind the names of taps: addresses of the
// interfaces on them, in their order.
import * as config from "../base/config.as";
import { text } from "../base/text.as";
import { copySetting, tooLong } from "../launch/setting.as";
import { noteNetworkWord, ownForm } from "./configuration.as";
import { entryEnd, reportMalformed } from "./settings.as";

const settingLimitBytes: u32 = 1023;
const place = memory.data(1024, 8);

const tapWord: u32 = 0x3d70_6174; // "tap="

/** Has the interfaces get those addresses; false, with a line, when there are too many. */
export function readTapSetting(): bool {
  if (!config.usesOwnStack) return true;
  const name = text("TSUKI_NET");
  const length = copySetting(name, place, settingLimitBytes);
  const end = place + max(length, 0);
  for (let start = place; start < end; ) {
    const nameEnd = entryEnd(start, end);
    const stop = tapEnd(nameEnd, end);
    if (!noteNetworkWord(ownForm, min(nameEnd + 1, stop), stop)) {
      reportMalformed(name, start, stop);
      return false;
    }
    start = stop + 1;
  }
  return length != tooLong;
}

/** Where what is said of a tap ends: before the next one, or with the setting. */
function tapEnd(nameEnd: usize, end: usize): usize {
  let stop = nameEnd;
  while (stop + 4 < end && load<u32>(stop + 1) != tapWord) stop = entryEnd(stop + 1, end);
  return stop + 4 < end ? stop : end;
}
