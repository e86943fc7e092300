// Socket options as Linux has them (socket(7), tcp(7), ipv6(7)).
import * as errno from "../../base/errno.as";
import * as host from "../../base/machine/host.as";
import {
  broadcastOption,
  errorOption,
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
  userTimeoutOption,
} from "../../net/socket-options.as";
import { handleOf } from "../../net/socket-table.as";
import { failure } from "./errors.as";
import { scratchSpace } from "./readiness.as";

const setsockopt = 54;
const getsockopt = 55;

const socketLevel: u32 = 1;
const tcpLevel: u32 = 6;
const ipv6Level: u32 = 41;
const unknownName: u32 = 0;

/** An option's value, or a negated error number. */
export function linuxOption(socket: u32, option: u32): i64 {
  const name = nameOf(option);
  if (name == unknownName) return -<i64>errno.noSuchOption;
  const value = scratchSpace();
  const length = value + 16;
  store<u64>(value, 0);
  store<u32>(length, option == lingerOption ? 8 : 4);
  const outcome = host.call(
    getsockopt, handleOf(socket), levelOf(option), name, value, length, 0,
  );
  if (outcome < 0) return failure(outcome);
  if (option == lingerOption) return load<u32>(value) == 0 ? -1 : load<u32>(value, 4);
  if (option != errorOption) return load<i32>(value);
  return load<u32>(value) == 0 ? 0 : -failure(-<i64>load<u32>(value));
}

/** Sets an option. */
export function linuxSetOption(socket: u32, option: u32, setting: i64): i64 {
  const name = nameOf(option);
  if (name == unknownName || option == errorOption) return -<i64>errno.noSuchOption;
  const value = scratchSpace();
  store<u32>(value, option == lingerOption ? <u32>(setting >= 0) : <u32>setting);
  store<u32>(value, <u32>setting, 4);
  const length: u64 = option == lingerOption ? 8 : 4;
  const outcome = host.call(
    setsockopt, handleOf(socket), levelOf(option), name, value, length, 0,
  );
  return outcome < 0 ? failure(outcome) : 0;
}

function levelOf(option: u32): u32 {
  if (option == noDelayOption || option >= keepAliveIdleOption) return tcpLevel;
  return option == ipv6OnlyOption ? ipv6Level : socketLevel;
}

function nameOf(option: u32): u32 {
  switch (option) {
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
