// What happens to the instance: a line each at the end of the file that all instances have in
// common, which stands beside this one's folder (contracts/supervisor.ts).
import {
  clearLine, lineLength, lineStart, putByte, putDecimal, putText,
} from "../../kernel/base/line.as";
import { text } from "../../kernel/base/text.as";
import { linuxTime } from "../../kernel/platform/linux/clock.as";
import { close, currentFolder, open, write } from "../system-calls.as";
import { timestampLength, writeTimestamp } from "../timestamp.as";

const appendFlags: u32 = 0x80401; // O_WRONLY | O_APPEND | O_CLOEXEC
const realtimeClock: u32 = 0;
const idLength: u32 = 64;
const pathLimit: u32 = 4096;

const time = memory.data(32);
const folder = memory.data(4096);

/** Notes what happened: one word of the contract. */
export function noteEvent(action: usize): void {
  if (!beginEvent(action)) return;
  writeEvent();
}

/** Notes what happened, and a number about it. */
export function noteEventWith(action: usize, name: usize, value: u32): void {
  if (!beginEvent(action)) return;
  putByte(0x20);
  putText(name);
  putByte(0x3d);
  putDecimal(value);
  writeEvent();
}

/** False where the folder is not called as an instance's is: by its id. */
function beginEvent(action: usize): bool {
  const length = currentFolder(folder, pathLimit) - 1;
  if (length <= <i64>idLength) return false;
  const id = folder + <usize>length - idLength;
  if (load<u8>(id - 1) != 0x2f) return false;
  writeTimestamp(time, linuxTime(realtimeClock));
  store<u8>(time, 0, timestampLength);
  clearLine();
  putText(time);
  putByte(0x20);
  putText(id);
  putByte(0x20);
  putText(action);
  return true;
}

/** In one piece, so that nobody else's line comes between. */
function writeEvent(): void {
  putByte(10);
  const descriptor = open(text("../events"), appendFlags, 0);
  if (descriptor < 0) return;
  write(descriptor, lineStart(), lineLength());
  close(descriptor);
}
