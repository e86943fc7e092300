// The virtio devices of this machine, in the order in which they were found.
import {
  namedAddress,
  namedBytes,
  namedConfigurationSpace,
  namedDeviceCount,
  namedLine,
} from "./device-words.as";
import { enableMessages } from "./messages.as";
import { deviceNeedsReset } from "./negotiation.as";
import { hasConfigurationSpace, mapConfigurationSpace } from "./pci-configuration.as";
import { firstFunction, nextFunction, noFunction } from "./pci-functions.as";
import { openPci } from "./pci-virtio.as";
import { Transport } from "./transport-record.as";
import { takeInterrupt } from "./transport.as";
import { openMmio } from "./virtio-mmio.as";

/** Interrupt status: the configuration changed (4.1.4.5), of which a driver learns a failure. */
const configurationChange: u32 = 2;

/** Of configuration space that only the command line knows, so many buses are looked at. */
const namedBuses: u32 = 8;

const recordBytes: u32 = 128;
const deviceLimit: u32 = 32;
const records = memory.data(4096, 8); // deviceLimit records
let count: u32 = 0;
let isSearched = false;

/** How many devices were found. */
export function deviceCount(): u32 {
  return count;
}

/** A device by its number, which is below `deviceCount`. */
@inline
export function deviceAt(index: u32): Transport {
  return changetype<Transport>(records + index * recordBytes);
}

/** A record for the next device, all zero; null when there are too many devices. */
function nextDevice(): Transport | null {
  return count == deviceLimit ? null : deviceAt(count);
}

/** Adds the device with memory-mapped registers at an address, if one answers there. */
export function addMmioDevice(address: u64, lengthBytes: u32, line: u32): bool {
  const transport = nextDevice();
  if (transport === null || !openMmio(transport, address, lengthBytes, line)) return false;
  count++;
  return true;
}

/** Looks for devices where the command line says that some are, and on PCI buses; once. */
export function findDevices(): void {
  if (!isSearched) search();
}

function search(): void {
  isSearched = true;
  for (let index: u32 = 0; index < namedDeviceCount(); index++) {
    addMmioDevice(namedAddress(index), namedBytes(index), namedLine(index));
  }
  const space = namedConfigurationSpace();
  if (space != 0) mapConfigurationSpace(space, namedBuses);
  addPciDevices();
}

function addPciDevices(): void {
  if (!hasConfigurationSpace()) return;
  for (let found = firstFunction(); found != noFunction; found = nextFunction(found)) {
    const transport = nextDevice();
    if (transport === null) return;
    if (openPci(transport, found)) count++;
  }
}

/** The next device of a type (virtio 1.2, 5) that no driver has; null when there is none. */
export function takeDevice(type: u32): Transport | null {
  findDevices();
  for (let index: u32 = 0; index < count; index++) {
    const transport = deviceAt(index);
    const isFree = !transport.isTaken & (transport.failure == 0);
    if (!isFree | (transport.deviceType != type)) continue;
    transport.isTaken = true;
    enableMessages(transport);
    return transport;
  }
  return null;
}

/** Acknowledges what the devices in use interrupted for, before the processor sleeps. */
export function takeInterrupts(): void {
  for (let index: u32 = 0; index < count; index++) {
    const transport = deviceAt(index);
    if (!transport.isTaken) continue;
    // A message does not say what it is for.
    const mayNeedReset =
      transport.sendsMessages || (takeInterrupt(transport) & configurationChange) != 0;
    if (mayNeedReset && deviceNeedsReset(transport)) transport.needsReset = true;
  }
}
