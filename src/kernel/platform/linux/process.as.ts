// Ends a Linux process, yields, and waits.
import * as config from "../../base/config.as";
import * as host from "../../base/machine/host.as";
import { endNetwork, networkDeadline, serveNetwork } from "../../net/network.as";
import { noteWait } from "../../boot/turns.as";
import { linuxMonotonicTime } from "./clock.as";
import { controlDescriptor, hasControl, serveControl } from "./control.as";
import { awaitReadiness } from "./readiness.as";

const schedYield = 24;
const exitGroup = 231;
const ppoll = 271;

const pollRecord = memory.data(32, 8); // struct timespec, two struct pollfd

/** `poll`'s event for data to read. */
export const pollInput: u32 = 1;

/** `poll`'s event for room to write. */
export const pollOutput: u32 = 4;

/** Ends the process. */
export function linuxExit(status: u32): void {
  host.call(exitGroup, status, 0, 0, 0, 0, 0);
  unreachable();
}

/** Lets other processes run. */
export function linuxYield(): void {
  host.call(schedYield, 0, 0, 0, 0, 0, 0);
}

/** Serves the network of an image with a stack of its own. */
export function linuxRound(): void {
  serveNetwork();
}

/** Sees to it that what was written by such an image reaches its peers, before it ends. */
export function linuxLeave(): void {
  endNetwork();
}

/** Waits until a monotonic deadline in nanoseconds, for input on descriptor 0, or for sockets. */
export function linuxIdle(deadline: u64, input: bool): void {
  if (config.opensSockets) {
    if (config.usesOwnStack) deadline = min(deadline, networkDeadline());
    awaitReadiness(deadline, input);
    return;
  }
  const now = linuxMonotonicTime();
  const wait = deadline > now ? deadline - now : 0;
  pollWithControl(0, input ? pollInput : 0, wait, deadline == u64.MAX_VALUE);
}

/** Whether a read of descriptor 0 would not wait. */
export function linuxInputReady(): bool {
  return descriptorHasInput(0);
}

/** Whether a read of a descriptor would not wait. */
export function descriptorHasInput(descriptor: u32): bool {
  return pollDescriptor(descriptor, pollInput, 0, false);
}

/** Waits without limit until a descriptor can be read or written. */
export function waitForDescriptor(descriptor: u32, events: u32): void {
  while (config.canWait && hasControl()) {
    noteWait();
    if (pollWithControl(descriptor, events, 0, true)) return;
  }
  pollDescriptor(descriptor, events, 0, true);
}

/** The same with an eye on the control channel; early when that has something. */
function pollWithControl(descriptor: u32, events: u32, wait: u64, forever: bool): bool {
  if (!config.canWait || !hasControl()) return pollDescriptor(descriptor, events, wait, forever);
  store<u32>(pollRecord, controlDescriptor, 24);
  store<u32>(pollRecord, pollInput, 28);
  poll(descriptor, events, 2, wait, forever);
  if (load<u16>(pollRecord, 30) != 0) serveControl();
  return load<u16>(pollRecord, 22) != 0;
}

function pollDescriptor(descriptor: u32, events: u32, wait: u64, forever: bool): bool {
  return poll(descriptor, events, 1, wait, forever) > 0;
}

function poll(descriptor: u32, events: u32, count: u64, wait: u64, forever: bool): i64 {
  store<u64>(pollRecord, wait / 1_000_000_000);
  store<u64>(pollRecord, wait % 1_000_000_000, 8);
  store<u32>(pollRecord, events == 0 ? ~0 : descriptor, 16); // one below 0 is not looked at
  store<u32>(pollRecord, events, 20); // u16 events, u16 returned events
  const limit: u64 = forever ? 0 : pollRecord;
  return host.call(ppoll, pollRecord + 16, count, limit, 0, 0, 0);
}
