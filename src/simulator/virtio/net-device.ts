import { type Chain, readSpans, spanBytes, writeSpans } from "./device-queue.ts";
import { corrupted } from "./faults.ts";
import { completeFrame, frameHeaderBytes } from "./frame-offload.ts";
import { type DeviceOptions, VirtioDevice } from "./virtio-device.ts";

/** Features of network devices (virtio 1.2, 5.1.3). */
export const netFeatures = {
  checksum: 1n << 0n,
  guestChecksum: 1n << 1n,
  mtu: 1n << 3n,
  mac: 1n << 5n,
  guestSegment4: 1n << 7n,
  guestSegment6: 1n << 8n,
  segment4: 1n << 11n,
  segment6: 1n << 12n,
  mergeableBuffers: 1n << 15n,
  linkStatus: 1n << 16n,
} as const;

const allFeatures = Object.values(netFeatures).reduce((all, one) => all | one, 0n);
const receiveQueue = 0;
const transmitQueue = 1;

/** Frames that come while the driver gives no buffers wait, this many at most. */
const waitingLimit = 256;

/** What a network device is made of. */
export interface NetOptions extends DeviceOptions {
  /** Six bytes. */
  readonly mac: Uint8Array;
  readonly netFeatures?: bigint;
  /** The longest payload of a frame, in bytes. */
  readonly mtu?: number;
}

/** A network device (virtio 1.2, 5.1). What it sends goes to `onFrame`, checksums filled in. */
export class NetDevice extends VirtioDevice {
  /** Takes each frame that the guest sends. */
  onFrame: (frame: Uint8Array) => void = () => undefined;
  /**
   * Takes what the guest sends as it is, behind its header, in place of `onFrame`: a switch of the
   * host's passes it to `receiveWhole` of another device.
   */
  onWhole: ((sent: Uint8Array) => void) | undefined;
  isUp = true;
  /** Frames that came when there was no room for them. */
  overruns = 0;
  readonly mac: Uint8Array;
  private readonly mtu: number;
  /** Frames behind their headers. */
  private readonly waiting: Uint8Array[] = [];
  private readonly buffers: Chain[] = [];

  constructor(options: NetOptions) {
    const features = options.netFeatures ?? allFeatures;
    super({ name: "net", type: 1, features, queues: 2 }, options);
    this.mac = options.mac;
    this.mtu = options.mtu ?? 1500;
  }

  configuration(): Uint8Array {
    const bytes = new Uint8Array(12);
    bytes.set(this.mac);
    const view = new DataView(bytes.buffer);
    view.setUint16(6, Number(this.isUp), true);
    view.setUint16(10, this.mtu, true);
    return bytes;
  }

  /** A frame arrives from outside. */
  receive(frame: Uint8Array): void {
    const whole = new Uint8Array(frameHeaderBytes + frame.length);
    whole.set(frame, frameHeaderBytes);
    this.queueFrame(whole);
  }

  /** The same behind a header, whose work is done here if the guest does not want it. */
  receiveWhole(sent: Uint8Array): void {
    const isSegment = sent[1] !== 0;
    const takesWhole = isSegment
      ? this.has(sent[1] === 1 ? netFeatures.guestSegment4 : netFeatures.guestSegment6)
      : this.has(netFeatures.guestChecksum);
    if (takesWhole) this.queueFrame(sent.slice());
    else for (const frame of completeFrame(sent)) this.receive(frame);
  }

  /** The same with a header that may lie, whatever was agreed on. */
  receiveForged(sent: Uint8Array): void {
    this.queueFrame(sent.slice());
  }

  private queueFrame(whole: Uint8Array): void {
    if (!this.isWorking || this.waiting.length === waitingLimit) {
      this.overruns++;
      return;
    }
    this.waiting.push(whole);
    this.serveQueue(receiveQueue);
  }

  /** Connects the device, or disconnects it, and tells the driver. */
  setLink(isUp: boolean): void {
    this.changeConfiguration(() => {
      this.isUp = isUp;
    });
  }

  protected override onReset(): void {
    this.waiting.length = 0;
    this.buffers.length = 0;
  }

  protected serve(queue: number, chain: Chain): void {
    if (queue === receiveQueue) {
      this.buffers.push(chain);
      this.deliver();
    } else this.transmit(chain);
  }

  protected override serveQueue(index: number): void {
    super.serveQueue(index);
    if (index === receiveQueue) this.deliver();
  }

  private transmit(chain: Chain): void {
    const { random } = this.simulation;
    const { drop, duplicate, reset, delayNs } = this.faults;
    if (random.chance(reset)) return this.breakDown();
    if (random.chance(drop)) return this.note(`drops chain ${chain.head}`);
    const sent = readSpans(this.view(), chain.readable);
    const repeats = random.chance(duplicate) ? 2 : 1;
    this.afterDelay(delayNs, () => {
      for (let turn = 0; turn < repeats; turn++) {
        if (this.onWhole === undefined) for (const frame of completeFrame(sent)) this.send(frame);
        else this.onWhole(sent);
      }
      this.give(transmitQueue, chain, 0);
    });
  }

  private send(frame: Uint8Array): void {
    const { random } = this.simulation;
    this.note(`sends ${frame.length} bytes`);
    if (this.isUp)
      this.onFrame(random.chance(this.faults.corrupt) ? corrupted(frame, random) : frame);
  }

  /** Puts waiting frames into buffers; one that does not fit waits for more of them. */
  private deliver(): void {
    for (let frame = this.waiting[0]; frame !== undefined; frame = this.waiting[0]) {
      const needed = this.buffersFor(frame.length);
      if (needed === undefined) return;
      this.waiting.shift();
      this.fill(this.buffers.splice(0, needed), frame);
    }
  }

  /** How many buffers a frame takes; undefined when there are too few. */
  private buffersFor(length: number): number | undefined {
    let room = 0;
    for (const [index, chain] of this.buffers.entries()) {
      room += spanBytes(chain.writable);
      if (room >= length) return index + 1;
      if (!this.has(netFeatures.mergeableBuffers)) return undefined;
    }
    return undefined;
  }

  private fill(chains: readonly Chain[], bytes: Uint8Array): void {
    this.note(`receives ${bytes.length} bytes into ${chains.length} buffers`);
    new DataView(bytes.buffer, bytes.byteOffset).setUint16(10, chains.length, true);
    const queue = this.queues[receiveQueue];
    if (queue === undefined) return;
    let at = 0;
    for (const chain of chains) {
      const written = writeSpans(this.view(), chain.writable, bytes.subarray(at));
      at += written;
      queue.give(chain.head, written);
    }
    this.interruptFor(receiveQueue);
  }
}
