// What happens to streams, listeners, UDP sockets and letters, and JavaScript's events for it.
import * as errno from "../base/errno.as";
import { neverDeadline } from "../boot/loop.as";
import { noDelayOption } from "../net/socket-options.as";
import { readable, readinessOf, writable } from "../net/socket-table.as";
import { acceptConnection, closeSocket, setSocketOption, shutdownSocket } from "../net/sockets.as";
import { monotonicTime } from "../time/clock.as";
import {
  attachSocket,
  awaitsReadable,
  awaitsWritable,
  Channel,
  channelAt,
  channelCount,
  channelEnd,
  channelOfSocket,
  endsWriting,
  letterKind,
  listenerKind,
  lookingStage,
  makeChannel,
  openStage,
  slotOf,
  socketOf,
  spend,
  streamKind,
  tellsError,
} from "./channels.as";
import { closeChannel } from "./closing.as";
import { advance, hasLookups } from "./connecting.as";
import { sendLetter } from "./datagrams.as";
import {
  closedEvent,
  connectedEvent,
  connectionEvent,
  readableEvent,
  writableEvent,
} from "./event-numbers.table.as";
import { deliver } from "./events.as";
import { dropOutput, sendOutput } from "./stream-output.as";

/** So many connections wait to be accepted here; the host keeps the others. */
export const waitingLimit: u32 = 64;

/** When to try again to accept, for want of sockets or memory. */
const retryTime: u64 = 100_000_000;

const sendingEnds: u32 = 2;

/** Whether anything is open that may cause events. */
export function hasChannels(): bool {
  return channelCount() != 0;
}

/** When one of them has to be served that nobody reports. */
export function channelsDeadline(): u64 {
  let deadline = neverDeadline;
  for (let slot: u32 = 0; slot < channelEnd(); slot++) {
    const channel = channelAt(slot);
    if (channel != null) deadline = min(deadline, channel.deadline);
  }
  return deadline;
}

/** Serves the channel of a socket that has become ready. */
export function serveReadyChannel(socket: u32): void {
  serve(channelOfSocket(socket));
}

/** Serves those whose time has come, and those whose names are being looked up. */
export function serveChannels(): void {
  const deadline = channelsDeadline();
  const isDue = deadline == 0 || (deadline != neverDeadline && deadline <= monotonicTime());
  if (!isDue && !hasLookups()) return;
  for (let slot: u32 = 0; slot < channelEnd(); slot++) {
    const channel = channelAt(slot);
    if (channel == null) continue;
    if (channel.stage == lookingStage || channel.deadline != neverDeadline) serve(channel);
  }
}

function serve(channel: Channel): void {
  if (channel.stage != openStage) serveConnecting(channel);
  else if (channel.kind == listenerKind) acceptSome(channel);
  else serveOpen(channel);
}

function serveConnecting(channel: Channel): void {
  const outcome = advance(channel);
  if (outcome == 0) return;
  const handle = <f64>channel.handle;
  const isLetter = channel.kind == letterKind;
  let error = outcome < 0 ? -outcome : 0;
  if (isLetter && error == 0) error = sendLetter(channel);
  if (isLetter || error != 0) closeChannel(channel);
  deliver(connectedEvent, handle, error);
}

/** A stream, or a UDP socket. */
function serveOpen(channel: Channel): void {
  const handle = channel.handle;
  channel.deadline = neverDeadline;
  const error = channel.kind == streamKind ? sendMore(channel) : 0;
  if (error != 0) breakOff(channel, error);
  if ((channel.notices & tellsError) != 0) {
    channel.notices &= ~tellsError;
    deliver(closedEvent, <f64>handle, channel.error);
  } else if (channel.firstOutput == 0 && isReady(channel, awaitsWritable, writable)) {
    deliver(writableEvent, <f64>handle, 0);
  }
  if (channel.handle == handle && isReady(channel, awaitsReadable, readable)) {
    deliver(readableEvent, <f64>handle, 0);
  }
}

/** Notes that nothing can be written any more; JavaScript is told from the loop. */
export function breakOff(channel: Channel, error: u32): void {
  dropOutput(channel);
  spend(channel);
  channel.error = error;
  channel.notices |= tellsError;
  channel.deadline = 0;
}

/** Sends what waits, and then the end if that was asked for; an error number. */
function sendMore(channel: Channel): u32 {
  if (channel.firstOutput == 0 || (readinessOf(socketOf(channel)) & writable) == 0) return 0;
  const outcome = sendOutput(channel);
  if (outcome < 0) return -outcome;
  const isDone = outcome == 0 && (channel.notices & endsWriting) != 0;
  if (isDone) shutdownSocket(socketOf(channel), sendingEnds);
  return 0;
}

/** Whether what JavaScript waits for has come; it is told once. */
function isReady(channel: Channel, notice: u32, bits: u32): bool {
  if ((channel.notices & notice) == 0 || channel.socketPlusOne == 0) return false;
  if ((readinessOf(socketOf(channel)) & bits) == 0) return false;
  channel.notices &= ~notice;
  return true;
}

/** Accepts as many as may wait for JavaScript, which is told of each. */
function acceptSome(listener: Channel): void {
  const handle = listener.handle;
  listener.deadline = neverDeadline;
  while (listener.handle == handle && listener.waitingCount < waitingLimit) {
    const socket = acceptConnection(socketOf(listener), false);
    if (socket == -<i32>errno.again) return;
    if (socket == -<i32>errno.connectionAborted) continue;
    if (socket < 0 || !addWaiting(listener, socket)) {
      listener.deadline = monotonicTime() + retryTime;
      return;
    }
    deliver(connectionEvent, <f64>handle, 0);
  }
}

/** Makes a connection wait for JavaScript; false when there is no memory for it. */
function addWaiting(listener: Channel, socket: u32): bool {
  const channel = makeChannel(streamKind, openStage);
  if (channel == null) {
    closeSocket(socket);
    return false;
  }
  setSocketOption(socket, noDelayOption, 1);
  attachSocket(channel, socket);
  const entry = slotOf(channel.handle) + 1;
  if (listener.firstWaiting == 0) listener.firstWaiting = entry;
  else setNextWaiting(listener.lastWaiting - 1, entry);
  listener.lastWaiting = entry;
  listener.waitingCount++;
  return true;
}

function setNextWaiting(slot: u32, entry: u32): void {
  const last = channelAt(slot);
  if (last != null) last.nextWaiting = entry;
}
