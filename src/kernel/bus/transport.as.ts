// One virtio device as a driver reaches it, over memory-mapped registers or PCI (virtio 1.2, 4.1,
// 4.2): status, features, queues, configuration. Functions branch on the device's kind.
import {
  mmioConfigurationGeneration,
  mmioEnableQueue,
  mmioNotifyAddress,
  mmioQueueSizeLimit,
  mmioTakeInterrupt,
  MmioTransport,
} from "./virtio-mmio.as";
import * as mmio from "../base/machine/mmio.as";
import {
  pciConfigurationGeneration,
  pciEnableQueue,
  pciNotifyAddress,
  pciQueueSizeLimit,
  pciTakeInterrupt,
  PciTransport,
} from "./virtio-pci.as";
import { mmioKind, Transport } from "./transport-record.as";

/** How often a field is read again because the device changed its configuration meanwhile. */
const generationLimit: u32 = 16;

/** The device's status (2.1). */
export function readStatus(transport: Transport): u32 {
  if (transport.kind == mmioKind) return changetype<MmioTransport>(transport).readStatus();
  return changetype<PciTransport>(transport).readStatus();
}

/** Sets the device's status; 0 asks for a reset. */
export function writeStatus(transport: Transport, status: u32): void {
  if (transport.kind == mmioKind) changetype<MmioTransport>(transport).writeStatus(status);
  else changetype<PciTransport>(transport).writeStatus(status);
}

/** The most descriptors that a queue may have; 0 when there is no such queue. */
export function queueSizeLimit(transport: Transport, queue: u32): u32 {
  if (transport.kind == mmioKind) return mmioQueueSizeLimit(transport, queue);
  return pciQueueSizeLimit(transport, queue);
}

/** Gives the device a queue's three areas; false when it does not take the queue. */
export function enableQueue(
  transport: Transport, queue: u32, size: u32, descriptors: usize, available: usize, used: usize,
): bool {
  if (transport.kind == mmioKind) {
    return mmioEnableQueue(transport, queue, size, descriptors, available, used);
  }
  return pciEnableQueue(transport, queue, size, descriptors, available, used);
}

/** Where a queue's notifications are written; 0 when the device gives no possible place. */
export function notifyAddress(transport: Transport, queue: u32): u64 {
  if (transport.kind == mmioKind) return mmioNotifyAddress(transport);
  return pciNotifyAddress(transport, queue);
}

/** Notifies the device of new buffers in a queue (2.3). */
@inline
export function notifyDevice(transport: Transport, address: u64, queue: u32): void {
  if (transport.kind == mmioKind) mmio.write32(address, queue);
  else mmio.write16(address, queue);
}

/** Acknowledges the device's interrupt, so that the next one is seen; its bits (4.1.4.5). */
export function takeInterrupt(transport: Transport): u32 {
  return transport.kind == mmioKind ? mmioTakeInterrupt(transport) : pciTakeInterrupt(transport);
}

/** A byte of the device's configuration; 0 beyond its end. */
export function configuration8(transport: Transport, offset: u32): u32 {
  if (offset >= transport.configurationBytes) return 0;
  return mmio.read8(transport.configuration + offset) & 0xff;
}

/** Sixteen bits of the device's configuration; 0 beyond its end. */
export function configuration16(transport: Transport, offset: u32): u32 {
  if (offset + 2 > transport.configurationBytes) return 0;
  return mmio.read16(transport.configuration + offset) & 0xffff;
}

/** 32 bits of the device's configuration; 0 beyond its end. */
export function configuration32(transport: Transport, offset: u32): u32 {
  if (offset + 4 > transport.configurationBytes) return 0;
  return mmio.read32(transport.configuration + offset);
}

/**
 * 64 bits of the device's configuration, read as two halves that belong together (2.5.3); 0 when
 * they are not all there.
 */
export function configuration64(transport: Transport, offset: u32): u64 {
  if (offset + 8 > transport.configurationBytes) return 0;
  const field = transport.configuration + offset;
  let value: u64 = 0;
  let attempt: u32 = 0;
  let isOther = true;
  do {
    const before = configurationGeneration(transport);
    value = <u64>mmio.read32(field) | (<u64>mmio.read32(field + 4) << 32);
    isOther = configurationGeneration(transport) != before;
  } while (isOther & (++attempt < generationLimit));
  return value;
}

function configurationGeneration(transport: Transport): u32 {
  if (transport.kind == mmioKind) return mmioConfigurationGeneration(transport);
  return pciConfigurationGeneration(transport);
}
