// WasmEdge's sock_getsockopt and sock_setsockopt. Level 0 has its options; levels 6 (TCP), 41
// (IPv6) and 256 (IPv4, which is 0 in Linux) have Linux's. Values are i32, except struct timeval
// (two i64) of timeouts, struct linger (two i32) and what names groups.
import * as errno from "../base/errno.as";
import * as app from "../base/machine/app.as";
import { isAppRange } from "../memory/app-memory.as";
import { byteCount, bytesOf, ipv4, ipv6, setUnspecified } from "../net/address.as";
import {
  groupHopLimitOption,
  groupInterfaceOption,
  groupLoopOption,
  hopLimitOption,
  ipv6OnlyOption,
  keepAliveCountOption,
  keepAliveIdleOption,
  keepAliveIntervalOption,
  lingerOption,
  noDelayOption,
  receiveTimeoutOption,
  sendTimeoutOption,
  trafficClassOption,
  userTimeoutOption,
  wholeOption,
} from "../net/socket-options.as";
import { setMembership, setSocketOption, socketOption } from "../net/sockets.as";
import { objectOf } from "./descriptors.as";
import { checkSocket } from "./socket.as";

const largestOption: u32 = 14;
const ipLevel: u32 = 256;
const discoverName: u32 = 10; // IP_MTU_DISCOVER
const neverFragments: i64 = 2; // IP_PMTUDISC_DO
const ipv6Level: u32 = 41;
const unknownOption: u32 = 0xffff_ffff;
const longestTimeout: u64 = 1 << 32; // seconds

const group = memory.data(20, 8);
const own = memory.data(20, 8);

/** sock_getsockopt: the value, as far as there is room, and its size. */
export function sock_getsockopt(
  descriptor: u32, level: u32, name: u32, value: u32, size: u32,
): u32 {
  const error = checkSocket(descriptor);
  if (error != 0) return error;
  const option = optionOf(level, name);
  if (option == unknownOption) return errno.noSuchOption;
  const length = lengthOf(option);
  if (!isAppRange(size, 4) || !isAppRange(value, length)) return errno.fault;
  if (app.load32(size) < length) return errno.invalid;
  const setting = socketOption(objectOf(descriptor), option);
  if (setting < (option == lingerOption ? -1 : 0)) return <u32>-setting;
  app.store32(size, length);
  if (isTimeout(option)) {
    app.store64(value, <u64>setting / 1_000_000_000);
    app.store64(value + 8, <u64>setting % 1_000_000_000 / 1000);
  } else if (option == lingerOption) {
    app.store32(value, <u32>(setting >= 0));
    app.store32(value + 4, setting < 0 ? 0 : <u32>setting);
  } else {
    const isDiscovery = level == ipLevel && name == discoverName;
    app.store32(value, isDiscovery ? <u32>setting + 1 : <u32>setting);
  }
  return errno.success;
}

/** sock_setsockopt. */
export function sock_setsockopt(
  descriptor: u32, level: u32, name: u32, value: u32, size: u32,
): u32 {
  const error = checkSocket(descriptor);
  if (error != 0) return error;
  const option = optionOf(level, name);
  if (option == unknownOption) return setMembershipOf(descriptor, level, name, value, size);
  // BSD's programs give options of groups in a byte.
  const isByte = size == 1 && level == ipLevel;
  if (size < lengthOf(option) && !isByte) return errno.invalid;
  if (!isAppRange(value, isByte ? 1 : lengthOf(option))) return errno.fault;
  let setting: i64 = isByte ? app.load8(value) : <i32>app.load32(value);
  if (level == ipLevel && name == discoverName) setting = <i64>(setting >= neverFragments);
  if (isTimeout(option)) {
    const seconds = app.load64(value);
    const microseconds = app.load64(value + 8);
    if (seconds > longestTimeout || microseconds >= 1_000_000) return errno.invalid;
    setting = seconds * 1_000_000_000 + microseconds * 1000;
  } else if (option == lingerOption) {
    setting = setting == 0 ? -1 : <i64>(app.load32(value + 4) & 0x7fff_ffff);
  }
  return -setSocketOption(objectOf(descriptor), option, setting);
}

/** IP_ADD_MEMBERSHIP and its like, with a struct ip_mreq, ip_mreqn or ipv6_mreq. */
function setMembershipOf(descriptor: u32, level: u32, name: u32, value: u32, size: u32): u32 {
  const isLong = level == ipv6Level;
  const first: u32 = isLong ? 20 : 35;
  if (level != ipv6Level && level != ipLevel || name - first > 1) return errno.noSuchOption;
  const least: u32 = isLong ? 20 : 8;
  if (size < least) return errno.invalid;
  if (!isAppRange(value, min<u32>(size, 20))) return errno.fault;
  const family = isLong ? ipv6 : ipv4;
  setUnspecified(group, family, 0);
  setUnspecified(own, family, 0);
  app.copyIn(bytesOf(group), value, byteCount(family));
  let number: u32 = 0;
  if (isLong) number = app.load32(value + 16);
  else {
    app.copyIn(bytesOf(own), value + 4, 4);
    if (size >= 12) number = app.load32(value + 8);
  }
  return -setMembership(objectOf(descriptor), group, own, number, name == first);
}

function optionOf(level: u32, name: u32): u32 {
  if (level == 0 && name <= largestOption) return name;
  if (level == 6) return tcpOptionOf(name);
  if (level == ipLevel) return ipOptionOf(name);
  return level == ipv6Level ? ipv6OptionOf(name) : unknownOption;
}

function ipOptionOf(name: u32): u32 {
  switch (name) {
    case 1: return trafficClassOption;
    case 2: return hopLimitOption;
    case discoverName: return wholeOption;
    case 33: return groupHopLimitOption;
    case 34: return groupLoopOption;
    default: return unknownOption;
  }
}

function ipv6OptionOf(name: u32): u32 {
  switch (name) {
    case 16: return hopLimitOption;
    case 17: return groupInterfaceOption;
    case 18: return groupHopLimitOption;
    case 19: return groupLoopOption;
    case 26: return ipv6OnlyOption;
    case 62: return wholeOption;
    case 67: return trafficClassOption;
    default: return unknownOption;
  }
}

function tcpOptionOf(name: u32): u32 {
  switch (name) {
    case 1: return noDelayOption;
    case 4: return keepAliveIdleOption;
    case 5: return keepAliveIntervalOption;
    case 6: return keepAliveCountOption;
    case 18: return userTimeoutOption;
    default: return unknownOption;
  }
}

function isTimeout(option: u32): bool {
  return option == receiveTimeoutOption || option == sendTimeoutOption;
}

function lengthOf(option: u32): u32 {
  if (isTimeout(option)) return 16;
  return option == lingerOption ? 8 : 4;
}
