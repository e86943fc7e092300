import type { AccessWidth, RegisterDevice } from "../pc/buses.ts";
import { type FunctionKind, PciFunction } from "../pci/pci-function.ts";
import type { DeviceQueue } from "./device-queue.ts";
import { MessageTable, messageCapability } from "./message-table.ts";
import { half, readBytes, withHalf } from "./mmio-registers.ts";
import type { VirtioDevice } from "./virtio-device.ts";

/** The region in which the registers lie, and how many bytes each of its parts has. */
const region = 4;
const partBytes = 0x1000;
const notifyStride = 4;
const parts = {
  common: 0,
  interrupt: 1,
  configuration: 2,
  notify: 3,
  messages: 4,
  pendingMessages: 5,
} as const;
const regionBytes = 8 * partBytes;

/** In place of a vector: none. */
const noVector = 0xffff;

/** A capability that points to a part (virtio 1.2, 4.1.4). */
function capability(type: number, part: number): Uint8Array {
  const bytes = new Uint8Array(type === 2 ? 20 : 16);
  const view = new DataView(bytes.buffer);
  bytes.set([0x09, 0, bytes.length, type, region]);
  view.setUint32(8, part * partBytes, true);
  view.setUint32(12, partBytes, true);
  if (type === 2) view.setUint32(16, notifyStride, true);
  return bytes;
}

/** What a virtio device is on PCI. */
function functionKind(device: VirtioDevice, isTransitional: boolean): FunctionKind {
  return {
    vendor: 0x1af4,
    device: isTransitional ? 0x1000 : 0x1040 + device.kind.type,
    subsystem: device.kind.type,
    classCode: 0x0100,
    regions: new Map([[region, { lengthBytes: regionBytes, isWide: true }]]),
    capabilities: [
      capability(1, parts.common),
      capability(3, parts.interrupt),
      capability(4, parts.configuration),
      capability(2, parts.notify),
      messageCapability(
        messageCount(device),
        region,
        parts.messages * partBytes,
        parts.pendingMessages * partBytes,
      ),
    ],
  };
}

/** One for each queue, and one for the configuration. */
function messageCount(device: VirtioDevice): number {
  return device.queues.length + 1;
}

/** The registers of a virtio device on PCI (virtio 1.2, 4.1.4.3 to 4.1.4.6). */
export class PciRegisters implements RegisterDevice {
  /** What stands in configuration space. */
  readonly pci: PciFunction;
  readonly messages: MessageTable;
  private readonly device: VirtioDevice;
  private selectedQueue = 0;
  private selectedDeviceFeatures = 0;
  private selectedDriverFeatures = 0;
  /** The messages of queues; `undefined` is the configuration's. */
  private readonly vectors = new Map<number | undefined, number>();

  constructor(device: VirtioDevice, isTransitional = false) {
    this.pci = new PciFunction(functionKind(device, isTransitional));
    this.messages = new MessageTable(this.pci, messageCount(device));
    this.device = device;
    device.onInterrupt = (queue) => this.messages.send(this.vectors.get(queue) ?? noVector);
  }

  get base(): bigint {
    return this.pci.regionAddress(region) ?? 0n;
  }

  get lengthBytes(): number {
    return this.pci.regionAddress(region) === undefined ? 0 : regionBytes;
  }

  readonly read = (offset: number, width: AccessWidth): number => {
    const part = Math.floor(offset / partBytes);
    if (part === parts.common) return this.readCommon(offset);
    if (part === parts.configuration) {
      return readBytes(this.device.configuration(), offset % partBytes, width);
    }
    if (part === parts.messages) return this.messages.read(offset % partBytes);
    // Whoever sends messages does not show interrupts (virtio 1.2, 4.1.4.5.1).
    if (part !== parts.interrupt || this.messages.isEnabled) return 0;
    const bits = this.device.interruptStatus;
    this.device.acknowledge(bits);
    return bits;
  };

  readonly write = (offset: number, value: number, width: AccessWidth): void => {
    const part = Math.floor(offset / partBytes);
    if (part === parts.common) this.writeCommon(offset, value);
    else if (part === parts.notify) this.device.notify((offset % partBytes) / notifyStride);
    else if (part === parts.messages) this.messages.write(offset % partBytes, value);
    else if (part === parts.configuration) {
      this.device.writeConfiguration(offset % partBytes, value, width);
    }
  };

  private get queue(): DeviceQueue | undefined {
    return this.device.queues[this.selectedQueue];
  }

  private readCommon(offset: number): number {
    const { device, queue } = this;
    switch (offset) {
      case 0x04:
        return half(device.offeredFeatures, this.selectedDeviceFeatures);
      case 0x10:
        return this.vectors.get(undefined) ?? noVector;
      case 0x12:
        return device.queues.length;
      case 0x14:
        return device.status;
      case 0x15:
        return device.configurationGeneration & 0xff;
      case 0x18:
        return queue?.size ?? 0;
      case 0x1a:
        return this.vectors.get(this.selectedQueue) ?? noVector;
      case 0x1c:
        return Number(queue?.isReady ?? false);
      case 0x1e:
        return this.selectedQueue;
      default:
        return 0;
    }
  }

  private writeCommon(offset: number, value: number): void {
    const { device, queue } = this;
    if (offset === 0x00) this.selectedDeviceFeatures = value;
    else if (offset === 0x08) this.selectedDriverFeatures = value;
    else if (offset === 0x0c) {
      device.acceptedFeatures = withHalf(
        device.acceptedFeatures,
        this.selectedDriverFeatures,
        value,
      );
    } else if (offset === 0x14) this.writeStatus(value & 0xff);
    else if (offset === 0x10) this.choose(undefined, value);
    else if (offset === 0x16) this.selectedQueue = value;
    else if (queue === undefined) return;
    else if (offset === 0x18) queue.size = value;
    else if (offset === 0x1a) this.choose(this.selectedQueue, value);
    else if (offset === 0x1c) queue.isReady = value === 1;
    else if (offset === 0x20) queue.addresses.descriptors = value;
    else if (offset === 0x28) queue.addresses.available = value;
    else if (offset === 0x30) queue.addresses.used = value;
  }

  private writeStatus(status: number): void {
    if (status === 0) this.vectors.clear();
    this.device.writeStatus(status);
  }

  /** Chooses a message; one that the function does not have is none. */
  private choose(queue: number | undefined, vector: number): void {
    if (vector < this.messages.entryCount) this.vectors.set(queue, vector);
    else this.vectors.delete(queue);
  }
}
