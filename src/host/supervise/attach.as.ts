// Who is attached has the instance's output, in frames (contracts/supervisor.ts), and what they
// send is its input. What was written before the first of them came is kept for that one.
import { poll, read, write } from "../system-calls.as";
import {
  connectionDescriptor, connectionLimit, dropConnection, hasInputEnded, isAttached, markAttached,
  markInputEnd,
} from "./control.as";
import { closeInput, hasInput, ownEnd } from "./streams.as";

const frameHeader: u32 = 4;
const frameLimit: u32 = 16_384;
const readyKind: u32 = 0;
const exitKind: u32 = 3;
const again: i64 = -11; // EAGAIN
const pollOutput: u32 = 4;
const patienceMs: i32 = 1000;
const inputCapacity: u32 = 4096;
const earlyCapacity: u32 = 65_536;

const frame = memory.data(16_388, 4);
const record = memory.data(8, 4); // struct pollfd
const input = memory.data(4096);

let inputStart: u32 = 0;
let inputEnd: u32 = 0;
let early: usize = 0;
let earlyLength: u32 = 0;
let wasAttached = false;

/** Tells where what comes early is kept. */
export function setEarlyPlace(place: usize): void {
  early = place;
}

/** Attaches a connection. */
export function attach(index: u32): void {
  markAttached(index);
  makeFrame(readyKind, 0);
  sendWhole(index, frame, frameHeader);
  if (wasAttached) return;
  wasAttached = true;
  for (let at: u32 = 0; at < earlyLength; ) {
    const length = frameHeader + load<u16>(early + at, 2);
    sendWhole(index, early + at, length);
    at += length;
  }
  earlyLength = 0;
}

/** Passes output on to all that are attached. */
export function passOutput(stream: u32, bytes: usize, length: u32): void {
  for (let at: u32 = 0; at < length; at += frameLimit) {
    const part = min(length - at, frameLimit);
    makeFrame(stream + 1, part);
    memory.copy(frame + frameHeader, bytes + at, part);
    if (!wasAttached) keepEarly(frameHeader + part);
    else sendToAll(frameHeader + part);
  }
}

/** Tells all that are attached how the instance ended, and lets them go. */
export function passEnd(status: u32): void {
  makeFrame(exitKind, 4);
  store<u32>(frame, status, frameHeader);
  sendToAll(frameHeader + 4);
}

function makeFrame(kind: u32, length: u32): void {
  store<u16>(frame, <u16>kind);
  store<u16>(frame, <u16>length, 2);
}

/** What has no room any more is in the log all the same; who has no input is rarely attached to. */
function keepEarly(length: u32): void {
  if (!hasInput() || earlyLength + length > earlyCapacity) return;
  memory.copy(early + earlyLength, frame, length);
  earlyLength += length;
}

function sendToAll(length: u32): void {
  for (let index: u32 = 0; index < connectionLimit; index++) {
    if (isAttached(index)) sendWhole(index, frame, length);
  }
}

/** Who does not read for a second is not waited for any longer. */
function sendWhole(index: u32, bytes: usize, length: u32): void {
  for (let at: u32 = 0; at < length; ) {
    const count = write(connectionDescriptor(index), bytes + at, length - at);
    if (count > 0) {
      at += <u32>count;
    } else if (count != again || !isWritable(connectionDescriptor(index))) {
      dropConnection(index);
      return;
    }
  }
}

function isWritable(descriptor: i64): bool {
  store<i32>(record, <i32>descriptor);
  store<u32>(record, pollOutput, 4);
  return poll(record, 1, patienceMs) == 1;
}

/** Whether the instance has not taken yet what was sent to it. */
export function hasInputLeft(): bool {
  return inputStart != inputEnd;
}

/** Takes what an attached connection has sent; who has hung up altogether ends no input. */
export function takeInput(index: u32, hasHungUp: bool): void {
  if (hasInputEnded(index)) {
    dropConnection(index);
    return;
  }
  const count = read(connectionDescriptor(index), input, inputCapacity);
  if (count == again) return;
  if (count <= 0) {
    if (hasHungUp) dropConnection(index);
    else endInput(index);
    return;
  }
  inputStart = 0;
  inputEnd = <u32>count;
  writeInput();
}

function endInput(index: u32): void {
  markInputEnd(index);
  closeInput();
}

/** Hands on as much as the instance takes. */
export function writeInput(): void {
  const count = write(ownEnd(0), input + inputStart, inputEnd - inputStart);
  if (count == again) return;
  inputStart += count > 0 ? <u32>count : inputEnd - inputStart;
}
