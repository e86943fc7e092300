// What the instance writes on its two streams, cut into lines for the log.
import * as config from "../../kernel/base/config.as";
import { close, read } from "../system-calls.as";
import { passOutput } from "./attach.as";
import { addRecord, beginRecords, writeRecords } from "./log.as";

/** Streams: standard output and standard error. */
export const streamCount: u32 = 2;

/** A longer line is logged in parts. */
const partLength: u32 = 16_384;
const capacity: u32 = 65_536;
const inputError: i64 = -5; // EIO

/** Bytes at the start of the heap that are in use here. */
export const outputBytes: u32 = 131_072;

const descriptors = memory.data(16, 8); // i64 each, -1 once it has ended
const kept = memory.data(8, 4); // u32 each: bytes of a line whose end has not come

/** Takes the descriptor of a stream's other end. */
export function openOutput(stream: u32, descriptor: i64): void {
  store<i64>(descriptors + (stream << 3), descriptor);
  store<u32>(kept + (stream << 2), 0);
}

/** A stream's descriptor, or -1 when it has ended. */
export function outputDescriptor(stream: u32): i64 {
  return load<i64>(descriptors + (stream << 3));
}

/** Logs what a stream has for us now; whether it had anything, and may have more. */
export function takeOutput(stream: u32): bool {
  const descriptor = outputDescriptor(stream);
  if (descriptor < 0) return false;
  const buffer = bufferOf(stream);
  const before = load<u32>(kept + (stream << 2));
  let count = read(descriptor, buffer + before, capacity - before);
  // A terminal that nobody has open any more has no end of its file, but this error.
  if (count == inputError) count = 0;
  if (count < 0) return false;
  if (count > 0) passOutput(stream, buffer + before, <u32>count);
  beginRecords(stream == 1);
  if (count == 0) {
    endOutput(stream, before);
  } else {
    const left = addLines(buffer, before, before + <u32>count);
    store<u32>(kept + (stream << 2), left);
  }
  writeRecords();
  return count != 0;
}

/** Logs the rest of both streams; whoever else has them open is not waited for. */
export function drainOutput(): void {
  for (let stream: u32 = 0; stream < streamCount; stream++) {
    while (takeOutput(stream)) {}
    if (outputDescriptor(stream) < 0) continue;
    beginRecords(stream == 1);
    endOutput(stream, load<u32>(kept + (stream << 2)));
    writeRecords();
  }
}

function endOutput(stream: u32, length: u32): void {
  if (length != 0) addRecord(bufferOf(stream), length, false);
  close(outputDescriptor(stream));
  openOutput(stream, -1);
}

/** Adds the lines of a buffer whose first `from` bytes have no end in them; what is left. */
function addLines(buffer: usize, from: u32, length: u32): u32 {
  let start: u32 = 0;
  for (let at = from; at < length; at++) {
    if (load<u8>(buffer + at) != 10) continue;
    start = addParts(buffer, start, at);
    addRecord(buffer + start, at - start, true);
    start = at + 1;
  }
  start = addParts(buffer, start, length);
  memory.copy(buffer, buffer + start, length - start);
  return length - start;
}

function addParts(buffer: usize, start: u32, end: u32): u32 {
  for (; end - start > partLength; start += partLength) {
    addRecord(buffer + start, partLength, false);
  }
  return start;
}

function bufferOf(stream: u32): usize {
  return <usize>config.heapStart + stream * capacity;
}
