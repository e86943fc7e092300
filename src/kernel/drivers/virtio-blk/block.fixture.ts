import { blockOperations } from "../../../simulator/virtio/block-device.ts";
import type { DriverMachine } from "../drivers.fixture.ts";

/** One request, with buffers of its own. */
export interface BlockRequest {
  readonly operation: keyof typeof blockOperations;
  readonly sector?: number;
  /** For discarding and zeroing. */
  readonly sectorCount?: number;
  /** Lengths of the parts. */
  readonly parts?: readonly number[];
  /** What is written; zeroes where it is shorter. */
  readonly data?: Uint8Array;
}

/** A request that came back. */
export interface FinishedRequest {
  readonly request: BlockRequest;
  readonly error: number;
  /** What the parts hold. */
  readonly data: Uint8Array;
}

const partLimit = 16;
const recordBytes = 256;
const slotCount = 40;
const slotBytes = 0x8000;

interface Slot {
  readonly record: number;
  readonly buffer: number;
  request: BlockRequest | undefined;
}

/** A block device of the kernel's, as its callers use it. */
export class BlockClient {
  readonly device: number;
  private readonly machine: DriverMachine;
  private readonly slots: readonly Slot[];

  constructor(machine: DriverMachine) {
    this.machine = machine;
    this.device = machine.call("openBlockDevice");
    const records = machine.allocate(slotCount * recordBytes);
    const buffers = machine.allocate(slotCount * slotBytes);
    this.slots = Array.from({ length: slotCount }, (_, index) => ({
      record: records + index * recordBytes,
      buffer: buffers + index * slotBytes,
      request: undefined,
    }));
  }

  /** What the driver found out about the device. */
  get properties() {
    const view = this.machine.view(this.device);
    return {
      sectorCount: view.getBigUint64(0, true),
      blockBytes: view.getUint32(8, true),
      partLimit: view.getUint32(12, true),
      isReadOnly: view.getUint8(20) === 1,
      canFlush: view.getUint8(21) === 1,
      discardLimit: view.getUint32(24, true),
      writeZeroesLimit: view.getUint32(28, true),
      violations: view.getUint32(32, true),
      failures: view.getUint32(36, true),
    };
  }

  /** How many requests the driver has. */
  get inFlight(): number {
    return this.slots.filter(({ request }) => request !== undefined).length;
  }

  /** Submits a request; 0 or an error number. */
  submit(request: BlockRequest): number {
    const slot = this.slots.find((one) => one.request === undefined);
    if (slot === undefined) throw new Error("too many requests for this test");
    const view = this.machine.view(slot.record);
    const parts = request.parts ?? [];
    view.setUint32(0, blockOperations[request.operation], true);
    view.setBigUint64(8, BigInt(request.sector ?? 0), true);
    view.setUint32(24, request.sectorCount ?? 0, true);
    view.setUint32(44, parts.length, true);
    let pointer = slot.buffer;
    parts.slice(0, partLimit).forEach((length, index) => {
      view.setUint32(48 + index * 8, pointer, true);
      view.setUint32(52 + index * 8, length, true);
      pointer += length;
    });
    if (request.data !== undefined) {
      this.machine.bytes(slot.buffer, request.data.length).set(request.data);
    }
    const error = this.machine.call("submitBlockRequest", this.device, slot.record);
    if (error === 0) slot.request = request;
    return error;
  }

  /** Takes a finished request back; undefined when none has finished. */
  take(): FinishedRequest | undefined {
    const record = this.machine.call("takeBlockRequest", this.device);
    if (record === 0) return undefined;
    const slot = this.slots.find((one) => one.record === record);
    if (slot?.request === undefined) throw new Error(`0x${record.toString(16)} is no request`);
    const { request } = slot;
    slot.request = undefined;
    const length = (request.parts ?? []).reduce((total, part) => total + part, 0);
    const error = this.machine.view(record).getUint32(36, true);
    return { request, error, data: this.machine.bytes(slot.buffer, length).slice() };
  }

  /** Submits a request and waits for it. */
  run(request: BlockRequest): FinishedRequest {
    const error = this.submit(request);
    if (error !== 0) return { request, error, data: new Uint8Array(0) };
    return this.wait();
  }

  /** Waits for the next request that finishes. */
  wait(): FinishedRequest {
    const { timeline } = this.machine.simulation;
    for (;;) {
      const finished = this.take();
      if (finished !== undefined) return finished;
      if (!timeline.step()) throw new Error("nothing happens, and no request finishes");
    }
  }

  /** Resets the device; whether it did. */
  reset(): boolean {
    return this.machine.call("resetBlockDevice", this.device) === 1;
  }
}
