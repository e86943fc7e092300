/** A run of guest memory. */
export interface Span {
  readonly address: number;
  readonly length: number;
}

/** A chain of buffers that the driver made available. */
export interface Chain {
  readonly head: number;
  /** What the device may read, in order. */
  readonly readable: readonly Span[];
  /** What the device may write, in order. */
  readonly writable: readonly Span[];
}

/** Where the driver put a queue. */
export interface QueueAddresses {
  descriptors: number;
  available: number;
  used: number;
}

/** What a driver did that virtio forbids. */
export class DriverError extends Error {
  readonly code = "driver-broke-rules";
}

const descriptorBytes = 16;
const flag = { next: 1, write: 2, indirect: 4 } as const;
const noInterrupt = 1;
const noNotify = 1;
const lengthLimit = 2 ** 32;

/** The device's side of a split virtqueue (virtio 1.2, 2.7). The driver is not trusted. */
export class DeviceQueue {
  readonly sizeLimit: number;
  size: number;
  isReady = false;
  readonly addresses: QueueAddresses = { descriptors: 0, available: 0, used: 0 };
  usesEvents = false;
  private readonly memory: () => DataView;
  private nextAvailable = 0;
  private usedIndex = 0;
  private announcedUsed = 0;
  private readonly taken = new Set<number>();

  /** `memory` is the guest's, from address 0. */
  constructor(sizeLimit: number, memory: () => DataView) {
    this.sizeLimit = sizeLimit;
    this.size = sizeLimit;
    this.memory = memory;
  }

  /** Forgets everything, as a reset does. */
  reset(): void {
    this.size = this.sizeLimit;
    this.isReady = false;
    this.nextAvailable = 0;
    this.usedIndex = 0;
    this.announcedUsed = 0;
    this.taken.clear();
  }

  /** How many chains the driver made available that the device has not taken. */
  get availableCount(): number {
    if (!this.isReady) return 0;
    const count =
      (this.memory().getUint16(this.addresses.available + 2, true) - this.nextAvailable) & 0xffff;
    if (count > this.size) throw new DriverError(`${count} chains in a queue of ${this.size}`);
    return count;
  }

  /** Takes the next chain; undefined when there is none. Throws a DriverError. */
  take(): Chain | undefined {
    if (this.availableCount === 0) return undefined;
    const place = this.addresses.available + 4 + (this.nextAvailable % this.size) * 2;
    const head = this.memory().getUint16(place, true);
    if (this.taken.has(head)) throw new DriverError(`chain ${head} is available twice`);
    this.nextAvailable = (this.nextAvailable + 1) & 0xffff;
    this.taken.add(head);
    return this.readChain(head);
  }

  /** Gives a chain back with the bytes that were written into it. */
  give(head: number, written: number): void {
    this.taken.delete(head);
    this.writeUsed(head, written);
    this.writeUsedIndex(this.usedIndex + 1);
  }

  /** Writes the next element of the used ring, whatever it says. */
  writeUsed(head: number, written: number): void {
    const place = this.addresses.used + 4 + (this.usedIndex % this.size) * 8;
    this.memory().setUint32(place, head, true);
    this.memory().setUint32(place + 4, written, true);
  }

  /** Sets the used ring's index, whatever it says. */
  writeUsedIndex(index: number): void {
    this.usedIndex = index & 0xffff;
    this.memory().setUint16(this.addresses.used + 2, this.usedIndex, true);
  }

  /** The used ring's index as the device last wrote it. */
  get latestUsed(): number {
    return this.usedIndex;
  }

  /** Whether the driver wants to hear of what was given back since it was last asked. */
  takeInterruptWish(): boolean {
    const before = this.announcedUsed;
    this.announcedUsed = this.usedIndex;
    if (before === this.usedIndex) return false;
    const { available } = this.addresses;
    if (!this.usesEvents) return (this.memory().getUint16(available, true) & noInterrupt) === 0;
    const event = this.memory().getUint16(available + 4 + this.size * 2, true);
    return ((this.usedIndex - event - 1) & 0xffff) < ((this.usedIndex - before) & 0xffff);
  }

  /** Says whether the device wants to be notified. */
  setNotify(isWanted: boolean): void {
    const { used } = this.addresses;
    if (this.usesEvents) {
      const event = isWanted ? this.nextAvailable : (this.nextAvailable - 1) & 0xffff;
      this.memory().setUint16(used + 4 + this.size * 8, event, true);
    } else {
      this.memory().setUint16(used, isWanted ? 0 : noNotify, true);
    }
  }

  private readChain(head: number): Chain {
    const readable: Span[] = [];
    const writable: Span[] = [];
    let table = this.addresses.descriptors;
    let count = this.size;
    let index = head;
    for (let steps = 0; ; steps++) {
      if (index >= count) throw new DriverError(`descriptor ${index} of ${count}`);
      if (steps > count) throw new DriverError(`the chain at ${head} is a loop`);
      const { address, length, flags, next } = this.readDescriptor(table + index * descriptorBytes);
      if ((flags & flag.indirect) !== 0) {
        if (table !== this.addresses.descriptors || (flags & flag.next) !== 0) {
          throw new DriverError("an indirect descriptor within a table or a chain");
        }
        table = address;
        count = length / descriptorBytes;
        index = 0;
        steps = -1;
        continue;
      }
      if ((flags & flag.write) !== 0) writable.push({ address, length });
      else if (writable.length > 0) throw new DriverError("a readable part behind a writable one");
      else readable.push({ address, length });
      if ((flags & flag.next) === 0) return { head, readable, writable };
      index = next;
    }
  }

  private readDescriptor(place: number) {
    const view = this.memory();
    const address = Number(view.getBigUint64(place, true));
    const length = view.getUint32(place + 8, true);
    const flags = view.getUint16(place + 12, true);
    if (length === 0 || address + length > view.byteLength || length >= lengthLimit) {
      throw new DriverError(`a descriptor for ${length} bytes at 0x${address.toString(16)}`);
    }
    return { address, length, flags, next: view.getUint16(place + 14, true) };
  }
}

/** How many bytes spans have. */
export function spanBytes(spans: readonly Span[]): number {
  return spans.reduce((total, { length }) => total + length, 0);
}

/** Reads what spans hold. */
export function readSpans(memory: DataView, spans: readonly Span[]): Uint8Array {
  const bytes = new Uint8Array(spanBytes(spans));
  let at = 0;
  for (const { address, length } of spans) {
    bytes.set(new Uint8Array(memory.buffer, address, length), at);
    at += length;
  }
  return bytes;
}

/** Writes bytes over spans from an offset on; returns how many fitted. */
export function writeSpans(
  memory: DataView,
  spans: readonly Span[],
  bytes: Uint8Array,
  offset = 0,
): number {
  let at = 0;
  let skipped = offset;
  for (const { address, length } of spans) {
    const skip = Math.min(skipped, length);
    skipped -= skip;
    const part = bytes.subarray(at, at + length - skip);
    new Uint8Array(memory.buffer, address + skip, part.length).set(part);
    at += part.length;
  }
  return at;
}
