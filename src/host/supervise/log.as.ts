// The log: a file of lines as Kubernetes' container runtimes write them, each
// `TIME stdout|stderr F|P TEXT`, where P says that the line goes on in its stream's next record.
// A file that has become large is renamed to log.1, that one before to log.2, and so on.
import { text } from "../../kernel/base/text.as";
import { linuxTime } from "../../kernel/platform/linux/clock.as";
import { close, open, rename, seek, write } from "../system-calls.as";
import { timestampLength, writeTimestamp } from "../timestamp.as";

const realtimeClock: u32 = 0;
const appendFlags: u32 = 0x80441; // O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC
const fileMode: u32 = 0o600;
const fromEnd: u32 = 2; // SEEK_END

/** Bytes of the space that it needs. */
export const logSpaceBytes: u32 = 65536;

const streamNameLength: u32 = 8; // " stdout " and " stderr "
const tagLength: u32 = 2;
const headerLength: u32 = 40; // of a record: all before its text

const header = memory.data(48);
const olderName = memory.data(16);
const newerName = memory.data(16);

let output: usize = 0;
let descriptor: i64 = -1;
let limitBytes: u64 = 0;
let keptFiles: u32 = 0;
let fileBytes: u64 = 0;
let outputLength: u32 = 0;
let lost: u64 = 0;

/** Opens the log in this folder; the number of a Linux error, or 0. */
export function openLog(space: usize, rotateAtBytes: u64, keep: u32): i64 {
  output = space;
  limitBytes = rotateAtBytes;
  keptFiles = keep;
  descriptor = open(text("log"), appendFlags, fileMode);
  if (descriptor < 0) return descriptor;
  // What earlier supervisors wrote counts, too.
  const length = seek(descriptor, 0, fromEnd);
  fileBytes = length < 0 ? 0 : length;
  return 0;
}

/** Bytes that could not be written, because the disk was full, say. */
export function lostBytes(): u64 {
  return lost;
}

/** Says which stream the next records are of, and that they are of now. */
export function beginRecords(isError: bool): void {
  writeTimestamp(header, linuxTime(realtimeClock));
  const name = isError ? text(" stderr ") : text(" stdout ");
  memory.copy(header + timestampLength, name, streamNameLength);
  store<u8>(header, 0x20, headerLength - 1);
}

/** Adds a record: a line without its end, or a part of one. */
export function addRecord(bytes: usize, length: u32, isWhole: bool): void {
  const total = headerLength + length + 1;
  if (outputLength + total > logSpaceBytes) writeRecords();
  store<u8>(header, isWhole ? 0x46 : 0x50, headerLength - tagLength);
  const place = output + outputLength;
  memory.copy(place, header, headerLength);
  memory.copy(place + headerLength, bytes, length);
  store<u8>(place + headerLength + length, 10);
  outputLength += total;
}

/** Writes what was added. */
export function writeRecords(): void {
  let at: u32 = 0;
  while (at < outputLength) {
    const count = descriptor < 0 ? -1 : write(descriptor, output + at, outputLength - at);
    if (count <= 0) {
      lost += outputLength - at;
      break;
    }
    at += <u32>count;
  }
  fileBytes += at;
  outputLength = 0;
  if (fileBytes >= limitBytes) rotate();
}

function rotate(): void {
  close(descriptor);
  for (let number = keptFiles; number != 0; number--) {
    nameFile(newerName, number - 1);
    nameFile(olderName, number);
    rename(newerName, olderName);
  }
  descriptor = open(text("log"), appendFlags, fileMode);
  fileBytes = 0;
}

/** `log` for 0, `log.N` for others; N has one digit. */
function nameFile(target: usize, number: u32): void {
  memory.copy(target, text("log"), 4);
  if (number == 0) return;
  store<u8>(target, 0x2e, 3);
  store<u8>(target, 0x30 + number, 4);
  store<u8>(target, 0, 5);
}
