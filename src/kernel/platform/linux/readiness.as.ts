// Readiness of a Linux process's sockets: one edge-triggered epoll, whose events are kept in the
// socket table, so that asking costs no system call (epoll(7)).
import * as host from "../../base/machine/host.as";
import { putDecimal } from "../../base/line.as";
import { text } from "../../base/text.as";
import { requestStop } from "../../boot/stop.as";
import { beginMessage, endMessage } from "../../console/message.as";
import { allocateZeroedFrame } from "../../memory/frames.as";
import { addReadiness, hungUp, readable, writable } from "../../net/socket-table.as";
import { linuxMonotonicTime } from "./clock.as";
import { controlDescriptor, hasControl, serveControl } from "./control.as";
import { tapDescriptor } from "./tap.as";

const epollWait = 232;
const epollControl = 233;
const epollCreate = 291;

const closeOnExec: u64 = 0x8_0000;
const add: u64 = 1; // EPOLL_CTL_ADD
const remove: u64 = 2; // EPOLL_CTL_DEL
const input: u32 = 1;
const output: u32 = 4;
const error: u32 = 8;
const hangUp: u32 = 0x10;
const peerHangUp: u32 = 0x2000;
const edgeTriggered: u32 = 0x8000_0000;

// struct epoll_event: u32 events, u64 data, packed.
const eventBytes: u32 = 12;
const eventLimit: u32 = 128;
const standardInputMark: u32 = 0xffff_ffff;
const controlMark: u32 = 0xffff_fffe;
const firstTapMark: u32 = 0xffff_ff80; // and the tap's place
const firstSignalMark: u32 = 0xffff_ff00; // and the signal's number

const eventOffset: usize = 1024; // in the scratch space

let epoll: u64 = 0;
let events: usize = 0; // a frame: eventLimit events, then the scratch space
let watchesInput = false;
let watchedTaps: u32 = 0;

/** Where the socket functions build what they hand to the host: 2 KiB. */
export function scratchSpace(): usize {
  return events + 2048;
}

/** Opens the epoll; false when host or memory refuse. Before the seal. */
export function openReadiness(): bool {
  events = allocateZeroedFrame();
  const descriptor = host.setup(epollCreate, closeOnExec, 0, 0, 0, 0, 0);
  epoll = descriptor;
  if (events == 0 || descriptor < 0) return false;
  if (hasControl()) watch(controlDescriptor, input | edgeTriggered, controlMark);
  return true;
}

/** Has a host descriptor's readiness reported for a socket. */
export function watchDescriptor(descriptor: u32, socket: u32): void {
  watch(descriptor, input | output | peerHangUp | edgeTriggered, socket);
}

/** Wakes up while the tap with a place has frames. */
export function watchTap(place: u32): void {
  watchedTaps++;
  watch(tapDescriptor + place, input, firstTapMark + place);
}

/** A tap that the host has removed stays ready, and has nothing any more. */
function loseTap(place: u32): void {
  host.call(epollControl, epoll, remove, tapDescriptor + place, 0, 0, 0);
  if (watchedTaps == 1) {
    beginMessage(text("the tap was removed; this instance has no network any more"));
  } else {
    beginMessage(text("a tap was removed: that of this instance's network card "));
    putDecimal(place + 1);
  }
  endMessage();
}

/** Has a signal descriptor's readiness reported as a request to stop. */
export function watchStop(descriptor: u32, signal: u32): void {
  watch(descriptor, input | edgeTriggered, firstSignalMark + signal);
}

/**
 * Waits until a monotonic deadline in nanoseconds, until a socket is ready, or, with `input`, until
 * standard input may be; keeps what it learns. A deadline in the past only asks.
 */
export function awaitReadiness(deadline: u64, withInput: bool): void {
  if (withInput && !watchesInput) watchInput();
  const count = host.call(epollWait, epoll, events, eventLimit, timeoutUntil(deadline), 0, 0);
  for (let index: i64 = 0; index < count; index++) {
    const event = events + <usize>index * eventBytes;
    const bits = load<u32>(event);
    const socket = load<u32>(event, 4);
    if (socket < firstSignalMark) addReadiness(socket, readinessBits(bits));
    else if (socket == controlMark) serveControl();
    else if (socket >= firstTapMark) {
      if (socket < standardInputMark && (bits & error) != 0) loseTap(socket - firstTapMark);
    } else requestStop(128 + socket - firstSignalMark);
  }
}

/** Milliseconds, rounded up so that nobody wakes too early; -1 for never. */
function timeoutUntil(deadline: u64): u64 {
  if (deadline == 0) return 0;
  if (deadline == u64.MAX_VALUE) return -1;
  const now = linuxMonotonicTime();
  if (deadline <= now) return 0;
  return min<u64>((deadline - now + 999_999) / 1_000_000, 0x7fff_ffff);
}

/** An edge suffices: whoever waits has looked before. A file is refused, and always ready. */
function watchInput(): void {
  watchesInput = true;
  watch(0, input | edgeTriggered, standardInputMark);
}

function watch(descriptor: u32, bits: u32, mark: u32): void {
  const event = scratchSpace() + eventOffset;
  store<u32>(event, bits);
  store<u64>(event, mark, 4);
  host.call(epollControl, epoll, add, descriptor, event, 0, 0);
}

function readinessBits(bits: u32): u32 {
  let result: u32 = 0;
  if ((bits & (input | error | hangUp | peerHangUp)) != 0) result |= readable;
  if ((bits & (output | error | hangUp)) != 0) result |= writable;
  if ((bits & (error | hangUp | peerHangUp)) != 0) result |= hungUp;
  return result;
}
