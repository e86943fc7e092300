import { type Chain, readSpans, spanBytes, writeSpans } from "./device-queue.ts";
import { type DeviceOptions, VirtioDevice } from "./virtio-device.ts";

const multiplePorts = 1n << 1n;
const controlReceiveQueue = 2;
const controlSendQueue = 3;
const event = { deviceReady: 0, portAdded: 1, portReady: 3, portOpen: 6, portName: 7 } as const;

/** What a console device is made of. */
export interface ConsoleOptions extends DeviceOptions {
  /** Three by default. */
  readonly ports?: number;
}

/** The queue into which a port's input goes (virtio 1.2, 5.3.2); the one behind has its output. */
function receiveQueueOf(port: number): number {
  return port === 0 ? 0 : 2 + 2 * port;
}

/** A console device with several ports (virtio 1.2, 5.3). */
export class ConsoleDevice extends VirtioDevice {
  /** What the guest wrote, by port. */
  readonly written: Uint8Array[][];
  /** A port that takes nothing: output for it waits. */
  isStuck = false;
  private readonly ports: number;
  private readonly pending = new Map<number, Uint8Array[]>();
  private readonly room = new Map<number, Chain[]>();

  constructor(options: ConsoleOptions) {
    const { ports = 3 } = options;
    const features = multiplePorts;
    super({ name: "console", type: 3, features, queues: 2 + 2 * ports }, options);
    this.ports = ports;
    this.written = Array.from({ length: ports }, () => []);
  }

  configuration(): Uint8Array {
    const bytes = new Uint8Array(12);
    new DataView(bytes.buffer).setUint32(4, this.ports, true);
    return bytes;
  }

  /** The host sends bytes to a port. */
  receive(port: number, bytes: Uint8Array): void {
    this.put(receiveQueueOf(port), bytes);
  }

  /** How many bytes of a port wait for the guest. */
  waitingBytes(port: number): number {
    const waiting = this.pending.get(receiveQueueOf(port)) ?? [];
    return waiting.reduce((total, { length }) => total + length, 0);
  }

  /** What the guest wrote to a port, as one. */
  output(port: number): Uint8Array {
    return Buffer.concat(this.written[port] ?? []);
  }

  /** Sends a control message (5.3.6.2). */
  control(port: number, what: number, value: number, tail: Uint8Array = new Uint8Array(0)): void {
    const bytes = new Uint8Array(8 + tail.length);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, port, true);
    view.setUint16(4, what, true);
    view.setUint16(6, value, true);
    bytes.set(tail, 8);
    this.put(controlReceiveQueue, bytes);
  }

  protected override onReset(): void {
    this.pending.clear();
    this.room.clear();
  }

  protected serve(queue: number, chain: Chain): void {
    if (queue === controlReceiveQueue || (queue !== controlSendQueue && queue % 2 === 0)) {
      this.room.set(queue, [...(this.room.get(queue) ?? []), chain]);
      this.deliver(queue);
      return;
    }
    const bytes = readSpans(this.view(), chain.readable);
    if (queue === controlSendQueue) this.answer(bytes);
    else if (this.isStuck) return;
    else this.written[queue === 1 ? 0 : (queue - 3) / 2]?.push(bytes);
    this.give(queue, chain, 0);
  }

  private answer(message: Uint8Array): void {
    const view = new DataView(message.buffer);
    const port = view.getUint32(0, true);
    const what = view.getUint16(4, true);
    const value = view.getUint16(6, true);
    this.note(`message ${what} with ${value} for port ${port}`);
    if (what === event.deviceReady && value === 1) {
      for (let index = 0; index < this.ports; index++) this.control(index, event.portAdded, 1);
    } else if (what === event.portReady && value === 1) {
      this.control(port, event.portName, 1, new TextEncoder().encode(`port ${port}`));
      this.control(port, event.portOpen, 1);
    }
  }

  private put(queue: number, bytes: Uint8Array): void {
    this.pending.set(queue, [...(this.pending.get(queue) ?? []), bytes]);
    this.serveQueue(queue);
    this.deliver(queue);
  }

  /** Puts what waits into buffers; a message takes one, input as many as it needs. */
  private deliver(queue: number): void {
    const waiting = this.pending.get(queue) ?? [];
    const room = this.room.get(queue) ?? [];
    for (let bytes = waiting[0]; bytes !== undefined && room.length > 0; bytes = waiting[0]) {
      const chain = room.shift();
      if (chain === undefined) break;
      const length = Math.min(bytes.length, spanBytes(chain.writable));
      writeSpans(this.view(), chain.writable, bytes.subarray(0, length));
      if (length < bytes.length) waiting[0] = bytes.subarray(length);
      else waiting.shift();
      this.queues[queue]?.give(chain.head, length);
    }
    this.interruptFor(queue);
  }
}
