// What the command line says about devices, numbers decimal or hexadecimal; nothing else counts.
// - virtio_mmio.device=<size>@<address>:<interrupt line>[:<number>], as Linux has it and monitors
//   write it, the size with K or M behind it.
// - tsuki.ecam=<address>: PCI's configuration space in memory, where no ports lead there.
import { beginWord, endsWord, passByte, takeByte, takeNumber } from "../base/word.as";

const wordLimit: u32 = 32;
const words = memory.data(512, 8); // wordLimit times u64 address, u32 size, u32 line
let count: u32 = 0;
let configurationSpace: u64 = 0;

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

/** Notes where PCI's configuration space lies; false when the word's value is malformed. */
export function noteConfigurationSpace(pointer: usize): bool {
  beginWord(pointer);
  const address = takeNumber();
  if (!endsWord()) return false;
  configurationSpace = address;
  return true;
}

/**
 * Notes the device of a word's value, which ends with a blank or a NUL; one too many is left out.
 * False when it is malformed.
 */
export function noteDeviceWord(pointer: usize): bool {
  beginWord(pointer);
  const number = takeNumber();
  const size = number << takeSuffix();
  passByte(0x40);
  const address = takeNumber();
  passByte(0x3a);
  const line = takeNumber();
  if (takeByte(0x3a)) takeNumber();
  const isTooLarge = ((number | size) > 0xffff_ffff) | (line > 0xff);
  if (isTooLarge | !endsWord()) return false;
  noteDevice(address, <u32>size, <u32>line);
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

/** The bits by which K or M shifts a number. */
function takeSuffix(): u64 {
  if (takeByte(0x4b)) return 10;
  return takeByte(0x4d) ? 20 : 0;
}
