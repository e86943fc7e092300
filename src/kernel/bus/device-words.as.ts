// What the command line says about devices, numbers decimal or hexadecimal; nothing else counts.
// - virtio_mmio.device=<size>@<address>:<interrupt line>[:<number>], as Linux has it and monitors
//   write it, the size with K or M behind it.
// - tsuki.ecam=<address>: PCI's configuration space in memory, where no ports lead there.

const wordLimit: u32 = 32;
const words = memory.data(512, 8); // wordLimit times u64 address, u32 size, u32 line
let count: u32 = 0;
let configurationSpace: u64 = 0;

// Where the reading of a word is, and what was read last.
let place: usize = 0;
let limit: u64 = 0;
let number: u64 = 0;

/** How many devices were named. */
export function namedDeviceCount(): u32 {
  return count;
}

/** Address of a named device's registers. */
export function namedAddress(index: u32): u64 {
  return load<u64>(words + index * 16);
}

/** Bytes of its registers. */
export function namedBytes(index: u32): u32 {
  return load<u32>(words + index * 16, 8);
}

/** Its interrupt line. */
export function namedLine(index: u32): u32 {
  return load<u32>(words + index * 16, 12);
}

/** Where PCI's configuration space lies in memory, 0 when nobody says. */
export function namedConfigurationSpace(): u64 {
  return configurationSpace;
}

/**
 * Notes where PCI's configuration space lies; the value ends as that of `noteDeviceWord` does.
 * False when it is malformed.
 */
export function noteConfigurationSpace(pointer: usize, end: u64): bool {
  place = pointer;
  limit = end;
  if (!readNumber() || !endsWord()) return false;
  configurationSpace = number;
  return true;
}

/**
 * Notes the device of a word's value, which ends with a blank, a NUL, or at `end`; one too many is
 * left out. False when it is malformed.
 */
export function noteDeviceWord(pointer: usize, end: u64): bool {
  place = pointer;
  limit = end;
  if (!readNumber()) return false;
  const size = number << readSuffix();
  if (!takeByte(0x40) || !readNumber()) return false;
  const address = number;
  if (!takeByte(0x3a) || !readNumber() || size > 0xffff_ffff || number > 0xff) return false;
  const line = <u32>number;
  if (takeByte(0x3a) && !readNumber()) return false;
  if (!endsWord()) return false;
  noteDevice(address, <u32>size, line);
  return true;
}

/** Notes a device that somebody else names; one too many is left out. */
export function noteDevice(address: u64, lengthBytes: u32, line: u32): void {
  if (count == wordLimit) return;
  const entry = words + count * 16;
  store<u64>(entry, address);
  store<u32>(entry, lengthBytes, 8);
  store<u32>(entry, line, 12);
  count++;
}

/** Reads digits, at least one and at most what 60 bits hold. */
function readNumber(): bool {
  number = 0;
  const isHexadecimal = nextByte() == 0x30 && byteAt(place + 1) == 0x78;
  if (isHexadecimal) place += 2;
  const base: u32 = isHexadecimal ? 16 : 10;
  const start = place;
  for (; digitOf(nextByte()) < base; place++) {
    if (number >> 56 != 0) return false;
    number = number * base + digitOf(nextByte());
  }
  return place != start;
}

/** The bits by which K or M shifts a number. */
function readSuffix(): u64 {
  if (takeByte(0x4b)) return 10;
  return takeByte(0x4d) ? 20 : 0;
}

/** A digit's value, 16 for what is none. */
function digitOf(byte: u32): u32 {
  if (byte - 0x30 < 10) return byte - 0x30;
  const letter = (byte | 0x20) - 0x61;
  return letter < 6 ? letter + 10 : 16;
}

function endsWord(): bool {
  return nextByte() == 0 || nextByte() == 0x20;
}

function takeByte(byte: u32): bool {
  if (nextByte() != byte) return false;
  place++;
  return true;
}

function nextByte(): u32 {
  return byteAt(place);
}

function byteAt(pointer: usize): u32 {
  return <u64>pointer < limit ? load<u8>(pointer) : 0;
}
