// The health check: a GET request to a port of this host's every now and then, answered in time
// with a status from 200 to 399. Some failures one after the other make an instance unhealthy.
import * as mmio from "../../kernel/base/machine/mmio.as";
import { text } from "../../kernel/base/text.as";
import { linuxMonotonicTime } from "../../kernel/platform/linux/clock.as";
import { close, connect, openSocket, read, socketOption, write } from "../system-calls.as";

const internetFamily: u32 = 2; // AF_INET
const streamKind: u32 = 0x80801; // SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK
const inProgress: i64 = -115; // EINPROGRESS
const socketLevel: u32 = 1; // SOL_SOCKET
const pendingError: u32 = 4; // SO_ERROR
const loopback: u32 = 0x0100_007f; // 127.0.0.1 in network order
const milliseconds: u64 = 1_000_000;
const never: u64 = 0xffff_ffff_ffff_ffff;
const requestLimit: u32 = 1024;
const statusOffset: u32 = 9; // behind "HTTP/1.1 "

// States, by their numbers in the file `state`; 0 without a check.
const starting: u32 = 1;

/** All is well. */
export const healthy: u32 = 2;
const unhealthy: u32 = 3;

const address = memory.data(16, 4); // struct sockaddr_in
const request = memory.data(1024);
const reply = memory.data(64);
const option = memory.data(8, 8);
const optionLength = memory.data(8, 8);
const numbers = memory.data(40, 8);

let isWanted = false;
let intervalTime: u64 = 0;
let timeoutTime: u64 = 0;
let startPeriod: u64 = 0;
let retries: u32 = 0;
let requestLength: u32 = 0;

let state: u32 = 0;
let failures: u32 = 0;
let startedAt: u64 = 0;
let nextProbeAt: u64 = 0xffff_ffff_ffff_ffff;
let probeEndsAt: u64 = 0xffff_ffff_ffff_ffff;
let descriptor: i64 = -1;
let isConnected = false;
let replyLength: u32 = 0;

/**
 * Reads what is to be checked: `PORT INTERVAL TIMEOUT RETRIES START_PERIOD PATH`, times in
 * milliseconds, or `-` for nothing. False for anything else.
 */
export function setHealthCheck(words: u64): bool {
  if (mmio.read8(words) == 0x2d && mmio.read8(words + 1) == 0) return true;
  for (let index: u32 = 0; index < 5; index++) {
    let value: u64 = 0;
    let digits: u32 = 0;
    for (let byte = mmio.read8(words) - 0x30; byte < 10; byte = mmio.read8(++words) - 0x30) {
      if (++digits > 10) return false;
      value = value * 10 + byte;
    }
    if (digits == 0 || mmio.read8(words++) != 0x20) return false;
    store<u64>(numbers + (index << 3), value);
  }
  const port = <u32>load<u64>(numbers);
  store<u16>(address, <u16>internetFamily);
  store<u16>(address, <u16>(port >> 8 | port << 8), 2);
  store<u32>(address, loopback, 4);
  intervalTime = load<u64>(numbers, 8) * milliseconds;
  timeoutTime = load<u64>(numbers, 16) * milliseconds;
  retries = <u32>load<u64>(numbers, 24);
  startPeriod = load<u64>(numbers, 32) * milliseconds;
  isWanted = true;
  return makeRequest(words);
}

function makeRequest(path: u64): bool {
  addText(text("GET "));
  for (let byte = mmio.read8(path); byte != 0; byte = mmio.read8(++path)) {
    if (byte <= 0x20 || byte >= 0x7f || requestLength == requestLimit - 80) return false;
    store<u8>(request + requestLength++, byte);
  }
  addText(text(" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"));
  return true;
}

function addText(words: usize): void {
  for (; load<u8>(words) != 0; words++) store<u8>(request + requestLength++, load<u8>(words));
}

/** The state by its number. */
export function healthState(): u32 {
  return state;
}

/** The instance has started, or goes on. */
export function beginHealth(): void {
  if (!isWanted) return;
  startedAt = linuxMonotonicTime();
  failures = 0;
  state = starting;
  nextProbeAt = startedAt + intervalTime;
}

/** The instance has ended, or is held: what was asked has no answer. */
export function endHealth(): void {
  closeProbe();
  nextProbeAt = never;
}

/** When there is something to do even if nothing comes. */
export function healthDeadline(): u64 {
  return min(nextProbeAt, probeEndsAt);
}

/** The descriptor to be looked at, or -1. */
export function probeDescriptor(): i64 {
  return descriptor;
}

/** Whether it is to be looked at for writing, rather than for reading. */
export function isProbeConnecting(): bool {
  return !isConnected;
}

/** Does what is due; whether the state has changed. */
export function checkHealth(isReady: bool): bool {
  const now = linuxMonotonicTime();
  if (isReady && descriptor >= 0) return isConnected ? takeReply(now) : sendRequest(now);
  if (now >= probeEndsAt) return finishProbe(false, now);
  if (now >= nextProbeAt) return startProbe(now);
  return false;
}

function startProbe(now: u64): bool {
  nextProbeAt = never;
  probeEndsAt = now + timeoutTime;
  replyLength = 0;
  isConnected = false;
  descriptor = openSocket(internetFamily, streamKind);
  const result = descriptor < 0 ? descriptor : connect(descriptor, address, 16);
  if (result == 0) return sendRequest(now);
  return result == inProgress ? false : finishProbe(false, now);
}

function sendRequest(now: u64): bool {
  store<u32>(option, 0);
  store<u32>(optionLength, 4);
  socketOption(descriptor, socketLevel, pendingError, option, optionLength);
  isConnected = true;
  const isOpen = load<u32>(option) == 0;
  const isSent = isOpen && write(descriptor, request, requestLength) == requestLength;
  return isSent ? false : finishProbe(false, now);
}

/** What stands behind the status is of no interest. */
function takeReply(now: u64): bool {
  const count = read(descriptor, reply + replyLength, 64 - replyLength);
  if (count <= 0) return finishProbe(false, now);
  replyLength += <u32>count;
  if (replyLength < statusOffset + 3) return false;
  return finishProbe(isWellSaid(), now);
}

/** Whether a status line of HTTP/1 has come (RFC 9112, section 4), and its status is 200 to 399. */
function isWellSaid(): bool {
  if ((load<u64>(reply) & 0xff_ffff_ffff_ffff) != 0x2e_312f_5054_5448) return false; // "HTTP/1."
  if (!isDigit(7) || load<u8>(reply, 8) != 0x20 || !isDigit(10) || !isDigit(11)) return false;
  const hundreds = load<u8>(reply, statusOffset);
  return hundreds == 0x32 || hundreds == 0x33;
}

function isDigit(offset: usize): bool {
  return <u32>load<u8>(reply + offset) - 0x30 < 10;
}

function finishProbe(isWell: bool, now: u64): bool {
  closeProbe();
  nextProbeAt = now + intervalTime;
  const before = state;
  if (isWell) {
    failures = 0;
    state = healthy;
  } else if (state != starting || now >= startedAt + startPeriod) {
    if (++failures >= retries) state = unhealthy;
  }
  return state != before;
}

function closeProbe(): void {
  if (descriptor >= 0) close(descriptor);
  descriptor = -1;
  probeEndsAt = never;
}
