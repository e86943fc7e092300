// Sockets that a Linux process opens, or was handed, before it seals itself: the calls it makes for
// them are not among those it may make later.
import { text } from "../../base/text.as";
import * as host from "../../base/machine/host.as";
import { copyVariable } from "../../launch/strings.as";
import { familyOf, ipv4, ipv6 } from "../../net/address.as";
import { datagramType, streamType } from "../../net/socket-table.as";
import { failure } from "./errors.as";
import { scratchSpace } from "./readiness.as";
import { hostFamily, writeHostAddress } from "./socket-address.as";

const close = 3;
const getpid = 39;
const socket = 41;
const bind = 49;
const listen = 50;
const setsockopt = 54;
const getsockopt = 55;
const fcntl = 72;

const openFlags: u32 = 0x8_0800; // SOCK_CLOEXEC | SOCK_NONBLOCK
const setStatusFlags: u64 = 4; // F_SETFL
const nonBlocking: u64 = 0x800; // O_NONBLOCK
const socketLevel: u64 = 1;
const typeName: u64 = 3; // SO_TYPE
const domainName: u64 = 39; // SO_DOMAIN
const reuseName: u64 = 2; // SO_REUSEADDR
const backlog: u64 = 4096; // the host bounds it
const firstInherited: u32 = 3;
const inheritedLimit: u32 = 64;
const digitLimit: u32 = 16;

const digits = memory.data(16);

/** Opens a socket that listens, or takes datagrams: a host descriptor or a negated error number. */
export function linuxOpenListener(type: u32, address: usize): i64 {
  const family = familyOf(address);
  const hostType: u32 = type == streamType ? 1 : 2;
  const opened = host.setup(socket, hostFamily(family), hostType | openFlags, 0, 0, 0, 0);
  if (opened < 0) return failure(opened);
  const buffer = scratchSpace();
  store<u32>(buffer, 1);
  if (type == streamType) host.setup(setsockopt, opened, socketLevel, reuseName, buffer, 4, 0);
  const length = writeHostAddress(buffer, address, family);
  let result = host.setup(bind, opened, buffer, length, 0, 0, 0);
  if (result == 0 && type == streamType) result = host.setup(listen, opened, backlog, 0, 0, 0, 0);
  if (result == 0) return opened;
  host.setup(close, opened, 0, 0, 0, 0, 0);
  return failure(result);
}

/** How many descriptors were handed to this very process (LISTEN_FDS, LISTEN_PID). */
export function linuxInheritedCount(): u32 {
  const process = numberOf(text("LISTEN_PID"));
  if (process == 0 || process != host.setup(getpid, 0, 0, 0, 0, 0, 0)) return 0;
  return min(<u32>numberOf(text("LISTEN_FDS")), inheritedLimit);
}

/** Takes one over: its number, or a negated error number when it is no socket. */
export function linuxAdoptInherited(index: u32): i64 {
  const descriptor: u64 = firstInherited + index;
  if (option(<u32>descriptor, typeName) < 0) return -1;
  return host.setup(fcntl, descriptor, setStatusFlags, nonBlocking, 0, 0, 0) < 0 ? -1 : descriptor;
}

/** Its type. */
export function linuxInheritedType(descriptor: u32): u32 {
  return option(descriptor, typeName) == 2 ? datagramType : streamType;
}

/** Its family. */
export function linuxInheritedFamily(descriptor: u32): u32 {
  return option(descriptor, domainName) == 10 ? ipv6 : ipv4;
}

function option(descriptor: u32, name: u64): i64 {
  const value = scratchSpace();
  store<u32>(value, 0);
  store<u32>(value, 4, 4);
  const result = host.setup(getsockopt, descriptor, socketLevel, name, value, value + 4, 0);
  return result < 0 ? result : load<i32>(value);
}

/** A variable's decimal number; 0 when it has none. */
function numberOf(name: usize): i64 {
  const length = copyVariable(name, digits, digitLimit);
  let value: i64 = 0;
  for (let index = 0; index < length; index++) {
    const digit = <u32>load<u8>(digits + index) - 0x30;
    if (digit > 9) return 0;
    value = value * 10 + digit;
  }
  return value;
}
