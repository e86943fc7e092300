// WASI: poll_oneoff, on clocks, the standard streams and sockets.
import * as config from "../base/config.as";
import * as errno from "../base/errno.as";
import * as app from "../base/machine/app.as";
import { idle, neverDeadline, round } from "../boot/loop.as";
import { inputReady } from "../console/streams.as";
import { isAppRange } from "../memory/app-memory.as";
import { hungUp, readable, writable } from "../net/socket-table.as";
import { socketReadiness } from "../net/sockets.as";
import { hasClock, monotonicTime, wallClock, wallTime } from "../time/clock.as";
import {
  fileKind,
  hasRights,
  isOpen,
  kindOf,
  objectOf,
  rightRead,
  rightWrite,
  socketKind,
  streamKind,
} from "./descriptors.as";

// subscription: u64 userdata, u8 tag at 8; clock: u32 id at 16, u64 timeout at 24, u16 flags at 40;
// descriptor: u32 at 16 (typenames.witx).
const subscriptionBytes: u32 = 48;
// event: u64 userdata, u16 error at 8, u8 type at 10, u64 bytes at 16, u16 flags at 24.
const eventBytes: u32 = 32;

const clockEvent: u32 = 0;
const readEvent: u32 = 1;
const writeEvent: u32 = 2;
const absoluteTimeout: u32 = 1;

const hangUpFlag: u32 = 1;

let start: u64 = 0;
let now: u64 = 0;
let knowsTime = false; // asking costs a system call, and not every list has a clock
let nextDeadline: u64 = 0;
let waitsForInput = false;
let nextEvent: u32 = 0;

/** WASI poll_oneoff: waits until a subscription has an event, then gives all there are. */
export function poll_oneoff(list: u32, events: u32, count: u32, result: u32): u32 {
  const error = checkSubscriptions(list, events, count, result);
  if (error != 0) return error;
  start = 0;
  // What is known to be ready must not hide what has become ready since: sockets are asked once.
  let hasAsked = !config.opensSockets;
  for (;;) {
    knowsTime = false;
    nextDeadline = neverDeadline;
    waitsForInput = false;
    nextEvent = events;
    for (let index: u32 = 0; index < count; index++) serve(list + index * subscriptionBytes);
    const isDone = nextEvent != events;
    if (isDone && hasAsked) break;
    idle(isDone ? 0 : nextDeadline, waitsForInput);
    round();
    hasAsked = true;
  }
  app.store32(result, (nextEvent - events) / eventBytes);
  return errno.success;
}

function learnTime(): void {
  if (knowsTime) return;
  knowsTime = true;
  now = monotonicTime();
  if (start == 0) start = now;
}

function checkSubscriptions(list: u32, events: u32, count: u32, result: u32): u32 {
  if (count == 0) return errno.invalid;
  if (!isAppRange(list, <u64>count * subscriptionBytes)) return errno.fault;
  if (!isAppRange(events, <u64>count * eventBytes) || !isAppRange(result, 4)) return errno.fault;
  for (let index: u32 = 0; index < count; index++) {
    if (app.load8(list + index * subscriptionBytes + 8) > writeEvent) return errno.invalid;
  }
  return errno.success;
}

/** Emits the event of a subscription that is ready, else notes what it waits for. */
function serve(subscription: u32): void {
  const type = app.load8(subscription + 8);
  if (type == clockEvent) serveClock(subscription);
  else if (type == readEvent) serveRead(subscription);
  else serveWrite(subscription);
}

function serveClock(subscription: u32): void {
  const clock = app.load32(subscription + 16);
  if (!hasClock(clock) || clock > 1) {
    emit(subscription, errno.invalid, 0);
    return;
  }
  learnTime();
  const timeout = app.load64(subscription + 24);
  const isAbsolute = (app.load16(subscription + 40) & absoluteTimeout) != 0;
  let deadline = timeout;
  if (!isAbsolute) {
    deadline = saturatingAdd(start, timeout);
  } else if (clock == wallClock) {
    const wall = wallTime();
    deadline = timeout > wall ? saturatingAdd(now, timeout - wall) : now;
  }
  if (deadline <= now) emit(subscription, errno.success, 0);
  else if (deadline < nextDeadline) nextDeadline = deadline;
}

function serveRead(subscription: u32): void {
  const descriptor = app.load32(subscription + 16);
  if (!isOpen(descriptor) || !hasRights(descriptor, rightRead)) {
    emit(subscription, errno.badDescriptor, 0);
  } else if (kindOf(descriptor) == streamKind) {
    // How much there is, the streams do not tell: at least one byte, or the end.
    if (inputReady()) emit(subscription, errno.success, 1);
    else waitsForInput = true;
  } else if (config.opensSockets && kindOf(descriptor) == socketKind) {
    serveSocket(subscription, objectOf(descriptor), readable);
  } else if (config.opensFiles && kindOf(descriptor) == fileKind) {
    emit(subscription, errno.success, 1); // a file never has to wait
  }
}

function serveWrite(subscription: u32): void {
  const descriptor = app.load32(subscription + 16);
  if (!isOpen(descriptor) || !hasRights(descriptor, rightWrite)) {
    emit(subscription, errno.badDescriptor, 0);
  } else if (kindOf(descriptor) == streamKind) {
    emit(subscription, errno.success, 4096);
  } else if (config.opensSockets && kindOf(descriptor) == socketKind) {
    serveSocket(subscription, objectOf(descriptor), writable);
  } else if (config.opensFiles && kindOf(descriptor) == fileKind) {
    emit(subscription, errno.success, 4096);
  }
}

function serveSocket(subscription: u32, socket: u32, wanted: u32): void {
  const readiness = socketReadiness(socket);
  if ((readiness & wanted) == 0) return;
  const event = nextEvent;
  emit(subscription, errno.success, 1);
  if ((readiness & hungUp) != 0) app.store16(event + 24, hangUpFlag);
}

function emit(subscription: u32, error: u32, bytes: u64): void {
  const userData = app.load64(subscription);
  const type = app.load8(subscription + 8);
  app.fill(nextEvent, 0, eventBytes);
  app.store64(nextEvent, userData);
  app.store16(nextEvent + 8, error);
  app.store8(nextEvent + 10, type);
  app.store64(nextEvent + 16, bytes);
  nextEvent += eventBytes;
}

function saturatingAdd(first: u64, second: u64): u64 {
  const sum = first + second;
  return sum < first ? neverDeadline : sum;
}
