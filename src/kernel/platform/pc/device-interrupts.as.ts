// How devices wake the processor: all by one vector, because every interrupt only ends a halt.
import { controllerOf, interruptSignature } from "../../acpi/interrupt-table.as";
import * as config from "../../base/config.as";
import { deviceAt, deviceCount } from "../../bus/devices.as";
import { useMessages } from "../../bus/messages.as";
import { mmioKind } from "../../bus/transport-record.as";
import { nameAcpiDevices } from "./acpi-devices.as";
import { findTable } from "./acpi-tables.as";
import { ioApicBase, routeInterrupt } from "./io-apic.as";
import { localApicBase, localApicId } from "./local-apic.as";
import { mapDevice } from "./page-tables.as";

const deviceVector: u32 = 0x22;

/** Has the devices on PCI send messages to this processor, from when drivers take them. */
export function sendDeviceMessages(): void {
  if (config.usesAcpi) nameAcpiDevices();
  mapDevice(localApicBase);
  useMessages(<u32>localApicBase | (localApicId() << 12), deviceVector);
}

/** Routes the interrupt lines of the devices that drivers have taken. */
export function routeDeviceLines(): void {
  const table: usize = config.usesAcpi ? findTable(interruptSignature) : 0;
  for (let index: u32 = 0; index < deviceCount(); index++) {
    const transport = deviceAt(index);
    if (!transport.isTaken || transport.kind != mmioKind) continue;
    routeLine(table, transport.interruptLine);
  }
}

/** A machine may have several I/O APICs; without ACPI there is the one. */
function routeLine(table: usize, line: u32): void {
  const controller = controllerOf(table, line);
  const registers: u64 = controller == 0 ? ioApicBase : <u32>controller;
  mapDevice(registers);
  const own = line - <u32>(controller >> 32);
  routeInterrupt(registers, own, deviceVector, localApicId(), false);
}
