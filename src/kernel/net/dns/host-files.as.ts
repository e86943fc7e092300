// What the host says of names: /etc/hosts (hosts(5)) and the servers of /etc/resolv.conf
// (resolv.conf(5)), read before the seal.
import * as config from "../../base/config.as";
import * as node from "../../base/machine/node.as";
import { text } from "../../base/text.as";
import { allocateFrames, frameBytes } from "../../memory/frames.as";
import { linuxReadFile } from "../../platform/linux/host-files.as";
import {
  addressBytes,
  bytesOf,
  copyAddress,
  ipv4,
  setPort,
  setUnspecified,
} from "../address.as";
import { parseAddress } from "../address-text.as";
import { leaseResolver } from "../dhcp/lease.as";

const fileFrames: u32 = 4;
const fileCapacity: u32 = fileFrames * frameBytes;
const serverLimit: u32 = 3;
const domainPort: u32 = 53;
const localName = memory.data<u8>([108, 111, 99, 97, 108, 104, 111, 115, 116]); // localhost

const namedServers = memory.data(64, 8); // room for serverLimit addresses
let hosts: usize = 0;
let hostsLength: u32 = 0;
let servers: usize = 0;
let serversKnown: u32 = 0;

/** Reads both files, as far as there is room. */
export function readHostFiles(): void {
  hosts = allocateFrames(fileFrames);
  const settings = allocateFrames(fileFrames);
  if (hosts == 0 || settings == 0) return;
  hostsLength = readFile(0, hosts);
  readServers(settings, readFile(1, settings));
}

/** Has one more server asked; false when there are enough. */
export function addServer(address: usize): bool {
  if (serversKnown == serverLimit) return false;
  if (servers == 0) servers = namedServers;
  const place = servers + serversKnown * addressBytes;
  copyAddress(place, address);
  setPort(place, domainPort);
  serversKnown++;
  return true;
}

/** How many servers there are to ask: those of DHCP's leases when nobody has named others. */
export function serverCount(): u32 {
  if (serversKnown != 0 || !config.usesOwnStack) return serversKnown;
  let count: u32 = 0;
  while (count < serverLimit && leaseResolver(count) != 0) count++;
  return count;
}

/** The address of a server. */
export function serverAddress(index: u32): usize {
  if (config.usesOwnStack && serversKnown == 0) {
    const place = namedServers + index * addressBytes;
    setUnspecified(place, ipv4, domainPort);
    store<u32>(bytesOf(place), bswap<u32>(leaseResolver(index)));
    return place;
  }
  return servers + index * addressBytes;
}

/** Looks a name up in /etc/hosts: how many addresses it wrote, with port 0, at most `limit`. */
export function hostsAddresses(name: usize, length: u32, addresses: usize, limit: u32): u32 {
  let found: u32 = 0;
  const end = hosts + hostsLength;
  for (let line = hosts; line < end && found < limit; ) {
    const stop = lineEnd(line, end);
    const first = wordEnd(line, stop);
    if (first > line && hasWord(first, stop, name, length)) {
      const isAddress = parseAddress(line, <u32>(first - line), addresses + found * addressBytes);
      if (isAddress) found++;
    }
    line = stop + 1;
  }
  if (found != 0 || !isSame(name, length, localName, 9)) return found;
  const loopback = text("127.0.0.1");
  return <u32>parseAddress(loopback, 9, addresses);
}

/** Every line "nameserver address". */
function readServers(file: usize, length: u32): void {
  const keyword = text("nameserver");
  servers = file; // each line is longer than the address that takes its place
  const end = file + length;
  for (let line = file; line < end && serversKnown < serverLimit; ) {
    const stop = lineEnd(line, end);
    const first = wordEnd(line, stop);
    const start = skipBlanks(first, stop);
    const size = <u32>(wordEnd(start, stop) - start);
    const isServer = isSame(line, <u32>(first - line), keyword, 10);
    // The line is read before it is written over: a server never stands behind its own line.
    if (isServer && parseAddress(start, size, scratch)) {
      setPort(scratch, domainPort);
      memory.copy(servers + serversKnown * addressBytes, scratch, addressBytes);
      serversKnown++;
    }
    line = stop + 1;
  }
}

const scratch = memory.data(20, 8);

/** Where a line ends: its line feed, a comment, or the end of the file. */
function lineEnd(start: usize, end: usize): usize {
  while (start < end && load<u8>(start) != 10) start++;
  return start;
}

function skipBlanks(start: usize, end: usize): usize {
  while (start < end && isBlank(load<u8>(start))) start++;
  return start;
}

function wordEnd(start: usize, end: usize): usize {
  while (start < end && !isBlank(load<u8>(start)) && load<u8>(start) != 0x23) start++;
  return start;
}

function isBlank(byte: u32): bool {
  return byte == 32 || byte == 9 || byte == 13;
}

function hasWord(start: usize, end: usize, name: usize, length: u32): bool {
  while (start < end) {
    start = skipBlanks(start, end);
    const stop = wordEnd(start, end);
    if (stop == start) return false; // a comment
    if (isSame(start, <u32>(stop - start), name, length)) return true;
    start = stop;
  }
  return false;
}

/** Whether two texts are the same but for the case of their letters. */
function isSame(first: usize, firstLength: u32, second: usize, secondLength: u32): bool {
  if (firstLength != secondLength) return false;
  for (let index: u32 = 0; index < firstLength; index++) {
    const one = <u32>load<u8>(first + index);
    const two = <u32>load<u8>(second + index);
    if (one != two && ((one | 0x20) != (two | 0x20) || (one | 0x20) - 0x61 >= 26)) return false;
  }
  return true;
}

function readFile(which: u32, buffer: usize): u32 {
  if (config.platform == config.linux) {
    const path = which == 0 ? text("/etc/hosts") : text("/etc/resolv.conf");
    return linuxReadFile(path, buffer, fileCapacity);
  }
  return config.platform == config.node ? node.hostFile(which, buffer, fileCapacity) : 0;
}
