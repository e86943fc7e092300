// The kernel's own stack on this machine: its links, its time, and who is told what it has done. It
// begins when the first socket is opened.
import * as config from "../base/config.as";
import { idle, neverDeadline } from "../boot/loop.as";
import { openLinks, receiveFrames, sendQueuedPackets } from "../platform/links.as";
import { randomBits } from "../random/random.as";
import { monotonicTime } from "../time/clock.as";
import { configureInterfaces } from "./configuration.as";
import { beginConfiguring, configuringDeadline } from "./configuring.as";
import { reportIncidents } from "./incidents.as";
import { takeChangedFrames } from "./link/frame-sockets.as";
import { packetsInUse } from "./link/packets.as";
import { runStack, stackDeadline, startStack } from "./stack.as";
import { StackSocket, stackSocketAt, stackSocketCount } from "./stack-socket.as";
import { closeStackHandle, connectAwaiting, noteReadiness } from "./stack-sockets.as";
import { hasAwaiting } from "./stack-streams.as";
import { Connection, hasChanged, takeChanged } from "./tcp/connection.as";
import { hasUnfinished } from "./tcp/ending.as";
import { ownerOfDatagrams, takeChangedDatagrams } from "./udp/sockets.as";

/** How long what was written before the end has to reach its peers. */
const endTime: u64 = 2_000_000_000;

let isStarted = false;
let isEnding = false;

/** Starts the stack and its links, if that has not been done. */
export function startNetwork(): void {
  if (isStarted) return;
  isStarted = true;
  startStack(randomBits(), randomBits(), randomBits());
  if (config.platform != config.node) openLinks();
  const now = monotonicTime();
  configureInterfaces(now);
  beginConfiguring(now);
}

/** One round: frames that came, what is due, frames to go. */
export function serveNetwork(): void {
  if (!isStarted) return;
  const now = monotonicTime();
  if (config.platform != config.node) receiveFrames(now);
  runStack(now);
  if (hasAwaiting()) connectAwaiting();
  noteChanges();
  reportIncidents(now);
  flushNetwork();
}

/** Hands the links what waits for them. */
export function flushNetwork(): void {
  if (config.platform != config.node) sendQueuedPackets();
}

/** When the next round must be, if nothing comes before; `neverDeadline` for never. */
export function networkDeadline(): u64 {
  if (!isStarted) return neverDeadline;
  // Between rounds, too, something happens of which nobody was told yet: what has come for a
  // connection before it was accepted is news only when it is.
  if (hasChanged()) return 0;
  return hasAwaiting() ? min(stackDeadline(), configuringDeadline()) : stackDeadline();
}

/** Brings the readiness of sockets up to date. */
function noteChanges(): void {
  for (let place = takeChanged(); place != 0; place = takeChanged()) {
    const owner = changetype<Connection>(place).owner;
    if (owner != 0) noteReadiness(changetype<StackSocket>(owner));
  }
  for (let place = takeChangedDatagrams(); place != 0; place = takeChangedDatagrams()) {
    noteReadiness(changetype<StackSocket>(ownerOfDatagrams(place)));
  }
  for (let owner = takeChangedFrames(); owner != 0; owner = takeChangedFrames()) {
    noteReadiness(changetype<StackSocket>(owner));
  }
}

/** Closes all sockets, and lets what was written reach its peers. */
export function endNetwork(): void {
  if (!isStarted || isEnding) return;
  isEnding = true;
  for (let index: u32 = 0; index < stackSocketCount(); index++) {
    const socket = stackSocketAt(index);
    if (socket.isInUse) closeStackHandle(<u32>changetype<usize>(socket));
  }
  const deadline = monotonicTime() + endTime;
  for (;;) {
    serveNetwork();
    const isDone = packetsInUse() == 0 && !hasUnfinished();
    if (isDone || monotonicTime() >= deadline) return;
    idle(deadline, false);
  }
}
