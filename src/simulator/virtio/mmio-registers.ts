import type { AccessWidth, RegisterDevice } from "../pc/buses.ts";
import type { DeviceQueue } from "./device-queue.ts";
import type { VirtioDevice } from "./virtio-device.ts";

const configurationOffset = 0x100;
const vendor = 0x554b_5354;

/** The registers of a virtio device over memory-mapped I/O, version 2 (virtio 1.2, 4.2.2). */
export class MmioRegisters implements RegisterDevice {
  readonly base: bigint;
  readonly lengthBytes = 0x200;
  private readonly device: VirtioDevice;
  private selectedQueue = 0;
  private selectedDeviceFeatures = 0;
  private selectedDriverFeatures = 0;

  constructor(device: VirtioDevice, base: bigint) {
    this.device = device;
    this.base = base;
  }

  readonly read = (offset: number, width: AccessWidth): number => {
    if (offset >= configurationOffset) return this.readConfiguration(offset, width);
    const { device, queue } = this;
    switch (offset) {
      case 0x000:
        return 0x7472_6976;
      case 0x004:
        return 2;
      case 0x008:
        return device.kind.type;
      case 0x00c:
        return vendor;
      case 0x010:
        return half(device.offeredFeatures, this.selectedDeviceFeatures);
      case 0x034:
        return queue?.sizeLimit ?? 0;
      case 0x044:
        return Number(queue?.isReady ?? false);
      case 0x060:
        return device.interruptStatus;
      case 0x070:
        return device.status;
      case 0x0fc:
        return device.configurationGeneration;
      default:
        return 0;
    }
  };

  readonly write = (offset: number, value: number, width: AccessWidth): void => {
    const { device } = this;
    if (offset >= configurationOffset) {
      device.writeConfiguration(offset - configurationOffset, value, width);
    } else if (offset === 0x014) this.selectedDeviceFeatures = value;
    else if (offset === 0x020) {
      device.acceptedFeatures = withHalf(
        device.acceptedFeatures,
        this.selectedDriverFeatures,
        value,
      );
    } else if (offset === 0x024) this.selectedDriverFeatures = value;
    else if (offset === 0x030) this.selectedQueue = value;
    else if (offset === 0x050) device.notify(value);
    else if (offset === 0x064) device.acknowledge(value);
    else if (offset === 0x070) device.writeStatus(value & 0xff);
    else if (this.queue !== undefined) writeQueue(this.queue, offset, value);
  };

  private get queue(): DeviceQueue | undefined {
    return this.device.queues[this.selectedQueue];
  }

  private readConfiguration(offset: number, width: AccessWidth): number {
    return readBytes(this.device.configuration(), offset - configurationOffset, width);
  }
}

function writeQueue(queue: DeviceQueue, offset: number, value: number): void {
  const { addresses } = queue;
  if (offset === 0x038) queue.size = value;
  else if (offset === 0x044) queue.isReady = value === 1;
  else if (offset === 0x080) addresses.descriptors = value;
  else if (offset === 0x090) addresses.available = value;
  else if (offset === 0x0a0) addresses.used = value;
}

/** Half of 64 bits: 0 the lower, 1 the upper. */
export function half(bits: bigint, which: number): number {
  return which > 1 ? 0 : Number((bits >> BigInt(32 * which)) & 0xffff_ffffn);
}

/** 64 bits with one half replaced. */
export function withHalf(bits: bigint, which: number, value: number): bigint {
  if (which > 1) return bits;
  const shift = BigInt(32 * which);
  return (bits & ~(0xffff_ffffn << shift)) | (BigInt(value >>> 0) << shift);
}

/** A little-endian number of some bytes; those that are missing are 0. */
export function readBytes(bytes: Uint8Array, offset: number, width: number): number {
  let value = 0;
  for (let index = 0; index < width; index++)
    value += (bytes[offset + index] ?? 0) * 2 ** (8 * index);
  return value;
}
