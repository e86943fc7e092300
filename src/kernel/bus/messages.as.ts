// Interrupts as messages, MSI-X (PCI Local Bus 3.0, 6.8.2): writes to an address that is a
// processor's.
import * as mmio from "../base/machine/mmio.as";
import { readConfiguration, writeConfiguration } from "./pci-configuration.as";
import { Transport } from "./transport-record.as";

const enabled: u32 = 0x8000_0000;
const allMasked: u32 = 0x4000_0000;

let address: u32 = 0;
let data: u32 = 0;

/** Says where devices shall send their messages, and what. */
export function useMessages(messageAddress: u32, messageData: u32): void {
  address = messageAddress;
  data = messageData;
}

/** Has a device on PCI send messages, if it can and somebody said where to. */
export function enableMessages(transport: Transport): void {
  const table = transport.messageTable;
  if (table == 0 || address == 0) return;
  mmio.write32(table, address);
  mmio.write32(table + 4, 0);
  mmio.write32(table + 8, data);
  mmio.write32(table + 12, 0);
  const control = readConfiguration(transport.pciFunction, transport.messagePlace);
  writeConfiguration(
    transport.pciFunction, transport.messagePlace, (control & ~allMasked) | enabled,
  );
  transport.sendsMessages = true;
}
