import {
  type ConfigConstant,
  configConstants,
  platformIds,
} from "../contracts/machine-interface.ts";
import { completeModules, type MachineModules, sharedMemoryModule } from "./machine.ts";
import { type PortDevice, portModule, type RegisterDevice, registerModule } from "./pc/buses.ts";
import { placeTexts } from "./texts.ts";
import type { Timeline } from "./timeline.ts";

/** What a bare machine is made of. */
export interface BareMachineParts {
  /** A part of the kernel, compiled by itself. */
  readonly kernel: WebAssembly.Module;
  readonly timeline: Timeline;
  readonly memoryBytes?: number;
  readonly config?: Readonly<Partial<Record<ConfigConstant, number>>>;
  /** Further functions that the part asks of its machine. */
  readonly modules?: MachineModules;
}

const pageBytes = 65_536;

/** Time that an access to a device takes, so that a loop which waits for one gets somewhere. */
const pauseNs = 100n;

/** Where memory begins that the part may use: behind its statics and texts. */
export const bareHeapStart = 0x12_0000;

/** A part of the kernel in V8, with devices on its buses, but without an app and without a boot. */
export class BareMachine {
  readonly memory: WebAssembly.Memory;
  readonly registers: RegisterDevice[] = [];
  readonly ports: PortDevice[] = [];
  private readonly exports: WebAssembly.Exports;

  constructor(parts: BareMachineParts) {
    const { kernel, timeline, memoryBytes = 0x40_0000, config, modules: further } = parts;
    this.memory = new WebAssembly.Memory({ initial: memoryBytes / pageBytes });
    const modules: MachineModules = {
      port: portModule(this.ports),
      mmio: registerModule(this.registers),
      dma: sharedMemoryModule(this.memory),
      cpu: { fence: () => undefined, pause: () => timeline.advance(pauseNs) },
      ...further,
    };
    const given: Partial<Record<ConfigConstant, number>> = {
      platform: platformIds.node,
      ...config,
    };
    this.exports = new WebAssembly.Instance(kernel, {
      ...completeModules(modules),
      config: Object.fromEntries(configConstants.map((name) => [name, given[name] ?? 0])),
      text: placeTexts(kernel, this.memory),
      env: { memory: this.memory },
    }).exports;
  }

  /** Calls an export: numbers become i32, bigints i64; an i32 comes back unsigned. */
  call(name: string, ...values: (number | bigint)[]): number {
    const result = this.apply(name, values);
    return typeof result === "number" ? result >>> 0 : 0;
  }

  /** Calls an export that returns an i64, which comes back unsigned. */
  callWide(name: string, ...values: (number | bigint)[]): bigint {
    const result = this.apply(name, values);
    return typeof result === "bigint" ? BigInt.asUintN(64, result) : 0n;
  }

  private apply(name: string, values: readonly (number | bigint)[]): unknown {
    const value = this.exports[name];
    if (typeof value !== "function") throw new Error(`this part of the kernel exports no ${name}`);
    return Reflect.apply(value, undefined, values);
  }

  /** The machine's memory as bytes. */
  bytes(pointer: number, length: number): Uint8Array {
    return new Uint8Array(this.memory.buffer, pointer, length);
  }

  /** The machine's memory from an address on. */
  view(pointer = 0): DataView {
    return new DataView(this.memory.buffer, pointer);
  }
}
