// Lookups of names. Each is begun, stepped whenever a socket is ready or its deadline has come, and
// ended. A name is tried as it is and completed by the domains to search; for each such name the
// families are asked for one after the other, of one server after another, several times; an answer
// that is too long for a datagram is asked for again by TCP.
import * as config from "../../base/config.as";
import * as errno from "../../base/errno.as";
import { allocateFrame, frameBytes } from "../../memory/frames.as";
import { randomBits } from "../../random/random.as";
import { monotonicTime } from "../../time/clock.as";
import { addressBytes, familyOf, ipv4, ipv6 } from "../address.as";
import { parseAddress } from "../address-text.as";
import { isConfiguring } from "../configuring.as";
import { startNetwork } from "../network.as";
import { datagramType, readable, readinessOf, streamType, writable } from "../socket-table.as";
import { closeSocket, connectSocket, openSocket, receiveBytes, sendBytes } from "../sockets.as";
import { cacheAddresses, cachedAbsence, findCached, notCached } from "./cache.as";
import { hostsAddresses } from "./hosts.as";
import {
  addExtension,
  answerSeconds,
  extensionBytes,
  noSuchName,
  notAnAnswer,
  notUnderstood,
  queryCapacity,
  readAnswer,
  wantsStream,
  writeQuery,
} from "./message.as";
import {
  attemptCount,
  completedDots,
  domainBytes,
  domainCount,
  domainStart,
  firstTimeout,
  serverAddress,
  serverCount,
} from "./resolvers.as";

const lookupLimit: u32 = 16;
const addressLimit: u32 = 16;
const nameCapacity: u32 = 256;
const answerCapacity: u32 = 1232; // so much comes whole everywhere (RFC 9715, appendix B)
const configurationPause: u64 = 20_000_000; // between looks whether there is a server to ask

/** A lookup, at the start of its frame; what is at the offsets below follows. */
@unmanaged
class Lookup {
  deadline: u64;
  nameBytes: u32;
  /** 0 for both. */
  wantedFamily: u32;
  askedFamily: u32;
  /** Which of the names that the name may stand for is being asked for. */
  candidate: u32;
  candidateBytes: u32;
  tries: u32;
  found: u32;
  /** Bytes of the question without its extension. */
  queryBytes: u32;
  /** Bytes of what is sent. */
  messageBytes: u32;
  /** Whether a server does not understand extensions. */
  isPlain: bool;
  socketPlusOne: u32;
  /** 0 while it goes on, 1 when it has addresses, or a negated error number. */
  outcome: i32;
  /** Whether it waits for this host to be told of a server. */
  awaitsServer: bool;
  /** Whether the question is asked by TCP; then, what was sent of it, and what came. */
  isStream: bool;
  sentBytes: u32;
  receivedBytes: u32;
  /** A frame for answers by TCP; 0 until one is needed. */
  streamFrame: usize;
}

const nameOffset: usize = 96;
const candidateOffset: usize = nameOffset + nameCapacity;
const queryLengthOffset: usize = candidateOffset + nameCapacity; // two bytes, as TCP has them
const queryOffset: usize = queryLengthOffset + 2;
const answerOffset: usize = queryOffset + queryCapacity;
const addressesOffset: usize = answerOffset + answerCapacity;

const frames = memory.data(64, 4);
let inUse: u32 = 0; // a bit for each

/** Begins to look a name up: a number, or a negated error number; a family of 0 asks for both. */
export function beginLookup(name: usize, length: u32, family: u32): i32 {
  if (length == 0 || length >= nameCapacity) return -<i32>errno.noEntry;
  // Which servers there are is part of its configuration.
  if (config.usesOwnStack) startNetwork();
  const number = ctz(~inUse);
  if (number >= lookupLimit) return -<i32>errno.again;
  if (load<u32>(frames + number * 4) == 0) {
    const frame = allocateFrame();
    if (frame == 0) return -<i32>errno.noMemory;
    memory.fill(frame, 0, nameOffset);
    store<u32>(frames + number * 4, <u32>frame);
  }
  inUse |= 1 << number;
  const lookup = lookupOf(number);
  const kept = lookup.streamFrame;
  memory.fill(changetype<usize>(lookup), 0, nameOffset);
  lookup.streamFrame = kept;
  lookup.nameBytes = length;
  lookup.wantedFamily = family;
  memory.copy(changetype<usize>(lookup) + nameOffset, name, length);
  if (!answerAtOnce(lookup)) tryCandidate(lookup);
  return number;
}

/** Goes on with a lookup: 0 when it needs more time, 1 when it has addresses, else an error. */
export function stepLookup(number: u32): i32 {
  const lookup = lookupOf(number);
  if (lookup.outcome == 0) {
    if (lookup.isStream) receiveStream(lookup);
    else receive(lookup);
    if (lookup.outcome == 0 && monotonicTime() >= lookup.deadline) askAgain(lookup);
  }
  return lookup.outcome;
}

/** The monotonic time in nanoseconds at which to step the lookup if nothing else happens. */
export function lookupDeadline(number: u32): u64 {
  return lookupOf(number).deadline;
}

/** How many addresses it found. */
export function lookupCount(number: u32): u32 {
  return lookupOf(number).found;
}

/** One of them, with port 0. */
export function lookupAddress(number: u32, index: u32): usize {
  return addressOf(lookupOf(number), index);
}

/** Ends a lookup, whether it is done or not. */
export function endLookup(number: u32): void {
  closeQuestion(lookupOf(number));
  inUse &= ~(1 << number);
}

function lookupOf(number: u32): Lookup {
  return changetype<Lookup>(<usize>load<u32>(frames + number * 4));
}

function addressOf(lookup: Lookup, index: u32): usize {
  return changetype<usize>(lookup) + addressesOffset + index * addressBytes;
}

/** Numbers, and names that the host knows itself, need no server. */
function answerAtOnce(lookup: Lookup): bool {
  const addresses = addressOf(lookup, 0);
  const name = changetype<usize>(lookup) + nameOffset;
  const length = lookup.nameBytes;
  const family = lookup.wantedFamily;
  let count: u32 = 1;
  if (!parseAddress(name, length, addresses)) {
    count = hostsAddresses(name, length, family, addresses, addressLimit);
  }
  if (count == 0) return false;
  lookup.found = keepFamily(addresses, count, family);
  lookup.outcome = lookup.found == 0 ? -<i32>errno.noEntry : 1;
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

/** Asks for the next of the names that the name may stand for, or ends. */
function tryCandidate(lookup: Lookup): void {
  if (!makeCandidate(lookup, monotonicTime())) {
    finish(lookup, -<i32>errno.noEntry);
    return;
  }
  tryFamily(lookup, lookup.wantedFamily == ipv6 ? ipv6 : ipv4);
}

/**
 * Writes the name to ask for (resolv.conf(5), ndots): one with enough dots first as it is, another
 * one last; between, completed by each domain; false when there are no more.
 */
function makeCandidate(lookup: Lookup, now: u64): bool {
  const name = changetype<usize>(lookup) + nameOffset;
  const target = changetype<usize>(lookup) + candidateOffset;
  const length = lookup.nameBytes;
  const isWhole = load<u8>(name + length - 1) == 0x2e;
  const domains: u32 = isWhole ? 0 : domainCount(now);
  if (lookup.candidate > domains) return false;
  const comesFirst = isWhole || dotsOf(name, length) >= completedDots();
  memory.copy(target, name, length);
  lookup.candidateBytes = length - <u32>isWhole;
  if (lookup.candidate == (comesFirst ? 0 : domains)) return true;
  const domain = comesFirst ? lookup.candidate - 1 : lookup.candidate;
  const bytes = domainBytes(domain, now);
  if (length + 1 + bytes >= nameCapacity) {
    lookup.candidateBytes = 0; // no name: the next one's turn
    return true;
  }
  store<u8>(target + length, 0x2e);
  memory.copy(target + length + 1, domainStart(domain, now), bytes);
  lookup.candidateBytes = length + 1 + bytes;
  return true;
}

function dotsOf(name: usize, length: u32): u32 {
  let dots: u32 = 0;
  for (let index: u32 = 0; index < length; index++) dots += <u32>(load<u8>(name + index) == 0x2e);
  return dots;
}

/** Looks for a family in the cache, or asks for it. */
function tryFamily(lookup: Lookup, family: u32): void {
  lookup.askedFamily = family;
  lookup.tries = 0;
  const known = findCached(
    changetype<usize>(lookup) + candidateOffset, lookup.candidateBytes, family,
    addressOf(lookup, lookup.found), addressLimit - lookup.found, monotonicTime(),
  );
  if (known == notCached) ask(lookup);
  else takeResult(lookup, known == cachedAbsence ? noSuchName : known);
}

/** Asks the server whose turn it is, from a socket and with a number of the question's own. */
function ask(lookup: Lookup): void {
  closeQuestion(lookup);
  const now = monotonicTime();
  const servers = serverCount(now);
  lookup.awaitsServer = servers == 0 && config.usesOwnStack && isConfiguring(now);
  if (lookup.awaitsServer) {
    lookup.deadline = now + configurationPause;
    return;
  }
  if (lookup.tries >= servers * attemptCount()) {
    finish(lookup, -<i32>errno.again);
    return;
  }
  const query = changetype<usize>(lookup) + queryOffset;
  lookup.queryBytes = writeQuery(
    query, <u32>randomBits() & 0xffff,
    changetype<usize>(lookup) + candidateOffset, lookup.candidateBytes, lookup.askedFamily,
  );
  if (lookup.queryBytes == 0) {
    takeResult(lookup, noSuchName);
    return;
  }
  lookup.messageBytes = lookup.queryBytes;
  // Whoever was silent to all may be one who drops what is extended (RFC 6891, 6.2.2).
  if (!lookup.isPlain && lookup.tries < servers) {
    addExtension(query, lookup.queryBytes, answerCapacity);
    lookup.messageBytes += extensionBytes;
  }
  openQuestion(lookup, datagramType, now);
}

/** What fails here fails like silence: the next server is asked when the time is over. */
function openQuestion(lookup: Lookup, type: u32, now: u64): void {
  const servers = serverCount(now);
  const server = serverAddress(lookup.tries % servers, now);
  lookup.deadline = now + (firstTimeout() << <u64>(lookup.tries / servers));
  const socket = openSocket(familyOf(server), type);
  if (socket < 0) return;
  lookup.socketPlusOne = socket + 1;
  lookup.isStream = type == streamType;
  lookup.sentBytes = 0;
  lookup.receivedBytes = 0;
  const result = connectSocket(socket, server, false);
  if (result == -<i32>errno.networkUnreachable && config.usesOwnStack && isConfiguring(now)) {
    lookup.awaitsServer = true;
    lookup.deadline = now + configurationPause;
  } else if (result == 0 && type == datagramType) {
    const query = changetype<usize>(lookup) + queryOffset;
    sendBytes(socket, query, lookup.messageBytes, 0);
  }
}

function askAgain(lookup: Lookup): void {
  if (lookup.awaitsServer) {
    // Who tells of servers tells of domains, too.
    tryCandidate(lookup);
    return;
  }
  lookup.tries++;
  ask(lookup);
}

function receive(lookup: Lookup): void {
  for (;;) {
    const socket = lookup.socketPlusOne;
    if (socket == 0 || (readinessOf(socket - 1) & readable) == 0) return;
    const answer = changetype<usize>(lookup) + answerOffset;
    const length = receiveBytes(socket - 1, answer, answerCapacity, 0);
    if (length < 0) {
      // Refused: nobody serves there.
      if (length != -<i64>errno.again) askAgain(lookup);
      return;
    }
    if (takeAnswer(lookup, answer, <u32>length)) return;
  }
}

/** The same by TCP, where a message follows its length (RFC 1035, 4.2.2). */
function receiveStream(lookup: Lookup): void {
  if (lookup.socketPlusOne == 0) return;
  const socket = lookup.socketPlusOne - 1;
  const place = changetype<usize>(lookup) + queryLengthOffset;
  const total = lookup.messageBytes + 2;
  store<u16>(place, bswap<u16>(<u16>lookup.messageBytes));
  if (lookup.sentBytes < total && (readinessOf(socket) & writable) != 0) {
    const sent = sendBytes(socket, place + lookup.sentBytes, total - lookup.sentBytes, 0);
    if (sent > 0) lookup.sentBytes += <u32>sent;
    else if (sent != -<i64>errno.again) askAgain(lookup);
  }
  while (lookup.sentBytes == total && (readinessOf(socket) & readable) != 0) {
    const frame = lookup.streamFrame;
    const at = lookup.receivedBytes;
    const length = receiveBytes(socket, frame + at, frameBytes - at, 0);
    if (length <= 0) {
      if (length != -<i64>errno.again) askAgain(lookup);
      return;
    }
    lookup.receivedBytes += <u32>length;
    if (takeStreamAnswer(lookup)) return;
  }
}

/** Takes the answer once it is whole; of one that is longer than its frame, what is in there. */
function takeStreamAnswer(lookup: Lookup): bool {
  const frame = lookup.streamFrame;
  if (lookup.receivedBytes < 2) return false;
  const whole = min<u32>(bswap<u16>(load<u16>(frame)), frameBytes - 2);
  if (lookup.receivedBytes < whole + 2) return false;
  if (!takeAnswer(lookup, frame + 2, whole)) askAgain(lookup);
  return true;
}

/** Takes an answer; false when it was none and another may come. */
function takeAnswer(lookup: Lookup, answer: usize, length: u32): bool {
  const result = readAnswer(
    answer, length, changetype<usize>(lookup) + queryOffset, lookup.queryBytes,
    addressOf(lookup, lookup.found), addressLimit - lookup.found,
  );
  if (result == notAnAnswer) return false;
  if (result == wantsStream && !lookup.isStream) askByStream(lookup);
  else if (result == notUnderstood && lookup.messageBytes != lookup.queryBytes) askPlainly(lookup);
  else if (result < noSuchName) askAgain(lookup);
  else {
    remember(lookup, result);
    takeResult(lookup, result);
  }
  return true;
}

/** Asks the same server once more, without an extension. */
function askPlainly(lookup: Lookup): void {
  lookup.isPlain = true;
  ask(lookup);
}

function askByStream(lookup: Lookup): void {
  if (lookup.streamFrame == 0) lookup.streamFrame = allocateFrame();
  if (lookup.streamFrame == 0) {
    askAgain(lookup);
    return;
  }
  closeQuestion(lookup);
  openQuestion(lookup, streamType, monotonicTime());
}

function remember(lookup: Lookup, result: i32): void {
  cacheAddresses(
    changetype<usize>(lookup) + candidateOffset, lookup.candidateBytes, lookup.askedFamily,
    addressOf(lookup, lookup.found), <u32>max(result, 0), result == noSuchName,
    answerSeconds(), monotonicTime(),
  );
}

/** Goes on behind an answer: with the other family, the next name, or not at all. */
function takeResult(lookup: Lookup, result: i32): void {
  lookup.found += <u32>max(result, 0);
  const wantsMore = lookup.wantedFamily == 0 && lookup.askedFamily == ipv4;
  if (wantsMore && result != noSuchName) {
    tryFamily(lookup, ipv6);
  } else if (lookup.found != 0) {
    finish(lookup, 1);
  } else {
    lookup.candidate++;
    tryCandidate(lookup);
  }
}

/** An answer for one family is good enough when the other one cannot be had. */
function finish(lookup: Lookup, result: i32): void {
  closeQuestion(lookup);
  lookup.outcome = lookup.found != 0 ? 1 : result;
}

function closeQuestion(lookup: Lookup): void {
  const socket = lookup.socketPlusOne;
  lookup.socketPlusOne = 0;
  lookup.isStream = false;
  if (socket != 0) closeSocket(socket - 1);
}
