import type { Simulation } from "../simulation.ts";
import { type Chain, DeviceQueue, DriverError } from "./device-queue.ts";
import { type Faults, noFaults } from "./faults.ts";

/** Features that every device may offer (virtio 1.2, 6). */
export const commonFeatures = {
  indirectDescriptors: 1n << 28n,
  eventIndex: 1n << 29n,
  version1: 1n << 32n,
} as const;

/** Bits of a device's status (2.1). */
export const status = {
  acknowledge: 1,
  driver: 2,
  driverOk: 4,
  featuresOk: 8,
  needsReset: 64,
  failed: 128,
} as const;

/** Bits of a device's interrupt status (4.1.4.5). */
const interrupt = { used: 1, configuration: 2 } as const;

/** What a device is made of. */
export interface DeviceOptions {
  readonly simulation: Simulation;
  /** The guest's memory, from address 0. */
  readonly memory: WebAssembly.Memory;
  readonly faults?: Faults;
  /** Features besides the device's own; all common ones by default. */
  readonly features?: bigint;
  /** Descriptors of each queue. */
  readonly queueSize?: number;
}

/** What differs between devices. */
export interface DeviceKind {
  readonly name: string;
  /** Virtio's number of the type (virtio 1.2, chapter 5). */
  readonly type: number;
  readonly features: bigint;
  readonly queues: number;
}

const allCommonFeatures =
  commonFeatures.indirectDescriptors | commonFeatures.eventIndex | commonFeatures.version1;

/** What all virtio devices have in common, whatever bus they are on. */
export abstract class VirtioDevice {
  readonly kind: DeviceKind;
  readonly queues: readonly DeviceQueue[];
  readonly offeredFeatures: bigint;
  acceptedFeatures = 0n;
  /** What the driver did that virtio forbids; a driver of ours must leave this empty. */
  readonly driverErrors: DriverError[] = [];
  /** Called when the device interrupts: for a queue, or else because the configuration changed. */
  onInterrupt: (queue?: number) => void = () => undefined;
  /** Faults may be changed while the device works. */
  faults: Faults;
  interruptStatus = 0;
  configurationGeneration = 0;
  protected readonly simulation: Simulation;
  protected readonly memory: WebAssembly.Memory;
  private currentStatus = 0;
  /** Counts resets, so that what was under way before one does not happen after it. */
  private epoch = 0;

  protected constructor(kind: DeviceKind, options: DeviceOptions) {
    const { simulation, memory, faults = noFaults, queueSize = 64 } = options;
    this.kind = kind;
    this.simulation = simulation;
    this.memory = memory;
    this.faults = faults;
    this.offeredFeatures = kind.features | (options.features ?? allCommonFeatures);
    const view = (): DataView => new DataView(memory.buffer);
    this.queues = Array.from({ length: kind.queues }, () => new DeviceQueue(queueSize, view));
  }

  /** The device's own configuration, as it is now. */
  abstract configuration(): Uint8Array;

  /** Serves one chain, now or later; whoever serves it calls `give`. */
  protected abstract serve(queue: number, chain: Chain): void;

  /** The driver writes into the configuration; most devices have nothing there to be written. */
  writeConfiguration(_offset: number, _value: number, _width: number): void {}

  /** What a device does besides, when it is reset. */
  protected onReset(): void {}

  /** Whether a feature was agreed on. */
  has(feature: bigint): boolean {
    return (this.acceptedFeatures & feature) !== 0n;
  }

  /** The status that the driver reads. */
  get status(): number {
    return this.currentStatus;
  }

  /** The driver writes the status; 0 resets. */
  writeStatus(value: number): void {
    if (value === 0) return this.reset();
    const acceptsAll = (this.acceptedFeatures & ~this.offeredFeatures) === 0n;
    const isModern = this.has(commonFeatures.version1);
    const refused = acceptsAll && isModern ? 0 : status.featuresOk;
    this.currentStatus = (this.currentStatus & status.needsReset) | (value & ~refused);
    const usesEvents = this.has(commonFeatures.eventIndex);
    for (const queue of this.queues) queue.usesEvents = usesEvents;
  }

  /** The driver notifies: there is something in a queue. */
  notify(index: number): void {
    this.note(`notified of queue ${index}`);
    this.afterDelay([0, 0], () => this.serveQueue(index));
  }

  /** The driver acknowledges interrupts. */
  acknowledge(bits: number): void {
    this.interruptStatus &= ~bits;
  }

  /** Changes the configuration in one step, and tells the driver. */
  changeConfiguration(change: () => void): void {
    change();
    this.configurationGeneration++;
    this.interrupt(interrupt.configuration);
  }

  /** Stops working until the driver resets the device. */
  breakDown(): void {
    this.note("needs a reset");
    this.epoch++;
    this.currentStatus |= status.needsReset;
    this.interrupt(interrupt.configuration);
  }

  /** Takes everything from a queue that the driver made available, as far as the device works. */
  protected serveQueue(index: number): void {
    const queue = this.queues[index];
    if (queue === undefined || !this.isWorking) return;
    try {
      queue.setNotify(false);
      for (let chain = queue.take(); chain !== undefined; chain = queue.take()) {
        this.serve(index, chain);
        if (!this.isWorking) return;
      }
      queue.setNotify(true);
      if (queue.availableCount > 0) this.serveQueue(index);
    } catch (error) {
      if (!(error instanceof DriverError)) throw error;
      this.driverErrors.push(error);
      this.breakDown();
    }
  }

  /** Whether the driver said that it is ready and nothing broke since. */
  get isWorking(): boolean {
    return (this.currentStatus & (status.driverOk | status.needsReset)) === status.driverOk;
  }

  /** Gives a chain back and interrupts if the driver wants that. */
  protected give(index: number, chain: Chain, written: number): void {
    const queue = this.queues[index];
    if (queue === undefined) return;
    this.note(`gives chain ${chain.head} of queue ${index} back with ${written} bytes`);
    queue.give(chain.head, written);
    this.interruptFor(index);
  }

  /** Plans something within a range of times, unless the device is reset before. */
  protected afterDelay(range: readonly [least: number, most: number], action: () => void): void {
    const { epoch } = this;
    this.simulation.timeline.after(this.simulation.random.between(...range), () => {
      if (epoch === this.epoch) action();
    });
  }

  /** The guest's memory. */
  protected view(): DataView {
    return new DataView(this.memory.buffer);
  }

  protected note(what: string): void {
    this.simulation.trace.note(`${this.kind.name}: ${what}`);
  }

  /** Interrupts for chains of a queue that were given back, if the driver wants that. */
  protected interruptFor(index: number): void {
    if (this.queues[index]?.takeInterruptWish() === true) this.interrupt(interrupt.used, index);
  }

  private interrupt(bits: number, queue?: number): void {
    this.note(`interrupts for ${bits}`);
    this.interruptStatus |= bits;
    this.onInterrupt(queue);
  }

  private reset(): void {
    this.note("is reset");
    this.epoch++;
    this.currentStatus = 0;
    this.acceptedFeatures = 0n;
    this.interruptStatus = 0;
    for (const queue of this.queues) queue.reset();
    this.onReset();
  }
}
