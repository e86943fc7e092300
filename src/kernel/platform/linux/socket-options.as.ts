// Socket options as Linux has them (socket(7), tcp(7), ipv6(7)).
import * as errno from "../../base/errno.as";
import * as host from "../../base/machine/host.as";
import { byteCount, bytesOf, familyOf, ipv6 } from "../../net/address.as";
import {
  broadcastOption,
  errorOption,
  groupHopLimitOption,
  groupInterfaceOption,
  groupLoopOption,
  hopLimitOption,
  ipv6OnlyOption,
  keepAliveCountOption,
  keepAliveIdleOption,
  keepAliveIntervalOption,
  keepAliveOption,
  lingerOption,
  noDelayOption,
  receiveBufferOption,
  reuseOption,
  sendBufferOption,
  trafficClassOption,
  userTimeoutOption,
  wholeOption,
} from "../../net/socket-options.as";
import { familyOfSocket, handleOf } from "../../net/socket-table.as";
import { failure } from "./errors.as";
import { scratchSpace } from "./readiness.as";

const setsockopt = 54;
const getsockopt = 55;

const socketLevel: u32 = 1;
const tcpLevel: u32 = 6;
const ipLevel: u32 = 0;
const ipv6Level: u32 = 41;
const discoverName: u32 = 10; // IP_MTU_DISCOVER
const mayFragment: i64 = 1; // IP_PMTUDISC_WANT
const neverFragments: i64 = 2; // IP_PMTUDISC_DO
const unknownName: u32 = 0;

/** An option's value, or a negated error number. */
export function linuxOption(socket: u32, option: u32): i64 {
  const name = nameOf(socket, option);
  if (name == unknownName) return -<i64>errno.noSuchOption;
  const value = scratchSpace();
  const length = value + 16;
  store<u64>(value, 0);
  store<u32>(length, option == lingerOption ? 8 : 4);
  const outcome = host.call(
    getsockopt, handleOf(socket), levelOf(socket, option), name, value, length, 0,
  );
  if (outcome < 0) return failure(outcome);
  if (option == lingerOption) return load<u32>(value) == 0 ? -1 : load<u32>(value, 4);
  const number: i64 = load<i32>(value);
  if (name == discoverName) return <i64>(number >= neverFragments);
  if (option != errorOption) return number;
  return load<u32>(value) == 0 ? 0 : -failure(-<i64>load<u32>(value));
}

/** Sets an option. */
export function linuxSetOption(socket: u32, option: u32, setting: i64): i64 {
  const name = nameOf(socket, option);
  if (name == unknownName || option == errorOption) return -<i64>errno.noSuchOption;
  const value = scratchSpace();
  store<u32>(value, option == lingerOption ? <u32>(setting >= 0) : <u32>setting);
  if (name == discoverName) store<u32>(value, <u32>(setting == 0 ? mayFragment : neverFragments));
  store<u32>(value, <u32>setting, 4);
  const length: u64 = option == lingerOption ? 8 : 4;
  const outcome = host.call(
    setsockopt, handleOf(socket), levelOf(socket, option), name, value, length, 0,
  );
  return outcome < 0 ? failure(outcome) : 0;
}

/** Joins a group or leaves it: struct ip_mreqn, or struct ipv6_mreq. */
export function linuxSetMembership(
  socket: u32, group: usize, own: usize, numberPlusOne: u32, joins: bool,
): i64 {
  const value = scratchSpace();
  const isLong = familyOf(group) == ipv6;
  memory.copy(value, bytesOf(group), byteCount(familyOf(group)));
  if (isLong) store<u32>(value, numberPlusOne, 16);
  else {
    store<u32>(value, load<u32>(bytesOf(own)), 4);
    store<u32>(value, numberPlusOne, 8);
  }
  const level = isLong ? ipv6Level : ipLevel;
  const name: u32 = isLong ? (joins ? 20 : 21) : joins ? 35 : 36;
  const outcome = host.call(
    setsockopt, handleOf(socket), level, name, value, isLong ? 20 : 12, 0,
  );
  return outcome < 0 ? failure(outcome) : 0;
}

function levelOf(socket: u32, option: u32): u32 {
  if (option >= hopLimitOption) return familyOfSocket(socket) == ipv6 ? ipv6Level : ipLevel;
  if (option == noDelayOption || option >= keepAliveIdleOption) return tcpLevel;
  return option == ipv6OnlyOption ? ipv6Level : socketLevel;
}

function nameOf(socket: u32, option: u32): u32 {
  const isLong = familyOfSocket(socket) == ipv6;
  switch (option) {
    case hopLimitOption: return isLong ? 16 : 2;
    case groupHopLimitOption: return isLong ? 18 : 33;
    case groupLoopOption: return isLong ? 19 : 34;
    case groupInterfaceOption: return isLong ? 17 : unknownName;
    case trafficClassOption: return isLong ? 67 : 1;
    case wholeOption: return isLong ? 62 : 10;
    case reuseOption: return 2;
    case errorOption: return 4;
    case broadcastOption: return 6;
    case sendBufferOption: return 7;
    case receiveBufferOption: return 8;
    case keepAliveOption: return 9;
    case lingerOption: return 13;
    case noDelayOption: return 1;
    case ipv6OnlyOption: return 26;
    case keepAliveIdleOption: return 4;
    case keepAliveIntervalOption: return 5;
    case keepAliveCountOption: return 6;
    case userTimeoutOption: return 18;
    default: return unknownName;
  }
}
