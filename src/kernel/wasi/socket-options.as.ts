// WasmEdge's sock_getsockopt and sock_setsockopt. Level 0 has its options, levels 6 (TCP) and 41
// (IPv6) have Linux's. Values are i32, except struct timeval (two i64) of timeouts and struct
// linger (two i32).
import * as errno from "../base/errno.as";
import * as app from "../base/machine/app.as";
import { isAppRange } from "../memory/app-memory.as";
import {
  ipv6OnlyOption,
  keepAliveCountOption,
  keepAliveIdleOption,
  keepAliveIntervalOption,
  lingerOption,
  noDelayOption,
  receiveTimeoutOption,
  sendTimeoutOption,
  userTimeoutOption,
} from "../net/socket-options.as";
import { setSocketOption, socketOption } from "../net/sockets.as";
import { objectOf } from "./descriptors.as";
import { checkSocket } from "./socket.as";

const largestOption: u32 = 14;
const unknownOption: u32 = 0xffff_ffff;
const longestTimeout: u64 = 1 << 32; // seconds

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
    app.store32(value, <u32>setting);
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
  if (option == unknownOption) return errno.noSuchOption;
  if (size < lengthOf(option)) return errno.invalid;
  if (!isAppRange(value, lengthOf(option))) return errno.fault;
  let setting: i64 = <i32>app.load32(value);
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

function optionOf(level: u32, name: u32): u32 {
  if (level == 0 && name <= largestOption) return name;
  if (level == 6) return tcpOptionOf(name);
  return level == 41 && name == 26 ? ipv6OnlyOption : unknownOption;
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
