import { type Disk, sectorBytes } from "../disk.ts";
import { type Chain, readSpans, spanBytes, writeSpans } from "./device-queue.ts";
import { corrupted } from "./faults.ts";
import { type DeviceOptions, VirtioDevice } from "./virtio-device.ts";

/** Features of block devices (virtio 1.2, 5.2.3). */
export const blockFeatures = {
  sizeMaximum: 1n << 1n,
  segmentMaximum: 1n << 2n,
  readOnly: 1n << 5n,
  blockSize: 1n << 6n,
  flush: 1n << 9n,
  discard: 1n << 13n,
  writeZeroes: 1n << 14n,
} as const;

/** Operations of a request (5.2.6). */
export const blockOperations = {
  read: 0,
  write: 1,
  flush: 4,
  identify: 8,
  discard: 11,
  writeZeroes: 13,
} as const;
const result = { ok: 0, error: 1, unsupported: 2 } as const;

const allFeatures = Object.values(blockFeatures).reduce((all, one) => all | one, 0n);
const headerBytes = 16;

/** What a block device is made of. */
export interface BlockOptions extends DeviceOptions {
  readonly disk: Disk;
  /** Which of `blockFeatures` it has; all but `readOnly` by default. */
  readonly blockFeatures?: bigint;
  /** What it calls itself (5.2.6, VIRTIO_BLK_T_GET_ID). */
  readonly serial?: string;
  readonly segmentLimit?: number;
  readonly segmentBytesLimit?: number;
}

interface Outcome {
  readonly status: number;
  readonly data?: Uint8Array;
}

/** A block device (virtio 1.2, 5.2) over a simulated disk. */
export class BlockDevice extends VirtioDevice {
  readonly disk: Disk;
  private readonly serial: string;
  private readonly segmentLimit: number;
  private readonly segmentBytesLimit: number;

  constructor(options: BlockOptions) {
    const features = options.blockFeatures ?? allFeatures & ~blockFeatures.readOnly;
    super({ name: "block", type: 2, features, queues: 1 }, options);
    this.disk = options.disk;
    this.serial = options.serial ?? "";
    this.segmentLimit = options.segmentLimit ?? 30;
    this.segmentBytesLimit = options.segmentBytesLimit ?? 0x1_0000;
  }

  configuration(): Uint8Array {
    const bytes = new Uint8Array(60);
    const view = new DataView(bytes.buffer);
    view.setBigUint64(0, BigInt(this.disk.sectorCount), true);
    view.setUint32(8, this.segmentBytesLimit, true);
    view.setUint32(12, this.segmentLimit, true);
    view.setUint32(20, sectorBytes, true);
    for (const place of [36, 48]) {
      view.setUint32(place, 0x1000, true);
      view.setUint32(place + 4, 1, true);
    }
    return bytes;
  }

  protected serve(queue: number, chain: Chain): void {
    const { random } = this.simulation;
    const { drop, duplicate, error, reset, delayNs } = this.faults;
    if (random.chance(reset)) return this.breakDown();
    if (random.chance(drop)) return this.note(`drops chain ${chain.head}`);
    const request = readSpans(this.view(), chain.readable);
    const fails = random.chance(error);
    const repeats = random.chance(duplicate);
    this.afterDelay(delayNs, () => {
      const outcome = fails ? { status: result.error } : this.execute(request, chain);
      if (repeats) this.execute(request, chain);
      this.answer(queue, chain, outcome);
    });
  }

  private answer(queue: number, chain: Chain, { status, data }: Outcome): void {
    const { random } = this.simulation;
    const room = spanBytes(chain.writable) - 1;
    let given = data ?? new Uint8Array(0);
    if (random.chance(this.faults.corrupt)) given = corrupted(given, random);
    if (given.length > 0 && random.chance(this.faults.short)) {
      given = given.subarray(0, random.below(given.length));
    }
    const written = writeSpans(this.view(), chain.writable, given);
    writeSpans(this.view(), chain.writable, Uint8Array.of(status), room);
    this.give(queue, chain, written + 1);
  }

  private execute(request: Uint8Array, chain: Chain): Outcome {
    if (request.length < headerBytes || spanBytes(chain.writable) < 1) {
      return { status: result.error };
    }
    const view = new DataView(request.buffer);
    const type = view.getUint32(0, true);
    const sector = Number(view.getBigUint64(8, true));
    const data = request.subarray(headerBytes);
    this.note(`operation ${type} at sector ${sector}`);
    const isReadOnly = this.has(blockFeatures.readOnly);
    if (type === blockOperations.flush) {
      this.disk.flush();
      return { status: result.ok };
    }
    if (type === blockOperations.read)
      return this.readSectors(sector, spanBytes(chain.writable) - 1);
    if (type === blockOperations.identify) {
      return { status: result.ok, data: new TextEncoder().encode(this.serial.padEnd(20, "\0")) };
    }
    if (isReadOnly) return { status: result.error };
    if (type === blockOperations.write) return this.writeSectors(sector, data);
    if (type === blockOperations.writeZeroes || type === blockOperations.discard)
      return this.clear(data);
    return { status: result.unsupported };
  }

  private readSectors(sector: number, length: number): Outcome {
    if (!this.isInside(sector, length)) return { status: result.error };
    return { status: result.ok, data: this.disk.read(sector, length) };
  }

  private writeSectors(sector: number, data: Uint8Array): Outcome {
    if (!this.isInside(sector, data.length)) return { status: result.error };
    this.disk.write(sector, data);
    return { status: result.ok };
  }

  /** Zeroes after a discard, too, which may leave anything. */
  private clear(range: Uint8Array): Outcome {
    if (range.length !== 16) return { status: result.error };
    const view = new DataView(range.buffer, range.byteOffset);
    const sector = Number(view.getBigUint64(0, true));
    return this.writeSectors(sector, new Uint8Array(view.getUint32(8, true) * sectorBytes));
  }

  private isInside(sector: number, length: number): boolean {
    return length % sectorBytes === 0 && sector + length / sectorBytes <= this.disk.sectorCount;
  }
}
