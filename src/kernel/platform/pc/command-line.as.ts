// The kernel's command line: words with a value (contracts/control-channel.ts).
import * as config from "../../base/config.as";
import { text } from "../../base/text.as";
import { noteConfigurationSpace, noteDeviceWord } from "../../bus/device-words.as";
import {
  networkWord,
  networkWordCount,
  noteNetworkWord,
} from "../../net/configuration.as";
import { complain } from "./complaint.as";
import { noteDiskWord } from "./disks.as";

/** No more of a command line is read, in bytes. */
export const commandLineLimit: u32 = 4096;

let time: u64 = 0;

/** The wall clock at launch in nanoseconds since 1970, 0 when not given. */
export function launchTime(): u64 {
  return time;
}

/** Reads a command line, which ends with a NUL or where the limit is. */
export function readCommandLine(pointer: usize): void {
  const last = <u64>pointer + commandLineLimit;
  while (byteAt(pointer, last) != 0) {
    const value = valueOf(text("tsuki.time="), pointer, last);
    if (value != 0) readTime(value, last);
    if (config.findsDevices) readDeviceWord(pointer, last);
    if (config.opensSockets) readNetworkWord(pointer, last);
    if (config.opensFiles) readDiskWord(pointer, last);
    while (!endsWord(byteAt(pointer, last))) pointer++;
    while (byteAt(pointer, last) == 0x20) pointer++;
  }
}

function readTime(pointer: usize, last: u64): void {
  time = readDecimal(pointer, last);
  if (time == 0) complain(text("the command line's tsuki.time= is not nanoseconds since 1970"));
}

function readDeviceWord(pointer: usize, last: u64): void {
  const device = valueOf(text("virtio_mmio.device="), pointer, last);
  if (device != 0 && !noteDeviceWord(device, last)) {
    complain(text("the command line's virtio_mmio.device= is not <size>@<address>:<line>"));
  }
  const space = valueOf(text("tsuki.ecam="), pointer, last);
  if (space != 0 && !noteConfigurationSpace(space, last)) {
    complain(text("the command line's tsuki.ecam= is no address"));
  }
}

function readDiskWord(pointer: usize, last: u64): void {
  const value = valueOf(text("tsuki.disk="), pointer, last);
  if (value != 0 && !noteDiskWord(value, last)) {
    complain(text("the command line's tsuki.disk= is not <path>[,ro][,id=<name>]"));
  }
}

function readNetworkWord(pointer: usize, last: u64): void {
  for (let place: u32 = 0; place < networkWordCount; place++) {
    const value = valueOf(networkWord(place), pointer, last);
    if (value != 0) noteNetworkWord(place, value, last);
  }
}

/** The byte at a pointer, 0 at the end. */
function byteAt(pointer: usize, last: u64): u32 {
  return <u64>pointer < last ? load<u8>(pointer) : 0;
}

function endsWord(byte: u32): bool {
  return byte == 0 || byte == 0x20;
}

/** Where the value begins if the word at a pointer has this name, else 0. */
function valueOf(name: usize, pointer: usize, last: u64): usize {
  for (; load<u8>(name) != 0; name++, pointer++) {
    if (byteAt(pointer, last) != load<u8>(name)) return 0;
  }
  return pointer;
}

/** A decimal number that a blank or the end follows; 0 for anything else or too large a number. */
function readDecimal(pointer: usize, last: u64): u64 {
  let value: u64 = 0;
  for (let digits = 0; digits < 20; digits++, pointer++) {
    const byte = byteAt(pointer, last);
    if (endsWord(byte)) return value;
    if (byte < 0x30 || byte > 0x39 || value >= 922_337_203_685_477_580) return 0;
    value = value * 10 + (byte - 0x30);
  }
  return 0;
}
