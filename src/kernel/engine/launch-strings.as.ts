// Arguments and environment as arrays of strings.
import * as app from "../base/machine/app.as";
import { copyStrings, stringBytes, stringCount } from "../launch/strings.as";
import {
  allocate,
  newAppString,
  newArray,
  release,
  setElement,
  undefinedValue,
  Value,
} from "./quickjs.as";

/** One of the launch's lists as an array. */
export function launchStrings(list: u32): Value {
  const count = stringCount(list);
  const pointerBytes = count * 4;
  const room = allocate(pointerBytes + stringBytes(list) + 1);
  if (room == 0) return undefinedValue;
  copyStrings(list, room, room + pointerBytes);
  const array = newArray();
  for (let index: u32 = 0; index < count; index++) {
    const start = app.load32(room + index * 4);
    setElement(array, index, newAppString(start, lengthOf(start)));
  }
  release(room);
  return array;
}

function lengthOf(start: u32): u32 {
  let end = start;
  while (app.load8(end) != 0) end++;
  return end - start;
}
