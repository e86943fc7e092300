// Sockets that are open before the app starts: those that a supervisor handed over (LISTEN_FDS, as
// sd_listen_fds(3) tells), then TSUKI_LISTEN=[address:]port[/udp],... They are sockets 0, 1, 2 ...
import * as config from "../base/config.as";
import * as errno from "../base/errno.as";
import { putBytes, putText } from "../base/line.as";
import { text } from "../base/text.as";
import { beginMessage, endMessage } from "../console/message.as";
import { copySetting, tooLong } from "../launch/setting.as";
import { allocateZeroedFrame } from "../memory/frames.as";
import {
  linuxAdoptInherited,
  linuxInheritedCount,
  linuxInheritedFamily,
  linuxInheritedType,
  linuxOpenListener,
} from "../platform/linux/listeners.as";
import { nodeOpenListener } from "../platform/node/listeners.as";
import { familyOf, ipv4, ipv6, portOf, setPort, setUnspecified } from "./address.as";
import {
  behindColon,
  entryEnd,
  entryEndWithoutType,
  entryType,
  parsePort,
  publishedHostPort,
  readHostAddress,
  reportMalformed,
} from "./settings.as";
import { reuseOption } from "./socket-options.as";
import { openStackListener } from "./stack-sockets.as";
import { setPublishedPort, streamType, typeOf } from "./socket-table.as";
import {
  adoptListener,
  bindSocket,
  closeSocket,
  listenOnSocket,
  localAddress,
  openSocket,
  setSocketOption,
} from "./sockets.as";

const valueCapacity: u32 = 2048;

const backlog: u32 = 4096; // the host bounds it
const claimLimit: u32 = 64;

let count: u32 = 0;
let inheritedCount: u32 = 0;
let claimed: u64 = 0; // a bit for each
let address: usize = 0;

/** How many there are: sockets 0 to count - 1. */
export function listenerCount(): u32 {
  return count;
}

/**
 * Takes one for a JavaScript program, which knows no descriptors: the one of the port that it asks
 * for, or else the first that was handed over; -1 when there is none.
 */
export function claimListener(type: u32, wanted: usize): i32 {
  if (config.appKind != config.javaScriptEngine || address == 0) return -1;
  const port = portOf(wanted);
  let found: i32 = -1;
  for (let socket: u32 = 0; socket < min(count, claimLimit); socket++) {
    if ((claimed >> socket & 1) != 0 || typeOf(socket) != type) continue;
    const isItsPort = localAddress(socket, address) == 0 && portOf(address) == port;
    if (isItsPort || (found < 0 && socket < inheritedCount)) found = socket;
    if (isItsPort) break;
  }
  if (found >= 0) claimed |= <u64>1 << found;
  return found;
}

/** A socket that listens at an address: a new one, or for JavaScript one that does already. */
export function listenAt(wanted: usize): i32 {
  const open = claimListener(streamType, wanted);
  if (open >= 0) return open;
  const socket = openSocket(familyOf(wanted), streamType);
  if (socket < 0) return socket;
  setSocketOption(socket, reuseOption, 1);
  let result = bindSocket(socket, wanted);
  if (result == 0) result = listenOnSocket(socket, backlog);
  if (result == 0) return socket;
  closeSocket(socket);
  return result;
}

/** Opens them; false, with a line that says why, when one cannot be opened. */
export function openListeners(): bool {
  if (config.platform == config.linux && !config.usesOwnStack) adoptInherited();
  const frame = allocateZeroedFrame();
  if (frame == 0) return true;
  address = frame + valueCapacity;
  const length = copySetting(text("TSUKI_LISTEN"), frame, valueCapacity);
  if (length < 0) return length != tooLong;
  for (let start = frame, end = frame + length; start < end; ) {
    const stop = entryEnd(start, end);
    if (!openEntry(start, stop)) return false;
    start = stop + 1;
  }
  return true;
}

function adoptInherited(): void {
  const inherited = linuxInheritedCount();
  for (let index: u32 = 0; index < inherited; index++) {
    const handle = linuxAdoptInherited(index);
    if (handle < 0) continue;
    const family = linuxInheritedFamily(<u32>handle);
    keep(family, linuxInheritedType(<u32>handle), <u32>handle);
  }
  inheritedCount = count;
}

function openEntry(start: usize, end: usize): bool {
  const type = entryType(start, end);
  const stop = entryEndWithoutType(start, end);
  const colon = behindColon(start, stop);
  const port = parsePort(colon, stop);
  const isAnywhere = colon == start;
  if (port < 0 || (!isAnywhere && !readHostAddress(start, colon - 1, address))) {
    reportMalformed(text("TSUKI_LISTEN"), start, end);
    return false;
  }
  const hostPort = publishedHostPort(type, port);
  let handle: i64 = -<i64>errno.familyNotSupported;
  if (isAnywhere) {
    // IPv6 takes IPv4, too, where the host has it.
    setUnspecified(address, ipv6, hostPort);
    handle = openListener(type);
    if (handle < 0 && handle != -<i64>errno.addressInUse) {
      setUnspecified(address, ipv4, hostPort);
      handle = openListener(type);
    }
  } else {
    setPort(address, hostPort);
    handle = openListener(type);
  }
  if (handle < 0) {
    reportFailure(start, end, <u32>-handle);
    return false;
  }
  const socket = keep(familyOf(address), type, <u32>handle);
  if (hostPort != port) setPublishedPort(socket, port);
  return true;
}

function openListener(type: u32): i64 {
  if (config.usesOwnStack) return openStackListener(type, address);
  if (config.platform == config.linux) return linuxOpenListener(type, address);
  if (config.platform == config.node) return nodeOpenListener(type, address);
  return -<i64>errno.notSupported;
}

function keep(family: u32, type: u32, handle: u32): u32 {
  const socket = adoptListener(family, type, handle);
  if (socket >= 0) count++;
  return socket;
}

function reportFailure(start: usize, end: usize, error: u32): void {
  beginMessage(text("cannot listen on "));
  putBytes(start, <u32>(end - start));
  if (error == errno.addressInUse) {
    putText(text(": port in use; stop what has it or choose another"));
  } else if (error == errno.accessDenied) {
    putText(text(": not permitted; ports below 1024 need root"));
  } else {
    putText(text(": the host has no such address"));
  }
  endMessage();
}
