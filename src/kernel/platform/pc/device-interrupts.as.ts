// How devices wake the processor: all by one vector, because every interrupt only ends a halt.
import { deviceAt, deviceCount } from "../../bus/devices.as";
import { useMessages } from "../../bus/messages.as";
import { mmioKind } from "../../bus/transport-record.as";
import { ioApicBase, routeInterrupt } from "./io-apic.as";
import { localApicBase, localApicId } from "./local-apic.as";
import { mapDevice } from "./page-tables.as";

const deviceVector: u32 = 0x22;

/** Has the devices on PCI send messages to this processor, from when drivers take them. */
export function sendDeviceMessages(): void {
  mapDevice(localApicBase);
  useMessages(<u32>localApicBase | (localApicId() << 12), deviceVector);
}

/** Routes the interrupt lines of the devices that drivers have taken. */
export function routeDeviceLines(): void {
  mapDevice(ioApicBase);
  for (let index: u32 = 0; index < deviceCount(); index++) {
    const transport = deviceAt(index);
    if (!transport.isTaken || transport.kind != mmioKind) continue;
    routeInterrupt(transport.interruptLine, deviceVector, localApicId(), false);
  }
}
