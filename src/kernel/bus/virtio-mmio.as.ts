// Virtio over memory-mapped registers, version 2 (virtio 1.2, 4.2.2).
import * as mmio from "../base/machine/mmio.as";
import { mapRegisters } from "../memory/registers.as";
import { legacyFailure } from "./failures.as";
import { mmioKind, Transport } from "./transport-record.as";
import { readHalves, writeAddress, writeHalves } from "./wide-registers.as";

const magicValue: u64 = 0x000;
const version: u64 = 0x004;
const deviceIdentifier: u64 = 0x008;
const deviceFeatures: u64 = 0x010;
const deviceFeaturesSelect: u64 = 0x014;
const driverFeatures: u64 = 0x020;
const driverFeaturesSelect: u64 = 0x024;
const queueSelect: u64 = 0x030;
const queueSizeMaximum: u64 = 0x034;
const queueSize: u64 = 0x038;
const queueReady: u64 = 0x044;
const queueNotify: u64 = 0x050;
const interruptStatus: u64 = 0x060;
const interruptAcknowledge: u64 = 0x064;
const status: u64 = 0x070;
const queueDescriptors: u64 = 0x080;
const queueDriverArea: u64 = 0x090;
const queueDeviceArea: u64 = 0x0a0;
const configurationGeneration: u64 = 0x0fc;
const configuration: u32 = 0x100;

const magic: u32 = 0x7472_6976;
const supportedVersion: u32 = 2;

/** No device has more registers and configuration, in bytes. */
const mmioBytesLimit: u32 = 0x1_0000;

/** Fills in the record of a device at an address; false when none answers there. */
export function openMmio(transport: Transport, address: u64, lengthBytes: u32, line: u32): bool {
  if (lengthBytes <= configuration || lengthBytes > mmioBytesLimit) return false;
  if (!mapRegisters(address, lengthBytes)) return false;
  const mark = mmio.read32(address + magicValue);
  const type = mmio.read32(address + deviceIdentifier);
  // An empty slot: "the device id 0 denotes no function" (4.2.2).
  if (mark != magic || type == 0) return false;
  transport.kind = mmioKind;
  transport.deviceType = type;
  transport.registers = address;
  transport.configuration = address + configuration;
  transport.configurationBytes = lengthBytes - configuration;
  transport.interruptLine = line;
  const isSupported = mmio.read32(address + version) == supportedVersion;
  transport.failure = select<u32>(0, legacyFailure, isSupported);
  return true;
}

/** A device with memory-mapped registers, as `negotiate` speaks to it. */
@unmanaged
export class MmioTransport extends Transport {
  /** The device's status. */
  @inline
  readStatus(): u32 {
    return mmio.read32(this.registers + status) & 0xff;
  }

  /** Sets the device's status. */
  @inline
  writeStatus(value: u32): void {
    mmio.write32(this.registers + status, value);
  }

  /** The features that the device offers. */
  @inline
  offeredFeatures(): u64 {
    return readHalves(this.registers + deviceFeaturesSelect, this.registers + deviceFeatures);
  }

  /** Tells the device which of its features are used. */
  @inline
  acceptFeatures(features: u64): void {
    const registers = this.registers;
    writeHalves(registers + driverFeaturesSelect, registers + driverFeatures, features);
  }
}

/** The most descriptors that a queue may have; 0 when there is no such queue. */
export function mmioQueueSizeLimit(transport: Transport, queue: u32): u32 {
  mmio.write32(transport.registers + queueSelect, queue);
  return mmio.read32(transport.registers + queueSizeMaximum);
}

/** Gives the device a queue's three areas; false when the queue is in use. */
export function mmioEnableQueue(
  transport: Transport, queue: u32, size: u32, descriptors: usize, available: usize, used: usize,
): bool {
  const registers = transport.registers;
  mmio.write32(registers + queueSelect, queue);
  if (mmio.read32(registers + queueReady) != 0) return false;
  mmio.write32(registers + queueSize, size);
  writeAddress(registers + queueDescriptors, descriptors);
  writeAddress(registers + queueDriverArea, available);
  writeAddress(registers + queueDeviceArea, used);
  mmio.write32(registers + queueReady, 1);
  return mmio.read32(registers + queueReady) == 1;
}

/** Where all notifications are written. */
export function mmioNotifyAddress(transport: Transport): u64 {
  return transport.registers + queueNotify;
}

/** Acknowledges the device's interrupts and returns them. */
export function mmioTakeInterrupt(transport: Transport): u32 {
  const pending = mmio.read32(transport.registers + interruptStatus) & 3;
  if (pending != 0) mmio.write32(transport.registers + interruptAcknowledge, pending);
  return pending;
}

/** A number that changes whenever the configuration does. */
export function mmioConfigurationGeneration(transport: Transport): u32 {
  return mmio.read32(transport.registers + configurationGeneration);
}
