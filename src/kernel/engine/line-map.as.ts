// Where the bundle's lines come from. The form stands in src/toolchains/javascript/line-map.ts; it
// lies in an ArrayBuffer that nobody touches until an error is printed.
import { clearLine, lineLength, lineStart, putDecimal } from "../base/line.as";
import * as app from "../base/machine/app.as";

const nameLimit: u32 = 1024;

let mapStart: u32 = 0;
let mapEnd: u32 = 0;
let position: u32 = 0;
let foundName: u32 = 0;
let foundNameLength: u32 = 0;
let foundLine: u32 = 0;

/** Remembers where the map lies in the app's memory. */
export function setLineMap(start: u32, length: u32): void {
  mapStart = start;
  mapEnd = start + length;
}

/** Finds the source's name and line for a line of the bundle; false when there is none. */
export function findPlace(line: u32): bool {
  position = mapStart;
  while (position < mapEnd && app.load8(position) != 0) skipName();
  position++;
  let first: u32 = 1;
  while (position < mapEnd) {
    const length = readNumber();
    const source = readNumber();
    const sourceLine = readNumber();
    if (line - first < length) {
      foundLine = sourceLine + line - first;
      return source != 0 && findName(source);
    }
    first += length;
  }
  return false;
}

/** Copies `file:line` of the place found last into the app's memory; its length in bytes. */
export function copyPlace(appPointer: u32): u32 {
  for (let index: u32 = 0; index < foundNameLength; index++) {
    app.store8(appPointer + index, app.load8(foundName + index));
  }
  clearLine();
  putDecimal(foundLine);
  const end = appPointer + foundNameLength;
  app.store8(end, 0x3a);
  app.copyOut(end + 1, lineStart(), lineLength());
  return foundNameLength + 1 + lineLength();
}

function findName(source: u32): bool {
  position = mapStart;
  for (; source > 1; source--) skipName();
  foundName = position;
  skipName();
  foundNameLength = min(position - 1 - foundName, nameLimit);
  return true;
}

/** Moves behind the NUL of a name. */
function skipName(): void {
  while (position < mapEnd && app.load8(position) != 0) position++;
  position++;
}

/** An unsigned LEB128 number. */
function readNumber(): u32 {
  let value: u32 = 0;
  for (let shift: u32 = 0; position < mapEnd && shift < 35; shift += 7) {
    const byte = app.load8(position++);
    value |= (byte & 127) << shift;
    if (byte < 128) break;
  }
  return value;
}
