// Devices with memory-mapped registers that the firmware's ACPI tables name, where the command line
// names none: QEMU's microvm tells of them either there or here.
import {
  findRegisterDevice,
  foundAddress,
  foundBytes,
  foundInterrupt,
} from "../../acpi/register-devices.as";
import { definitionAddress, fixedSignature } from "../../acpi/fixed-table.as";
import { tableHeaderBytes } from "../../acpi/table.as";
import { namedDeviceCount, noteDevice } from "../../bus/device-words.as";
import { findTable, readableTable } from "./acpi-tables.as";

const interruptLimit: u32 = 256;

let isSearched = false;

/** Has the bus look at them; once. */
export function nameAcpiDevices(): void {
  if (isSearched) return;
  isSearched = true;
  if (namedDeviceCount() != 0) return;
  const fixed = findTable(fixedSignature);
  const definition: usize = fixed == 0 ? 0 : readableTable(definitionAddress(fixed));
  if (definition == 0) return;
  const end = definition + load<u32>(definition, 4);
  let place = findRegisterDevice(definition + tableHeaderBytes, end);
  for (; place != 0; place = findRegisterDevice(place, end)) {
    if (foundInterrupt() >= interruptLimit) continue;
    noteDevice(foundAddress(), foundBytes(), foundInterrupt());
  }
}
