// 64-bit values by registers of 32 bits, as both of virtio's transports have them (virtio 1.2,
// 4.1.4.3 and 4.2.2).
import * as mmio from "../base/machine/mmio.as";

/** Reads the halves of a value, of which a register shows the one that another selects. */
@inline
export function readHalves(select: u64, register: u64): u64 {
  mmio.write32(select, 0);
  const low = mmio.read32(register);
  mmio.write32(select, 1);
  return <u64>low | (<u64>mmio.read32(register) << 32);
}

/** Writes the halves of a value to a register, each once another has selected it. */
@inline
export function writeHalves(select: u64, register: u64, value: u64): void {
  mmio.write32(select, 0);
  mmio.write32(register, <u32>value);
  mmio.write32(select, 1);
  mmio.write32(register, <u32>(value >> 32));
}

/** Writes the address of something in the kernel's memory, low half first. */
export function writeAddress(register: u64, pointer: usize): void {
  mmio.write32(register, <u32>pointer);
  mmio.write32(register + 4, 0);
}
