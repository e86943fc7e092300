// The kernel's side of the control channel, inwards: a machine that takes byte after byte, whatever
// they are. Standard input waits in one page; while that is full, the channel is not read.
import * as app from "../../base/machine/app.as";
import { allocateFrame, frameBytes } from "../../memory/frames.as";
import { hasControlChannel } from "./control-output.as";
import { makeReport, reportFrame } from "../../report/report.as";
import { hasControlByte, takeControlByte, writeControl } from "./control-port.as";

const headerBytes: u32 = 4;
const payloadLimit: u32 = 4096;
const stdinData: u32 = 1;
const stdinEnd: u32 = 2;
const stop: u32 = 3;
const time: u32 = 4;

let header: u32 = 0; // the bytes of a header that have come, lowest first
let headerCount: u32 = 0;
let payloadLeft: u32 = 0;
let isBroken = false;
let hasEnded = false;
let isStopWanted = false;
let latestTime: u64 = 0;

let ring: usize = 0;
let readCount: u32 = 0; // bytes ever taken from and put into the ring; both may wrap
let writeCount: u32 = 0;

/** Takes what the channel has, as far as there is room. */
export function pollControlInput(): void {
  if (!hasControlChannel()) return;
  while (canTake() && hasControlByte()) receive(takeControlByte());
}

/** Whether the next byte has a place: standard input needs one in the ring. */
export function canTake(): bool {
  if (isBroken) return false;
  return payloadLeft == 0 || (header & 0xff) != stdinData || writeCount - readCount < frameBytes;
}

/** Whether the monitor has asked the app to stop. */
export function stopWanted(): bool {
  return isStopWanted;
}

/** The time that the monitor last told, in nanoseconds since 1970; 0 when it told none. */
export function toldTime(): u64 {
  return payloadLeft == 0 ? latestTime : 0;
}

/** Whether a read would not wait: there are bytes, or there will be none. */
export function controlInputReady(): bool {
  if (writeCount != readCount) return true;
  pollControlInput();
  return writeCount != readCount || hasEnded || isBroken || !hasControlChannel();
}

/** Moves waiting input to a checked range of app memory; returns the bytes, 0 at its end. */
export function readControlInput(appPointer: u32, length: u32): u32 {
  const total = min(length, writeCount - readCount);
  for (let left = total; left != 0; ) {
    const place = readCount & (frameBytes - 1);
    const part = min(left, frameBytes - place);
    app.copyOut(appPointer, ring + place, part);
    appPointer += part;
    readCount += part;
    left -= part;
  }
  return total;
}

function receive(byte: u32): void {
  if (payloadLeft != 0) {
    payloadLeft--;
    const kind = header & 0xff;
    if (kind == stdinData) keep(byte);
    else if (kind == time) latestTime = (latestTime >> 8) | (<u64>byte << 56);
    return;
  }
  if (headerCount == 0) header = 0;
  header |= byte << (headerCount * 8);
  headerCount++;
  if (headerCount < headerBytes) return;
  headerCount = 0;
  payloadLeft = header >> 16;
  // Behind an impossible length nothing can be told apart any more.
  if (payloadLeft > payloadLimit) isBroken = true;
  const kind = header & 0xff;
  if (kind == stdinEnd) hasEnded = true;
  else if (kind == stop) isStopWanted = true;
  else if (payloadLeft == 0) answer(kind);
}

function answer(kind: u32): void {
  const length = makeReport(kind);
  if (length != 0) writeControl(reportFrame(), length);
}

function keep(byte: u32): void {
  if (ring == 0) ring = allocateFrame();
  if (ring == 0 || hasEnded) return;
  store<u8>(ring + (writeCount & (frameBytes - 1)), byte);
  writeCount++;
}
