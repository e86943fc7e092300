// Who is asked for names, and how: what /etc/resolv.conf says (resolv.conf(5)), or the settings of
// a network of one's own, or else what DHCP and routers tell (RFC 2132, 3.8; RFC 8106).
import * as config from "../../base/config.as";
import { text } from "../../base/text.as";
import { addressBytes, bytesOf, copyAddress, ipv4, setPort, setUnspecified } from "../address.as";
import { parseAddress } from "../address-text.as";
import { leaseDomain, leaseDomainBytes, leaseResolver } from "../dhcp/lease.as";
import {
  advertisedDomain,
  advertisedDomainBytes,
  advertisedResolver,
} from "../ip/advertised-names.as";
import { interfaceLimit } from "../link/interfaces.as";
import { fromStackAddress } from "../stack-socket.as";
import { isWord, lineEnd, skipBlanks, wordEnd } from "./words.as";

const serverLimit: u32 = 3;
const domainLimit: u32 = 6;
const domainCapacity: u32 = 255; // and a byte of length before it
const domainPort: u32 = 53;
const dotsLimit: u32 = 15;
const secondsLimit: u32 = 30;
const attemptsLimit: u32 = 5;

const servers = memory.data(80, 8); // serverLimit addresses, and room for one that is told
let serversKnown: u32 = 0;
const domains = memory.data(1536); // domainLimit times 256 bytes
let domainsKnown: u32 = 0;
let dots: u32 = 1;
let seconds: u32 = 2;
let attemptsOfServer: u32 = 2;

/** Has one more server asked; false when there are enough. */
export function addServer(address: usize): bool {
  if (serversKnown == serverLimit) return false;
  const place = servers + serversKnown * addressBytes;
  copyAddress(place, address);
  setPort(place, domainPort);
  serversKnown++;
  return true;
}

/** Has names completed by one more domain; false when there are enough, or it is too long. */
export function addSearchDomain(start: usize, length: u32): bool {
  if (domainsKnown == domainLimit || length == 0 || length >= domainCapacity) return false;
  const place = domains + domainsKnown * 256;
  store<u8>(place, length);
  memory.copy(place + 1, start, length);
  domainsKnown++;
  return true;
}

/** How many servers there are to ask: those that the network tells of when nobody has named any. */
export function serverCount(now: u64): u32 {
  if (serversKnown != 0 || !config.usesOwnStack) return serversKnown;
  let count: u32 = 0;
  while (count < serverLimit && toldServer(count, now) != 0) count++;
  return count;
}

/** The address of a server. */
export function serverAddress(index: u32, now: u64): usize {
  if (config.usesOwnStack && serversKnown == 0) return toldServer(index, now);
  return servers + index * addressBytes;
}

/** A server of a lease, then of a router's advertisement; 0 when there are no more. */
function toldServer(index: u32, now: u64): usize {
  const place = servers + serverLimit * addressBytes;
  let leased: u32 = 0;
  while (leaseResolver(leased) != 0) {
    if (leased == index) {
      setUnspecified(place, ipv4, domainPort);
      store<u32>(bytesOf(place), bswap<u32>(leaseResolver(index)));
      return place;
    }
    leased++;
  }
  const advertised = advertisedResolver(index - leased, now);
  if (advertised == 0) return 0;
  fromStackAddress(advertised, domainPort, place);
  return place;
}

/** How many domains complete a name. */
export function domainCount(now: u64): u32 {
  if (domainsKnown != 0 || !config.usesOwnStack) return domainsKnown;
  let count: u32 = 0;
  while (count < domainLimit && domainBytes(count, now) != 0) count++;
  return count;
}

/** Where the text of a domain is. */
export function domainStart(index: u32, now: u64): usize {
  if (domainsKnown != 0) return domains + index * 256 + 1;
  const number = leasedDomain(index);
  if (number < interfaceLimit) return leaseDomain(number);
  return advertisedDomain(index - leasedDomains(), now);
}

/** How many bytes it has. */
export function domainBytes(index: u32, now: u64): u32 {
  if (domainsKnown != 0) return index < domainsKnown ? load<u8>(domains + index * 256) : 0;
  const number = leasedDomain(index);
  if (number < interfaceLimit) return leaseDomainBytes(number);
  return advertisedDomainBytes(index - leasedDomains(), now);
}

/** The interface whose lease has the domain with a place; `interfaceLimit` for none. */
function leasedDomain(index: u32): u32 {
  for (let number: u32 = 0; number < interfaceLimit; number++) {
    if (leaseDomainBytes(number) == 0) continue;
    if (index == 0) return number;
    index--;
  }
  return interfaceLimit;
}

function leasedDomains(): u32 {
  let count: u32 = 0;
  while (leasedDomain(count) != interfaceLimit) count++;
  return count;
}

/** A name with fewer dots is completed before it is asked for as it is. */
export function completedDots(): u32 {
  return dots;
}

/** How often each server is asked. */
export function attemptCount(): u32 {
  return attemptsOfServer;
}

/** Nanoseconds that a server has to answer, of the first round; later ones have twice as many. */
export function firstTimeout(): u64 {
  return <u64>seconds * 1_000_000_000;
}

/** Takes what the text of /etc/resolv.conf says. */
export function readResolverFile(file: usize, length: u32): void {
  const end = file + length;
  for (let line = file; line < end; ) {
    const stop = lineEnd(line, end);
    const first = wordEnd(line, stop);
    const size = <u32>(first - line);
    if (isWord(line, size, text("nameserver"), 10)) readServer(first, stop);
    else if (isWord(line, size, text("search"), 6)) readDomains(first, stop, domainLimit);
    else if (isWord(line, size, text("domain"), 6)) readDomains(first, stop, 1);
    else if (isWord(line, size, text("options"), 7)) readOptions(first, stop);
    line = stop + 1;
  }
}

const scratch = memory.data(20, 8);

function readServer(start: usize, end: usize): void {
  start = skipBlanks(start, end);
  const length = <u32>(wordEnd(start, end) - start);
  if (parseAddress(start, length, scratch)) addServer(scratch);
}

/** The last line that names domains is that which counts. */
function readDomains(start: usize, end: usize, limit: u32): void {
  domainsKnown = 0;
  for (start = skipBlanks(start, end); domainsKnown < limit; start = skipBlanks(start, end)) {
    const stop = wordEnd(start, end);
    if (stop == start) return;
    addSearchDomain(start, <u32>(stop - start));
    start = stop;
  }
}

function readOptions(start: usize, end: usize): void {
  for (start = skipBlanks(start, end); ; start = skipBlanks(start, end)) {
    const stop = wordEnd(start, end);
    if (stop == start) return;
    let colon = start;
    while (colon < stop && load<u8>(colon) != 0x3a) colon++;
    const value = numberAt(colon + 1, stop);
    const size = <u32>(colon - start);
    if (isWord(start, size, text("ndots"), 5)) dots = min(value, dotsLimit);
    if (isWord(start, size, text("timeout"), 7)) seconds = max(min(value, secondsLimit), 1);
    if (isWord(start, size, text("attempts"), 8)) {
      attemptsOfServer = max(min(value, attemptsLimit), 1);
    }
    start = stop;
  }
}

function numberAt(start: usize, end: usize): u32 {
  let value: u32 = 0;
  for (; start < end && <u32>load<u8>(start) - 0x30 < 10 && value < 1000; start++) {
    value = value * 10 + <u32>load<u8>(start) - 0x30;
  }
  return value;
}
