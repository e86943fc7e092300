// tsuki-host tap NAME[,NAME...] [-a WORD] PROGRAM [ARGUMENT...]: opens tap devices, which are made
// unless they are there, and becomes the program. That finds the devices' descriptors in TSUKI_TAP,
// with commas between them (Linux, Documentation/networking/tuntap.rst; netdevice(7)).
import * as mmio from "../kernel/base/machine/mmio.as";
import * as host from "../kernel/base/machine/host.as";
import { text } from "../kernel/base/text.as";
import { argumentCount, argumentText, isArgument, textLength } from "./arguments.as";
import { execute } from "./execute.as";
import { failAbout, failByHost, failUsage, startFailure } from "./failure.as";

const open = 2;
const close = 3;
const ioctl = 16;
const socket = 41;

const readWrite: u64 = 2; // O_RDWR
const localFamily: u64 = 1; // AF_UNIX: any socket will do
const datagramType: u64 = 2;

const setInterface: u64 = 0x4004_54ca; // TUNSETIFF
const getFlags: u64 = 0x8913; // SIOCGIFFLAGS
const setFlags: u64 = 0x8914; // SIOCSIFFLAGS

const tapFlags: u32 = 0x5002; // IFF_TAP | IFF_NO_PI | IFF_VNET_HDR
const severalQueues: u32 = 0x100; // IFF_MULTI_QUEUE
const isUp: u32 = 1; // IFF_UP

const notPermitted: i64 = -1;
const noEntry: i64 = -2;
const noAddress: i64 = -6;
const accessDenied: i64 = -13;
const busy: i64 = -16;
const noDevice: i64 = -19;
const invalid: i64 = -22;

const nameIndex: u32 = 2;
const afterName: u32 = 3;
const nameLimit: u32 = 15;
const flagsOffset: usize = 16;

/** A kernel has so many network cards at most (contracts/inherited-descriptors.ts). */
const tapLimit: u32 = 3;
const comma: u32 = 0x2c;

const requestBytes: usize = 40;
const request = memory.data(40, 8); // struct ifreq: the name, then flags
const digits = memory.data(16);
const list = memory.data(64); // tapLimit numbers
let listEnd: usize = 0;

function tapUsage(): usize {
  return text("tsuki-host tap NAME[,NAME...] [-a WORD] PROGRAM [ARGUMENT...]");
}

/** Does it; ends the process where something is wrong. */
export function runTap(): void {
  const hasWord = argumentCount() > afterName && isArgument(afterName, text("-a"));
  const program: u32 = hasWord ? afterName + 2 : afterName;
  if (argumentCount() <= program) failUsage(tapUsage());
  let count: u32 = 0;
  listEnd = list;
  for (let name = argumentText(nameIndex), rest: u64 = 0; ; name = rest) {
    rest = cutName(name);
    if (count++ == tapLimit) {
      failAbout(name, text("is one tap too many: an image has three at most"), startFailure);
    }
    readName(name);
    const descriptor = openTap(name);
    bringUp(name);
    writeNumber(<u32>descriptor);
    if (rest == 0) break;
    store<u8>(listEnd++, comma);
  }
  execute(program, hasWord ? program - 1 : program, text("TSUKI_TAP="), list);
}

/** Ends the name at its comma; where the next one begins, 0 for none. */
function cutName(name: u64): u64 {
  for (let byte = mmio.read8(name); byte != 0; byte = mmio.read8(++name)) {
    if (byte != comma) continue;
    mmio.write8(name, 0);
    return name + 1;
  }
  return 0;
}

/** Puts a name into the request; Linux would take a "%d" in it for a number to be chosen. */
function readName(name: u64): void {
  const length = textLength(name);
  memory.fill(request, 0, requestBytes);
  if (length == 0 || length > nameLimit) {
    failAbout(name, text("a tap's name has 1 to 15 characters"), startFailure);
  }
  for (let index: u32 = 0; index < length; index++) {
    const byte = mmio.read8(name + index);
    const isSign = byte == 0x2d || byte == 0x2e || byte == 0x5f;
    const isLetter = (byte | 0x20) - 0x61 < 26;
    if (!isSign && !isLetter && byte - 0x30 > 9) {
      failAbout(name, text("a tap's name has letters, digits, -, . and _ only"), startFailure);
    }
    store<u8>(request + index, byte);
  }
}

function openTap(name: u64): i64 {
  const path = text("/dev/net/tun");
  const descriptor = host.setup(open, path, readWrite, 0, 0, 0, 0);
  if (descriptor == accessDenied || descriptor == notPermitted) {
    failAbout(path, text("may not be opened: run as root, or have it readable"), startFailure);
  }
  if (descriptor == noEntry || descriptor == noDevice || descriptor == noAddress) {
    failAbout(path, text("is missing: the host has no tap devices (modprobe tun)"), startFailure);
  }
  if (descriptor < 0) failByHost(path, text("cannot be opened"), descriptor);
  let result = attach(descriptor, tapFlags);
  // A device that was made for several queues is attached to by one of them.
  if (result == invalid) result = attach(descriptor, tapFlags | severalQueues);
  if (result == 0) return descriptor;
  if (result == notPermitted) {
    failAbout(name, needsOwner(), startFailure);
  }
  if (result == busy) failAbout(name, text("is in use by another program"), startFailure);
  if (result == invalid) failAbout(name, text("is there, and is no tap"), startFailure);
  failByHost(name, text("cannot be opened as a tap"), result);
  return result;
}

function needsOwner(): usize {
  return text("needs root (CAP_NET_ADMIN), or once: ip tuntap add dev NAME mode tap user USER");
}

function attach(descriptor: u64, flags: u32): i64 {
  store<u32>(request, flags, flagsOffset);
  return host.setup(ioctl, descriptor, setInterface, request, 0, 0, 0);
}

/** A device that was made just now is down, and nothing would pass. */
function bringUp(name: u64): void {
  const descriptor = host.setup(socket, localFamily, datagramType, 0, 0, 0, 0);
  let result = host.setup(ioctl, descriptor, getFlags, request, 0, 0, 0);
  const flags: u32 = load<u16>(request, flagsOffset);
  if (result == 0 && (flags & isUp) == 0) {
    store<u16>(request, <u16>(flags | isUp), flagsOffset);
    result = host.setup(ioctl, descriptor, setFlags, request, 0, 0, 0);
  }
  if (result == notPermitted) {
    failAbout(name, text("is down: let root do ip link set NAME up"), startFailure);
  }
  if (result < 0) failByHost(name, text("cannot be brought up"), result);
  host.setup(close, descriptor, 0, 0, 0, 0, 0);
}

function writeNumber(value: u32): void {
  let place = digits + 15;
  do {
    store<u8>(--place, 0x30 + value % 10);
    value /= 10;
  } while (value != 0);
  const length = digits + 15 - place;
  memory.copy(listEnd, place, length);
  listEnd += length;
}
