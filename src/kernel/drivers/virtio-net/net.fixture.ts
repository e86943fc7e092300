import { NetDevice, type NetOptions } from "../../../simulator/virtio/net-device.ts";
import type { DriverMachine } from "../drivers.fixture.ts";

/** One frame to be sent. */
export interface SentFrame {
  readonly bytes: Uint8Array;
  /** Lengths of its parts; one by default. */
  readonly parts?: readonly number[];
  /** virtio's header (net-frame.as.ts); zeroes by default. */
  readonly header?: {
    readonly flags?: number;
    readonly segmentation?: number;
    readonly headerBytes?: number;
    readonly segmentBytes?: number;
    readonly checksumStart?: number;
    readonly checksumOffset?: number;
  };
}

const slotCount = 32;
const recordBytes = 256;
const slotBytes = 0x1_1000;
const partLimit = 20;

/** The driver's room before a frame. */
const headroomBytes = 12;

/** A network device of the kernel's, as its callers use it. */
class NetClient {
  readonly device: number;
  private readonly machine: DriverMachine;
  private readonly records: number;
  private readonly buffers: number;
  private readonly free: number[];

  constructor(machine: DriverMachine) {
    this.machine = machine;
    this.device = machine.call("openNetDevice");
    if (this.device !== 0) machine.call("startNetDevice", this.device);
    this.records = machine.allocate(slotCount * recordBytes);
    this.buffers = machine.allocate(slotCount * slotBytes);
    this.free = Array.from({ length: slotCount }, (_, index) => index);
  }

  /** What the driver found out, and what it counted. */
  get properties() {
    const view = this.machine.view(this.device);
    return {
      mac: this.machine.bytes(this.device, 6).slice(),
      payloadLimit: view.getUint32(8, true),
      canChecksum: view.getUint8(12) === 1,
      canSegment4: view.getUint8(13) === 1,
      received: Number(view.getBigUint64(16, true)),
      sent: Number(view.getBigUint64(24, true)),
      dropped: view.getUint32(48, true),
      violations: view.getUint32(52, true),
    };
  }

  /** How many frames the device has. */
  get inFlight(): number {
    return slotCount - this.free.length;
  }

  /** Hands a frame over; 0 or an error number. */
  transmit({ bytes, parts = [bytes.length], header = {} }: SentFrame): number {
    const slot = this.free[0];
    if (slot === undefined) throw new Error("too many frames for this test");
    const record = this.records + slot * recordBytes;
    const view = this.machine.view(record);
    view.setUint8(0, header.flags ?? 0);
    view.setUint8(1, header.segmentation ?? 0);
    view.setUint16(2, header.headerBytes ?? 0, true);
    view.setUint16(4, header.segmentBytes ?? 0, true);
    view.setUint16(6, header.checksumStart ?? 0, true);
    view.setUint16(8, header.checksumOffset ?? 0, true);
    view.setUint32(16, parts.length, true);
    let pointer = this.buffers + slot * slotBytes + headroomBytes;
    this.machine.bytes(pointer, bytes.length).set(bytes);
    parts.slice(0, partLimit).forEach((length, index) => {
      view.setUint32(24 + index * 8, pointer, true);
      view.setUint32(28 + index * 8, length, true);
      pointer += length;
    });
    const error = this.machine.call("transmitFrame", this.device, record);
    this.machine.call("notifyNetDevice", this.device);
    if (error === 0) this.free.shift();
    return error;
  }

  /** Takes back what was sent; how many frames. */
  takeSent(): number {
    for (let count = 0; ; count++) {
      const record = this.machine.call("takeSentFrame", this.device);
      if (record === 0) return count;
      const slot = (record - this.records) / recordBytes;
      if (this.free.includes(slot) || !Number.isInteger(slot) || slot < 0 || slot >= slotCount) {
        throw new Error(`0x${record.toString(16)} is no frame that was sent`);
      }
      this.free.push(slot);
    }
  }

  /** The next received frame, released at once; undefined when there is none. */
  receive(): Uint8Array | undefined {
    const frame = this.machine.call("receiveFrame", this.device);
    if (frame === 0) return undefined;
    const view = this.machine.view(frame);
    const bytes = this.machine.bytes(view.getUint32(8, true), view.getUint32(4, true)).slice();
    this.machine.call("releaseReceivedFrame", this.device);
    return bytes;
  }

  /** All received frames. */
  receiveAll(): Uint8Array[] {
    const frames: Uint8Array[] = [];
    for (let frame = this.receive(); frame !== undefined; frame = this.receive()) {
      frames.push(frame);
    }
    return frames;
  }
}

/** A hardware address by its last byte. */
export function macAddress(last: number): Uint8Array {
  return Uint8Array.of(2, 0, 0, 0, 0, last);
}

/** A frame from one address to another that carries bytes. */
export function frameTo(to: number, from: number, payload: Uint8Array): Uint8Array {
  return Uint8Array.from([...macAddress(to), ...macAddress(from), 0x88, 0xb5, ...payload]);
}

/** Attaches a network device whose address ends with a byte, and opens it. */
export function attachNet(machine: DriverMachine, last: number, options: Partial<NetOptions> = {}) {
  const device = machine.attach(
    new NetDevice({ ...machine.deviceOptions, mac: macAddress(last), ...options }),
  );
  return { device, client: new NetClient(machine) };
}
