// What JavaScript calls for the instance itself (contracts/engine-interface.ts, by their numbers).
import * as config from "../base/config.as";
import { text } from "../base/text.as";
import { leave } from "../boot/exit.as";
import { stopRequested } from "../boot/stop.as";
import { graceTime, sendRest } from "../http/stopping.as";
import { argumentList, environmentList } from "../launch/strings.as";
import { randomFill } from "../random/random.as";
import { monotonicTime, wallTime } from "../time/clock.as";
import { setDeadline } from "./deadline.as";
import { launchStrings } from "./launch-strings.as";
import { writeText } from "./output.as";
import {
  argument,
  bufferStart,
  closeText,
  exception,
  newArrayBuffer,
  newString,
  numberValue,
  openText,
  textLength,
  toInteger,
  toNumber,
  undefinedValue,
  Value,
} from "./quickjs.as";

const nanosecondsPerMillisecond: f64 = 1e6;

/** As much as one call may ask for, as in the web's crypto.getRandomValues. */
const randomLimit: i32 = 65_536;

/** Calls one of these functions. */
export function callInstanceFunction(number: u32, list: u32, count: u32): Value {
  switch (number) {
    case 0: return log(list, count);
    case 1: return end(list, count);
    case 2: return numberValue(<f64>monotonicTime() / nanosecondsPerMillisecond);
    case 3: return numberValue(<f64>wallTime() / nanosecondsPerMillisecond);
    case 4: return random(list, count);
    case 5:
      if (count > 0) setDeadline(toNumber(argument(list, 0)));
      return undefinedValue;
    case 6: return launchStrings(argumentList);
    case 7: return launchStrings(environmentList);
    default: return facts();
  }
}

function log(list: u32, count: u32): Value {
  if (count < 2) return undefinedValue;
  const stream = toInteger(argument(list, 0));
  const start = openText(argument(list, 1));
  if (start != 0) writeText(stream == 2 ? 2 : 1, start, textLength());
  closeText(start);
  return undefinedValue;
}

function end(list: u32, count: u32): Value {
  // What was answered is sent, too; an instance that ends by itself does not wait for that.
  sendRest(stopRequested() ? graceTime : 0);
  leave(count > 0 ? toInteger(argument(list, 0)) & 0xff : 0);
  return undefinedValue;
}

function random(list: u32, count: u32): Value {
  const length = count > 0 ? max(0, min(toInteger(argument(list, 0)), randomLimit)) : 0;
  const buffer = newArrayBuffer(length);
  if (buffer != exception && length != 0) randomFill(bufferStart(buffer), length);
  return buffer;
}

function facts(): Value {
  if (config.platform == config.linux) return newString(text("{\"platform\":\"linux\"}"), 20);
  if (config.platform == config.pc) return newString(text("{\"platform\":\"pc\"}"), 17);
  if (config.platform == config.solo5) return newString(text("{\"platform\":\"solo5\"}"), 20);
  return newString(text("{\"platform\":\"node\"}"), 19);
}
