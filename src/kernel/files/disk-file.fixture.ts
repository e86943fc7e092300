/** A simulated machine whose app sees a disk at /data.img, and calls the kernel for it. */
import { prepareApp } from "../../simulator/app-module.ts";
import type { Disk } from "../../simulator/disk.ts";
import { builtKernel, callKernel } from "../../simulator/kernel.fixture.ts";
import { PcMachine } from "../../simulator/pc/pc-machine.ts";
import type { Simulation } from "../../simulator/simulation.ts";
import { BlockDevice, type BlockOptions } from "../../simulator/virtio/block-device.ts";
import { MmioRegisters } from "../../simulator/virtio/mmio-registers.ts";

const pageBytes = 65_536;
const appPages = 4;
/** `(module (memory 4))`. */
const app = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 5, 3, 1, 0, appPages);

const registersAddress = 0xd000_0000n;
/** What the kernel opens in advance: 3 is /tmp. */
const mountDescriptor = 4;
const rights = { read: 1n << 1n, write: 1n << 6n, sync: 1n << 4n, size: 1n << 22n } as const;
const allRights = Object.values(rights).reduce((all, one) => all | one, 0n);

const place = { vectors: 0, result: 64, path: 128, bytes: 1024 } as const;

/** The longest that one call moves here. */
export const transferLimit = appPages * pageBytes - place.bytes;

/** The kernel's file of a disk, by the functions of WASI. */
export class DiskFile {
  readonly device: BlockDevice;
  /** The machine's memory. */
  readonly view: DataView;
  readonly #pc: PcMachine;
  readonly #descriptor: number;

  constructor(
    simulation: Simulation,
    disk: Disk,
    options: Partial<BlockOptions> = {},
    memoryBytes = 0x40_0000,
  ) {
    const memory = new WebAssembly.Memory({ initial: memoryBytes / pageBytes });
    this.view = new DataView(memory.buffer);
    this.device = new BlockDevice({ simulation, memory, disk, ...options });
    this.#pc = new PcMachine({
      kernel: builtKernel(),
      app: prepareApp(app),
      memory,
      clock: simulation.timeline,
      startInfo: {
        commandLine: `tsuki.time=1 virtio_mmio.device=512@${registersAddress}:5 tsuki.disk=/data.img`,
        launchRecord: new Uint8Array(0),
        memoryMap: [{ start: 0n, lengthBytes: BigInt(memoryBytes), type: 1 }],
      },
      devices: [new MmioRegisters(this.device, registersAddress)],
      interrupts: () => this.device.interruptStatus !== 0,
      opensFiles: true,
    });
    this.#pc.boot();
    this.#descriptor = this.#open();
  }

  /** The bytes read, or an error number. */
  read(offset: number, length: number): Uint8Array | number {
    this.#view.setUint32(place.vectors, place.bytes, true);
    this.#view.setUint32(place.vectors + 4, length, true);
    const error = this.#call("fd_pread", this.#descriptor, 0, 1, BigInt(offset), place.result);
    if (error !== 0) return error;
    return this.#bytes.slice(place.bytes, place.bytes + this.#result);
  }

  /** Writes from two vectors; bytes written, or a negated error number. */
  write(offset: number, bytes: Uint8Array): number {
    const first = bytes.length >> 1;
    const pieces = [place.bytes, first, place.bytes + first, bytes.length - first];
    pieces.forEach((value, index) => this.#view.setUint32(place.vectors + index * 4, value, true));
    this.#bytes.set(bytes, place.bytes);
    const error = this.#call("fd_pwrite", this.#descriptor, 0, 2, BigInt(offset), place.result);
    return error === 0 ? this.#result : -error;
  }

  /** An error number. */
  sync(): number {
    return this.#call("fd_sync", this.#descriptor);
  }

  #open(): number {
    this.#bytes[place.path] = ".".charCodeAt(0);
    const path = [1, place.path, 1, 0, allRights, 0n, 0, place.result] as const;
    const error = this.#call("path_open", mountDescriptor, ...path);
    if (error !== 0) throw new Error(`the disk cannot be opened: ${error}`);
    return this.#result;
  }

  #call(name: string, ...values: (number | bigint)[]): number {
    return Number(callKernel(this.#pc.machine, name, ...values));
  }

  get #result(): number {
    return this.#view.getUint32(place.result, true);
  }

  get #bytes(): Uint8Array {
    return this.#pc.machine.appMemory.bytes();
  }

  get #view(): DataView {
    return new DataView(this.#bytes.buffer);
  }
}
