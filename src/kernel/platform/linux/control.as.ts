// The control channel of a Linux process: a stream socket that was handed over (TSUKI_CONTROL),
// with questions and the request to stop inwards, reports outwards (contracts/control-channel.ts).
// What breaks its rules, or does not take an answer, is listened to no more.
import * as host from "../../base/machine/host.as";
import { putDecimal } from "../../base/line.as";
import { text } from "../../base/text.as";
import { requestStop } from "../../boot/stop.as";
import { beginMessage, endMessage } from "../../console/message.as";
import { startUptime } from "../../report/clock.as";
import { makeReport, reportFrame } from "../../report/report.as";
import { interrupted, tryAgain } from "./errors.as";
import {
  inheritedDescriptor,
  makeNonBlocking,
  malformedDescriptor,
  moveDescriptor,
} from "./inherited.as";

const readv = 19;
const writev = 20;

/** The channel's descriptor from the boot on (contracts/inherited-descriptors.ts). */
export const controlDescriptor: u32 = 132;

const stopFrame: u32 = 3;
const stoppedStatus: u32 = 143; // 128 + SIGTERM
const headerBytes: u32 = 4;

const header = memory.data(4, 4);
const vector = memory.data(16, 8); // struct iovec
let headerCount: u32 = 0;
let isOpen = false;

/** Whether there is a channel that may have something. */
export function hasControl(): bool {
  return isOpen;
}

/** Takes the channel into use if one was handed over; false, with a line, when it is none. */
export function openControl(): bool {
  const given = inheritedDescriptor(text("TSUKI_CONTROL"));
  if (given < 0) return given != malformedDescriptor;
  if (!moveDescriptor(given, controlDescriptor)) {
    beginMessage(text("TSUKI_CONTROL: there is no descriptor "));
    putDecimal(given);
    endMessage();
    return false;
  }
  makeNonBlocking(controlDescriptor);
  startUptime();
  isOpen = true;
  return true;
}

/** Takes what came, and answers. */
export function serveControl(): void {
  while (isOpen) {
    const count = receive(header + headerCount, headerBytes - headerCount);
    if (count == tryAgain) return;
    if (count <= 0) {
      isOpen = false;
      return;
    }
    headerCount += <u32>count;
    if (headerCount == headerBytes) heed();
  }
}

/** Nothing that comes by this way has a payload: the second half of its header is 0. */
function heed(): void {
  headerCount = 0;
  const kind = load<u32>(header);
  if (kind == stopFrame) {
    requestStop(stoppedStatus);
    return;
  }
  const length = makeReport(kind);
  isOpen = length != 0 && send(reportFrame(), length) == length;
}

function receive(pointer: usize, length: u32): i64 {
  store<u64>(vector, pointer);
  store<u64>(vector, length, 8);
  let result: i64 = 0;
  do {
    result = host.call(readv, controlDescriptor, vector, 1, 0, 0, 0);
  } while (result == interrupted);
  return result;
}

function send(pointer: usize, length: u32): i64 {
  store<u64>(vector, pointer);
  store<u64>(vector, length, 8);
  let result: i64 = 0;
  do {
    result = host.call(writev, controlDescriptor, vector, 1, 0, 0, 0);
  } while (result == interrupted);
  return result;
}
