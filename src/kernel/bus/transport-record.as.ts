// What is known of a virtio device, whatever bus it is on.

/** Kind: memory-mapped registers (virtio 1.2, 4.2). */
export const mmioKind: u32 = 1;

/** Kind: PCI (virtio 1.2, 4.1). */
export const pciKind: u32 = 2;

/** A device that was found. Only its fields tell the kinds apart. */
@unmanaged
export class Transport {
  kind: u32;
  /** Virtio's number of the device's type (virtio 1.2, chapter 5). */
  deviceType: u32;
  /** What the driver and the device agreed on; 0 before. */
  features: u64;
  /** Why the device is not used (negotiation.as.ts); 0 when nothing failed. */
  failure: u32;
  /** Whether a driver has the device. */
  isTaken: bool;
  /** Whether the device said, with an interrupt, that it cannot go on. */
  needsReset: bool;
  /** mmio: the registers; PCI: the common configuration. */
  registers: u64;
  /** The device's own configuration. */
  configuration: u64;
  configurationBytes: u32;
  /** mmio: the interrupt line. */
  interruptLine: u32;
  /** PCI: where notifications are written, how far apart, and how many bytes. */
  notifications: u64;
  notificationStride: u32;
  notificationBytes: u32;
  /** PCI: the interrupt status. */
  interruptStatus: u64;
  /** PCI: the function's place in configuration space. */
  pciFunction: u32;
  /** PCI: the table of MSI-X, 0 without, and where the capability stands. */
  messageTable: u64;
  messagePlace: u32;
  /** PCI: whether the device sends messages. */
  sendsMessages: bool;
}
