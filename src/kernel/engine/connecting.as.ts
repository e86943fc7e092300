// The way from a host's name to a connection, or to a letter that can be sent: the name waits for
// its turn, is looked up, and each of its addresses is tried. Nothing of it waits.
import * as errno from "../base/errno.as";
import * as app from "../base/machine/app.as";
import { neverDeadline } from "../boot/loop.as";
import { copyAddress, familyOf, setPort } from "../net/address.as";
import {
  beginLookup,
  endLookup,
  lookupAddress,
  lookupCount,
  lookupDeadline,
  stepLookup,
} from "../net/dns/lookup.as";
import { errorOption, noDelayOption } from "../net/socket-options.as";
import { readinessOf, streamType, writable } from "../net/socket-table.as";
import {
  closeSocket,
  connectSocket,
  openSocket,
  setSocketOption,
  socketOption,
} from "../net/sockets.as";
import { monotonicTime } from "../time/clock.as";
import {
  addressAt,
  addressLimit,
  attachSocket,
  Channel,
  channelAt,
  channelEnd,
  connectingStage,
  detachSocket,
  letterKind,
  lookingStage,
  namingStage,
  openStage,
  socketOf,
} from "./channels.as";
import { closeText, free, openText, textLength } from "./quickjs.as";

/** Outcome of a step: it is done. */
const arrived: i32 = 1;

/** No such host (the number of WasmEdge's EAI_NONAME; Node says ENOTFOUND). */
const noSuchHost: i32 = 84;
/** No server answers (EAI_AGAIN). */
const noServer: i32 = 78;

/** How long an address is tried while there are others. */
const attemptTime: u64 = 3_000_000_000;

const nameCapacity: u32 = 256;
const nameSpace = memory.data(256);

let lookups: u32 = 0;

/** Whether names are being looked up, so that any socket that is ready may mean an answer. */
export function hasLookups(): bool {
  return lookups != 0;
}

/** Goes on: 0 when that takes more time, 1 when it is done, or a negated error number. */
export function advance(channel: Channel): i32 {
  let outcome: i32 = 0;
  if (channel.stage == namingStage) outcome = name(channel);
  if (outcome == 0 && channel.stage == lookingStage) outcome = look(channel);
  if (outcome == 0 && channel.stage == connectingStage) outcome = connect(channel);
  if (outcome == arrived) {
    channel.stage = openStage;
    channel.deadline = neverDeadline;
  }
  return outcome;
}

/** Ends what was begun for a channel. */
export function stopConnecting(channel: Channel): void {
  if (channel.stage == lookingStage) finishLookup(channel);
  if (channel.name != 0) free(channel.name);
  channel.name = 0;
}

function name(channel: Channel): i32 {
  const start = openText(channel.name);
  const length: u32 = start == 0 ? 0 : textLength();
  const isName = length != 0 && length < nameCapacity;
  if (isName) app.copyIn(nameSpace, start, length);
  closeText(start);
  const lookup = isName ? beginLookup(nameSpace, length, 0) : -<i32>errno.noEntry;
  if (lookup == -<i32>errno.again) {
    // Too many names are being looked up: whoever is done with one says so.
    channel.deadline = neverDeadline;
    return 0;
  }
  if (lookup < 0) return nameError(lookup);
  lookups++;
  channel.lookup = lookup;
  channel.stage = lookingStage;
  free(channel.name);
  channel.name = 0;
  return 0;
}

function look(channel: Channel): i32 {
  const lookup = channel.lookup;
  const state = stepLookup(lookup);
  channel.deadline = lookupDeadline(lookup);
  if (state == 0) return 0;
  channel.addressCount = state < 0 ? 0 : min(lookupCount(lookup), addressLimit);
  for (let index: u32 = 0; index < channel.addressCount; index++) {
    const address = addressAt(channel, index);
    copyAddress(address, lookupAddress(lookup, index));
    setPort(address, channel.port);
  }
  finishLookup(channel);
  channel.stage = connectingStage;
  channel.error = errno.hostUnreachable;
  if (state < 0) return nameError(state);
  return channel.kind == letterKind ? arrived : tryNext(channel);
}

function nameError(error: i32): i32 {
  if (error == -<i32>errno.noEntry) return -noSuchHost;
  return error == -<i32>errno.again ? -noServer : error;
}

function finishLookup(channel: Channel): void {
  endLookup(channel.lookup);
  lookups--;
  for (let slot: u32 = 0; slot < channelEnd(); slot++) {
    const waiting = channelAt(slot);
    if (waiting != null && waiting.stage == namingStage) waiting.deadline = 0;
  }
}

/** Tries the addresses that are left: 0 once one is being connected to, or how that went. */
function tryNext(channel: Channel): i32 {
  while (channel.triedCount < channel.addressCount) {
    const address = addressAt(channel, channel.triedCount++);
    const socket = openSocket(familyOf(address), streamType);
    const result = socket < 0 ? socket : connectSocket(socket, address, false);
    if (result == 0 || result == -<i32>errno.inProgress) {
      attachSocket(channel, socket);
      const hasMore = channel.triedCount < channel.addressCount;
      channel.deadline = hasMore ? monotonicTime() + attemptTime : neverDeadline;
      return result == 0 ? finish(channel) : 0;
    }
    if (socket >= 0) closeSocket(socket);
    channel.error = -result;
  }
  return -<i32>channel.error;
}

function connect(channel: Channel): i32 {
  const socket = socketOf(channel);
  if ((readinessOf(socket) & writable) != 0) {
    const error = socketOption(socket, errorOption);
    if (error == 0) return finish(channel);
    channel.error = <u32>error;
  } else {
    if (channel.deadline == neverDeadline || monotonicTime() < channel.deadline) return 0;
    channel.error = errno.timedOut;
  }
  detachSocket(channel);
  return tryNext(channel);
}

/** Requests and answers go out at once: who writes in small pieces means it. */
function finish(channel: Channel): i32 {
  setSocketOption(socketOf(channel), noDelayOption, 1);
  return arrived;
}
