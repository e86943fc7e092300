// Virtio devices among PCI functions: what their capabilities say (virtio 1.2, 4.1.4).
import { mapRegisters } from "../memory/registers.as";
import { registersFailure } from "./failures.as";
import { readConfiguration } from "./pci-configuration.as";
import { identityOffset } from "./pci-functions.as";
import { enableFunction, findRegion, regionAddress, regionBytes } from "./pci-regions.as";
import { pciKind, Transport } from "./transport-record.as";
import { commonConfigurationBytes } from "./virtio-pci.as";

const virtioVendor: u32 = 0x1af4;
const firstTransitional: u32 = 0x1000;
const firstModern: u32 = 0x1040;
const lastModern: u32 = 0x107f;

const statusOffset: u32 = 0x04;
const subsystemOffset: u32 = 0x2c;
const capabilitiesOffset: u32 = 0x34;
const hasCapabilities: u32 = 0x10_0000;
const firstCapability: u32 = 0x40;

/** Configuration space has room for so many capabilities: more of them are a circle. */
const capabilityLimit: u32 = 48;

const vendorCapability: u32 = 0x09;
const messageCapability: u32 = 0x11;

const commonType: u32 = 1;
const notifyType: u32 = 2;
const interruptType: u32 = 3;
const deviceType: u32 = 4;

const messageBytes: u32 = 16;
const configurationLimit: u32 = 0x1000;

/**
 * Fills in the record of a virtio device; false when the function is none. One whose registers
 * cannot be reached has a `failure`.
 */
export function openPci(transport: Transport, pciFunction: u32): bool {
  const type = virtioType(pciFunction);
  if (type == 0) return false;
  transport.kind = pciKind;
  transport.deviceType = type;
  transport.pciFunction = pciFunction;
  enableFunction(pciFunction);
  readCapabilities(transport);
  const isComplete = transport.registers != 0 && transport.notifications != 0 &&
    transport.interruptStatus != 0;
  if (!isComplete) transport.failure = registersFailure;
  return true;
}

/** Virtio's type of a function, 0 when it is no virtio device. */
function virtioType(pciFunction: u32): u32 {
  const identity = readConfiguration(pciFunction, identityOffset);
  const device = identity >> 16;
  if ((identity & 0xffff) != virtioVendor || device < firstTransitional || device > lastModern) {
    return 0;
  }
  if (device >= firstModern) return device - firstModern;
  return readConfiguration(pciFunction, subsystemOffset) >> 16;
}

function readCapabilities(transport: Transport): void {
  const pciFunction = transport.pciFunction;
  if ((readConfiguration(pciFunction, statusOffset) & hasCapabilities) == 0) return;
  let place = readConfiguration(pciFunction, capabilitiesOffset) & 0xfc;
  for (let seen: u32 = 0; place >= firstCapability && seen < capabilityLimit; seen++) {
    const header = readConfiguration(pciFunction, place);
    if ((header & 0xff) == vendorCapability) readVirtioCapability(transport, place, header >> 24);
    else if ((header & 0xff) == messageCapability) readMessageCapability(transport, place, header);
    place = (header >> 8) & 0xfc;
  }
}

/**
 * struct virtio_pci_cap: type at 3, region at 4, offset at 8, length at 12. The first one counts.
 */
function readVirtioCapability(transport: Transport, place: u32, type: u32): void {
  if (type < commonType || type > deviceType) return;
  const pciFunction = transport.pciFunction;
  const region = readConfiguration(pciFunction, place + 4) & 0xff;
  const offset = readConfiguration(pciFunction, place + 8);
  const length = readConfiguration(pciFunction, place + 12);
  if (type == commonType && transport.registers == 0) {
    if (length >= commonConfigurationBytes) {
      transport.registers = reach(pciFunction, region, offset, length);
    }
  } else if (type == notifyType && transport.notifications == 0) {
    transport.notifications = reach(pciFunction, region, offset, length);
    transport.notificationBytes = length;
    transport.notificationStride = readConfiguration(pciFunction, place + 16);
  } else if (type == interruptType && transport.interruptStatus == 0) {
    transport.interruptStatus = reach(pciFunction, region, offset, length);
  } else if (type == deviceType && transport.configuration == 0) {
    transport.configuration = reach(pciFunction, region, offset, length);
    const bytes = min(length, configurationLimit);
    transport.configurationBytes = transport.configuration == 0 ? 0 : bytes;
  }
}

/** MSI-X (PCI Local Bus 3.0, 6.8.2): table size - 1 at 2, region and offset of the table at 4. */
function readMessageCapability(transport: Transport, place: u32, header: u32): void {
  const count = ((header >> 16) & 0x7ff) + 1;
  const table = readConfiguration(transport.pciFunction, place + 4);
  const length = count * messageBytes;
  const found = reach(transport.pciFunction, table & 7, table & ~7, length);
  if (found == 0) return;
  transport.messageTable = found;
  transport.messagePlace = place;
}

/** Maps a part of a region; 0 when it lies outside of it, or nowhere. */
function reach(pciFunction: u32, region: u32, offset: u32, length: u32): u64 {
  if (length == 0 || !findRegion(pciFunction, region)) return 0;
  if (<u64>offset + length > regionBytes()) return 0;
  const address = regionAddress() + offset;
  return mapRegisters(address, length) ? address : 0;
}
