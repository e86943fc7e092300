// Virtio over PCI, the modern interface (virtio 1.2, 4.1): what a function's capabilities point to.
import * as mmio from "../base/machine/mmio.as";
import { Transport } from "./transport-record.as";
import { readHalves, writeAddress, writeHalves } from "./wide-registers.as";

// The common configuration (4.1.4.3).
const deviceFeatureSelect: u64 = 0x00;
const deviceFeature: u64 = 0x04;
const driverFeatureSelect: u64 = 0x08;
const driverFeature: u64 = 0x0c;
const configurationVector: u64 = 0x10;
const queueCount: u64 = 0x12;
const deviceStatus: u64 = 0x14;
const configurationGeneration: u64 = 0x15;
const queueSelect: u64 = 0x16;
const queueSize: u64 = 0x18;
const queueVector: u64 = 0x1a;
const queueEnable: u64 = 0x1c;
const queueNotifyOffset: u64 = 0x1e;
const queueDescriptors: u64 = 0x20;
const queueDriverArea: u64 = 0x28;
const queueDeviceArea: u64 = 0x30;

/** Bytes of the common configuration that every device has. */
export const commonConfigurationBytes: u32 = 0x38;

/** All messages are this one, for which the platform has one vector. */
const wakeMessage: u32 = 0;

/** A device on PCI, as `negotiate` speaks to it. */
@unmanaged
export class PciTransport extends Transport {
  /** The device's status. */
  @inline
  readStatus(): u32 {
    return mmio.read8(this.registers + deviceStatus) & 0xff;
  }

  /** Sets the device's status. */
  @inline
  writeStatus(value: u32): void {
    mmio.write8(this.registers + deviceStatus, value);
  }

  /** The features that the device offers. */
  @inline
  offeredFeatures(): u64 {
    return readHalves(this.registers + deviceFeatureSelect, this.registers + deviceFeature);
  }

  /** Tells the device which of its features are used. */
  @inline
  acceptFeatures(features: u64): void {
    const registers = this.registers;
    writeHalves(registers + driverFeatureSelect, registers + driverFeature, features);
  }
}

/** The most descriptors that a queue may have; 0 when there is no such queue. */
export function pciQueueSizeLimit(transport: Transport, queue: u32): u32 {
  const registers = transport.registers;
  if (queue >= (mmio.read16(registers + queueCount) & 0xffff)) return 0;
  mmio.write16(registers + queueSelect, queue);
  return mmio.read16(registers + queueSize) & 0xffff;
}

/** Gives the device a queue's three areas; false when the device does not take it. */
export function pciEnableQueue(
  transport: Transport, queue: u32, size: u32, descriptors: usize, available: usize, used: usize,
): bool {
  const registers = transport.registers;
  mmio.write16(registers + queueSelect, queue);
  if ((mmio.read16(registers + queueEnable) & 0xffff) != 0) return false;
  mmio.write16(registers + queueSize, size);
  if (transport.sendsMessages && !chooseMessages(registers)) return false;
  writeAddress(registers + queueDescriptors, descriptors);
  writeAddress(registers + queueDriverArea, available);
  writeAddress(registers + queueDeviceArea, used);
  mmio.write16(registers + queueEnable, 1);
  return (mmio.read16(registers + queueEnable) & 0xffff) == 1;
}

/** Has the device send messages, of which a reset has it forget; false when it does not. */
function chooseMessages(registers: u64): bool {
  mmio.write16(registers + configurationVector, wakeMessage);
  mmio.write16(registers + queueVector, wakeMessage);
  // A device without room for a vector says so here (4.1.5.1.2.2).
  return (mmio.read16(registers + configurationVector) & 0xffff) == wakeMessage &&
    (mmio.read16(registers + queueVector) & 0xffff) == wakeMessage;
}

/** Where a queue's notifications are written; 0 when that lies outside what the device has. */
export function pciNotifyAddress(transport: Transport, queue: u32): u64 {
  mmio.write16(transport.registers + queueSelect, queue);
  const place = <u64>(mmio.read16(transport.registers + queueNotifyOffset) & 0xffff);
  const offset = place * transport.notificationStride;
  if (offset + 2 > <u64>transport.notificationBytes) return 0;
  return transport.notifications + offset;
}

/** Acknowledges the device's interrupts, by reading them, and returns them. */
export function pciTakeInterrupt(transport: Transport): u32 {
  // A device that sends messages does not show them here.
  return transport.sendsMessages ? 0 : mmio.read8(transport.interruptStatus) & 3;
}

/** A number that changes whenever the configuration does. */
export function pciConfigurationGeneration(transport: Transport): u32 {
  return mmio.read8(transport.registers + configurationGeneration) & 0xff;
}
