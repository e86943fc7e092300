// tsuki-host launch: starts supervisors for a process that is too large to fork quickly, one
// request from descriptor 0 after the other (contracts/supervisor.ts).
import * as config from "../kernel/base/config.as";
import { text } from "../kernel/base/text.as";
import { linuxExit } from "../kernel/platform/linux/process.as";
import { failByHost } from "./failure.as";
import {
  changeFolder, close, duplicate, execute, fork, openPipe, read, waitFor, write,
} from "./system-calls.as";

const closeOnExecute: u32 = 0x80000; // O_CLOEXEC
const noWait: u32 = 1; // WNOHANG
const anyProcess: u64 = 0xffff_ffff_ffff_ffff;
const headerBytes: u32 = 8;
const answerHeaderBytes: u32 = 4;
const answerLimit: u32 = 4096;

const header = memory.data(8, 4);
const answer = memory.data(4100, 4); // its length and its text
const pipe = memory.data(8, 4);
const waitStatus = memory.data(8, 4);

/** Does it until the requests end; ends the process. */
export function runLaunch(): void {
  while (readWhole(header, headerBytes)) {
    const length = load<u32>(header);
    const argumentCount = load<u32>(header, 4);
    const vectors = (config.heapStart + length + 7) & ~7;
    if (length == 0 || vectors <= config.heapStart || vectors >= config.heapEnd) linuxExit(1);
    if (!readWhole(config.heapStart, length)) linuxExit(1);
    const environment = listTexts(length, vectors, argumentCount);
    if (environment == 0) linuxExit(1);
    start(vectors, environment);
    // Those who were started before may have ended since.
    while (waitFor(anyProcess, waitStatus, noWait) > 0) {}
  }
  linuxExit(0);
}

/**
 * Makes two vectors of a program: addresses of `argumentCount` texts, those behind the folder's,
 * and of all that follow, each with 0 at its end. Where the second begins; 0 for no request.
 */
function listTexts(length: u32, vectors: usize, argumentCount: u32): usize {
  const end = <usize>config.heapStart + length;
  if (argumentCount == 0 || load<u8>(end - 1) != 0) return 0;
  let place = vectors;
  let environment: usize = 0;
  let left = argumentCount;
  for (let at = afterText(config.heapStart); at < end; at = afterText(at)) {
    if (place + 24 > config.heapEnd) return 0;
    store<u64>(place, at);
    place += 8;
    if (--left != 0) continue;
    store<u64>(place, 0);
    place += 8;
    environment = place;
  }
  store<u64>(place, 0);
  return environment;
}

function afterText(start: usize): usize {
  while (load<u8>(start) != 0) start++;
  return start + 1;
}

/** Starts a program in its folder, and passes on what it says until it has closed its outputs. */
function start(vector: usize, environment: usize): void {
  let length: u32 = 0;
  if (openPipe(pipe, closeOnExecute) == 0) {
    const readEnd = load<u32>(pipe);
    const writeEnd = load<u32>(pipe, 4);
    const child = fork();
    if (child == 0) become(vector, environment, writeEnd);
    close(writeEnd);
    while (child > 0 && length < answerLimit) {
      const place = answer + answerHeaderBytes + length;
      const count = read(readEnd, place, answerLimit - length);
      if (count <= 0) break;
      length += <u32>count;
    }
    close(readEnd);
  }
  store<u32>(answer, length);
  if (write(1, answer, answerHeaderBytes + length) < 0) linuxExit(1);
}

function become(vector: usize, environment: usize, output: u64): void {
  duplicate(output, 1);
  duplicate(output, 2);
  const moved = changeFolder(config.heapStart);
  if (moved < 0) failByHost(config.heapStart, text("cannot be entered"), moved);
  const path = load<u64>(vector);
  failByHost(path, text("cannot be started"), execute(path, vector, environment));
}

function readWhole(place: usize, length: u32): bool {
  for (let at: u32 = 0; at < length; ) {
    const count = read(0, place + at, length - at);
    if (count <= 0) return false;
    at += <u32>count;
  }
  return true;
}
