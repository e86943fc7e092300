// What the instance does now, as a file of `name=value` lines that is replaced whole
// (contracts/supervisor.ts).
import {
  clearLine, lineLength, lineStart, putByte, putDecimal, putText,
} from "../../kernel/base/line.as";
import { text } from "../../kernel/base/text.as";
import { linuxMonotonicTime, linuxTime } from "../../kernel/platform/linux/clock.as";
import { close, flush, open, rename, write } from "../system-calls.as";
import { childProcess, exitStatus } from "./child.as";
import { healthState } from "./health.as";
import { lostBytes } from "./log.as";

const createFlags: u32 = 0x80241; // O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC
const folderFlags: u32 = 0x90000; // O_RDONLY | O_DIRECTORY | O_CLOEXEC
const fileMode: u32 = 0o600;
const realtimeClock: u32 = 0;

let startedAt: u64 = 0;
let finishedAt: u64 = 0;
let steadySince: u64 = 0;
let ranFor: u64 = 0;
let restarts: u32 = 0;

/** Remembers that the instance has started now. */
export function noteStart(): void {
  startedAt = linuxTime(realtimeClock);
  steadySince = linuxMonotonicTime();
  finishedAt = 0;
}

/** Remembers that it has ended now. */
export function noteEnd(): void {
  finishedAt = linuxTime(realtimeClock);
  ranFor = linuxMonotonicTime() - steadySince;
}

/** Remembers that it is started once more. */
export function noteRestart(): void {
  restarts++;
}

/** How often it was started after the first time. */
export function restartCount(): u32 {
  return restarts;
}

/** Nanoseconds for which it ran, whatever has been done to the clock meanwhile. */
export function runTime(): u64 {
  return ranFor;
}

/** Writes the file; `status` is one word of the contract. A full disk leaves the one before. */
export function writeState(status: usize): void {
  clearLine();
  putText(text("status="));
  putText(status);
  putEntry(text("\npid="), childProcess());
  putEntry(text("\nstarted="), startedAt);
  putEntry(text("\nrestarts="), restarts);
  putEntry(text("\nlost="), lostBytes());
  putEntry(text("\nhealth="), healthState());
  if (finishedAt != 0) {
    putEntry(text("\nfinished="), finishedAt);
    putEntry(text("\nexit="), exitStatus());
  }
  putByte(10);
  replaceFile();
}

function putEntry(name: usize, value: u64): void {
  putText(name);
  putDecimal(value);
}

function replaceFile(): void {
  const descriptor = open(text("state.new"), createFlags, fileMode);
  if (descriptor < 0) return;
  const length = lineLength();
  const isWhole = write(descriptor, lineStart(), length) == length && flush(descriptor) == 0;
  close(descriptor);
  if (isWhole) rename(text("state.new"), text("state"));
}

/** Has a power cut leave what was written last. */
export function keepState(): void {
  const folder = open(text("."), folderFlags, 0);
  if (folder < 0) return;
  flush(folder);
  close(folder);
}
