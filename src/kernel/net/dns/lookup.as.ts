// Lookups of names. Each is begun, stepped whenever a socket is ready or its deadline has come, and
// ended; it asks one server after another, twice, first for IPv4 and then for IPv6.
import * as config from "../../base/config.as";
import * as errno from "../../base/errno.as";
import { allocateFrame } from "../../memory/frames.as";
import { randomBits } from "../../random/random.as";
import { monotonicTime } from "../../time/clock.as";
import { addressBytes, familyOf, ipv4, ipv6 } from "../address.as";
import { parseAddress } from "../address-text.as";
import { startNetwork } from "../network.as";
import { datagramType, readable, readinessOf } from "../socket-table.as";
import { closeSocket, connectSocket, openSocket, receiveBytes, sendBytes } from "../sockets.as";
import { hostsAddresses, serverAddress, serverCount } from "./host-files.as";
import { noSuchName, queryCapacity, readAnswer, serverFailure, writeQuery } from "./message.as";

const lookupLimit: u32 = 16;
const addressLimit: u32 = 16;
const nameCapacity: u32 = 256;
const answerCapacity: u32 = 1232; // what resolvers keep to without being told otherwise, and more
const roundLimit: u32 = 2;
const firstTimeout: u64 = 2_000_000_000;

// A lookup's frame: u32 name length, family wanted (0: both), family being asked for, tries,
// addresses found, query length, socket + 1, outcome; u64 deadline; then name, query, answer and
// addresses.
const nameLength: usize = 0;
const wantedFamily: usize = 4;
const askedFamily: usize = 8;
const tries: usize = 12;
const found: usize = 16;
const queryLength: usize = 20;
const socketPlusOne: usize = 24;
const outcome: usize = 28;
const deadlineOffset: usize = 32;
const nameOffset: usize = 64;
const queryOffset: usize = nameOffset + nameCapacity;
const answerOffset: usize = queryOffset + queryCapacity;
const addressesOffset: usize = 2048;

const frames = memory.data(64, 4);
let inUse: u32 = 0; // a bit for each

/** Begins to look a name up: a number, or a negated error number; a family of 0 asks for both. */
export function beginLookup(name: usize, length: u32, family: u32): i32 {
  if (length == 0 || length >= nameCapacity) return -<i32>errno.noEntry;
  // Which servers there are is part of its configuration.
  if (config.usesOwnStack) startNetwork();
  const lookup = ctz(~inUse);
  if (lookup >= lookupLimit) return -<i32>errno.again;
  if (load<u32>(frames + lookup * 4) == 0) {
    store<u32>(frames + lookup * 4, <u32>allocateFrame());
    if (load<u32>(frames + lookup * 4) == 0) return -<i32>errno.noMemory;
  }
  inUse |= 1 << lookup;
  const frame = frameOf(lookup);
  memory.fill(frame, 0, nameOffset);
  memory.copy(frame + nameOffset, name, length);
  store<u32>(frame, length, nameLength);
  store<u32>(frame, family, wantedFamily);
  if (!answerAtOnce(frame)) {
    store<u32>(frame, family == ipv6 ? ipv6 : ipv4, askedFamily);
    ask(frame);
  }
  return lookup;
}

/** Goes on with a lookup: 0 when it needs more time, 1 when it has addresses, else an error. */
export function stepLookup(lookup: u32): i32 {
  const frame = frameOf(lookup);
  if (load<i32>(frame, outcome) == 0) {
    receive(frame);
    const isOpen = load<i32>(frame, outcome) == 0;
    if (isOpen && monotonicTime() >= load<u64>(frame, deadlineOffset)) askAgain(frame);
  }
  return load<i32>(frame, outcome);
}

/** The monotonic time in nanoseconds at which to step the lookup if nothing else happens. */
export function lookupDeadline(lookup: u32): u64 {
  return load<u64>(frameOf(lookup), deadlineOffset);
}

/** How many addresses it found. */
export function lookupCount(lookup: u32): u32 {
  return load<u32>(frameOf(lookup), found);
}

/** One of them, with port 0. */
export function lookupAddress(lookup: u32, index: u32): usize {
  return frameOf(lookup) + addressesOffset + index * addressBytes;
}

/** Ends a lookup, whether it is done or not. */
export function endLookup(lookup: u32): void {
  closeQuestion(frameOf(lookup));
  inUse &= ~(1 << lookup);
}

/** Numbers, and names that the host knows itself, need no server. */
function answerAtOnce(frame: usize): bool {
  const addresses = frame + addressesOffset;
  const name = frame + nameOffset;
  const length = load<u32>(frame, nameLength);
  let count: u32 = 1;
  if (!parseAddress(name, length, addresses)) {
    count = hostsAddresses(name, length, addresses, addressLimit);
  }
  if (count == 0) return false;
  count = keepFamily(addresses, count, load<u32>(frame, wantedFamily));
  store<u32>(frame, count, found);
  store<i32>(frame, count == 0 ? -<i32>errno.noEntry : 1, outcome);
  return true;
}

function keepFamily(addresses: usize, count: u32, family: u32): u32 {
  if (family == 0) return count;
  let kept: u32 = 0;
  for (let index: u32 = 0; index < count; index++) {
    const address = addresses + index * addressBytes;
    if (familyOf(address) != family) continue;
    memory.copy(addresses + kept * addressBytes, address, addressBytes);
    kept++;
  }
  return kept;
}

/** Asks the server whose turn it is, from a socket and with a number of the question's own. */
function ask(frame: usize): void {
  closeQuestion(frame);
  const attempt = load<u32>(frame, tries);
  if (attempt >= serverCount() * roundLimit) {
    finish(frame, -<i32>errno.again);
    return;
  }
  const length = writeQuery(
    frame + queryOffset, <u32>randomBits() & 0xffff,
    frame + nameOffset, load<u32>(frame, nameLength), load<u32>(frame, askedFamily),
  );
  if (length == 0) {
    finish(frame, -<i32>errno.noEntry);
    return;
  }
  store<u32>(frame, length, queryLength);
  const server = serverAddress(attempt % serverCount());
  const timeout = firstTimeout << (attempt / serverCount());
  store<u64>(frame, monotonicTime() + timeout, deadlineOffset);
  const socket = openSocket(familyOf(server), datagramType);
  if (socket < 0) return;
  store<u32>(frame, socket + 1, socketPlusOne);
  // What fails here fails like silence: the next server is asked when the time is over.
  if (connectSocket(socket, server, false) == 0) sendBytes(socket, frame + queryOffset, length, 0);
}

function askAgain(frame: usize): void {
  store<u32>(frame, load<u32>(frame, tries) + 1, tries);
  ask(frame);
}

function receive(frame: usize): void {
  for (;;) {
    const socket = load<u32>(frame, socketPlusOne);
    if (socket == 0 || (readinessOf(socket - 1) & readable) == 0) return;
    const answer = frame + answerOffset;
    const length = receiveBytes(socket - 1, answer, answerCapacity, 0);
    if (length < 0) {
      // Refused: nobody serves there.
      if (length != -<i64>errno.again) askAgain(frame);
      return;
    }
    if (take(frame, <u32>length)) return;
  }
}

/** Takes an answer; false when it was none and another may come. */
function take(frame: usize, length: u32): bool {
  const known = load<u32>(frame, found);
  const result = readAnswer(
    frame + answerOffset, length, frame + queryOffset, load<u32>(frame, queryLength),
    frame + addressesOffset + known * addressBytes, addressLimit - known,
  );
  if (result == serverFailure) {
    askAgain(frame);
    return true;
  }
  if (result < 0 && result != noSuchName) return false;
  const count = known + max(result, 0);
  store<u32>(frame, count, found);
  const wantsMore = load<u32>(frame, wantedFamily) == 0 && load<u32>(frame, askedFamily) == ipv4;
  if (wantsMore && result != noSuchName) {
    store<u32>(frame, ipv6, askedFamily);
    store<u32>(frame, 0, tries);
    ask(frame);
    return true;
  }
  finish(frame, count == 0 ? -<i32>errno.noEntry : 1);
  return true;
}

/** An answer for one family is good enough when the other one cannot be had. */
function finish(frame: usize, result: i32): void {
  closeQuestion(frame);
  store<i32>(frame, load<u32>(frame, found) != 0 ? 1 : result, outcome);
}

function closeQuestion(frame: usize): void {
  const socket = load<u32>(frame, socketPlusOne);
  store<u32>(frame, 0, socketPlusOne);
  if (socket != 0) closeSocket(socket - 1);
}

function frameOf(lookup: u32): usize {
  return load<u32>(frames + lookup * 4);
}
