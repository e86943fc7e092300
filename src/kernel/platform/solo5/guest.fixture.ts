import { platformIds } from "../../../contracts/machine-interface.ts";
import {
  solo5DeviceTypes,
  solo5Manifest,
  sptBootInfo,
  sptSystemCalls,
} from "../../../contracts/solo5.ts";
import { InstanceExit } from "../../../simulator/exit.ts";
import { builtKernel, callToEnd, preparedIdleApp } from "../../../simulator/kernel.fixture.ts";
import { Machine } from "../../../simulator/machine.ts";

const pageBytes = 65_536;
/** Where tenders put what they hand over: the record, the manifest, the command line. */
const recordAddress = 0x1_1000;
const appAddress = 0x18_0000;
const appInitialPages = 1;
const heapStart = appAddress + appInitialPages * pageBytes;

/** -EAGAIN. */
const tryAgain = -11n;

/** What a tender hands over. */
export interface Handover {
  readonly commandLine?: Uint8Array;
  readonly hasNetwork?: boolean;
  readonly memoryBytes?: number;
  /** Whether the processor has RDRAND. */
  readonly hasRandom?: boolean;
}

/** A kernel configured for `solo5`, and a tender that is a script. */
export class TenderedGuest {
  console = "";
  readonly memory = new WebAssembly.Memory({ initial: 0x40_0000 / pageBytes });
  readonly machine: Machine;
  /** Frames that wait at the network device, and those that were sent. */
  readonly received: Uint8Array[] = [];
  readonly sent: Uint8Array[] = [];

  constructor(handover: Handover, config: ConstructorParameters<typeof Machine>[0]["config"] = {}) {
    this.machine = new Machine({
      kernel: builtKernel(),
      app: preparedIdleApp,
      memory: this.memory,
      config: {
        platform: platformIds.solo5,
        heapStart,
        appImageStart: appAddress,
        appInitialPages,
        opensSockets: 0,
        opensFiles: 0,
        ...config,
      },
      modules: {
        host: { call: (number: number, ...values: bigint[]) => this.systemCall(number, values) },
        cpu: {
          identify: (_leaf: number, _subleaf: number, pointer: number) => {
            const view = new DataView(this.memory.buffer);
            view.setUint32(pointer + 8, handover.hasRandom === false ? 0 : 1 << 30, true);
          },
          random: () => 7n,
        },
      },
      onTrap: (report) => {
        throw new Error(report);
      },
    });
    this.handOver(handover);
  }

  /** The bytes of what was handed over. */
  get record(): Uint8Array {
    return new Uint8Array(this.memory.buffer, recordAddress, 0x4000);
  }

  /** Boots; gives the exit status. */
  boot(record = BigInt(recordAddress)): number {
    return this.machine.boot(record);
  }

  /** Calls an export of the kernel; an exit gives its status. */
  call(name: string, ...values: (number | bigint)[]): unknown {
    return callToEnd(this.machine, name, ...values);
  }

  /** The strings of the app's arguments or of its environment. */
  strings(family: "args" | "environ"): string[] {
    const view = new DataView(this.machine.appMemory.bytes().buffer);
    this.call(`${family}_sizes_get`, 0, 4);
    const [count, bytes] = [view.getUint32(0, true), view.getUint32(4, true)];
    const start = 64 + 4 * count;
    this.call(`${family}_get`, 64, start);
    const text = new TextDecoder().decode(new Uint8Array(view.buffer, start, bytes));
    return text.split("\0").slice(0, count);
  }

  private handOver({ commandLine, hasNetwork = false, memoryBytes }: Handover): void {
    const { record } = this;
    const view = new DataView(record.buffer, record.byteOffset);
    const manifest = 0x40;
    const line = 0x1000;
    view.setBigUint64(sptBootInfo.memoryBytes, BigInt(memoryBytes ?? 0x40_0000), true);
    view.setBigUint64(sptBootInfo.commandLine, BigInt(recordAddress + line), true);
    view.setBigUint64(sptBootInfo.manifest, BigInt(recordAddress + manifest), true);
    view.setInt32(sptBootInfo.epoll, 3, true);
    view.setInt32(sptBootInfo.timer, 4, true);
    view.setUint32(manifest, solo5Manifest.version, true);
    view.setUint32(manifest + 4, 2, true);
    const device = manifest + solo5Manifest.headerBytes + solo5Manifest.entryBytes;
    view.setUint32(device + solo5Manifest.type, solo5DeviceTypes.network, true);
    view.setUint16(device + solo5Manifest.properties + 6, 1500, true);
    view.setInt32(device + solo5Manifest.descriptor, 5, true);
    view.setUint8(device + solo5Manifest.attached, hasNetwork ? 1 : 0);
    record.set(commandLine ?? new Uint8Array(0), line);
  }

  private systemCall(number: number, values: readonly bigint[]): bigint {
    const [descriptor = 0n, address = 0n, length = 0n] = values;
    switch (number) {
      case sptSystemCalls.exitGroup:
        throw new InstanceExit(Number(descriptor));
      case sptSystemCalls.write:
        if (descriptor === 5n) this.sent.push(this.bytes(address, length).slice());
        else this.console += new TextDecoder().decode(this.bytes(address, length).slice());
        return length;
      case sptSystemCalls.read:
        return this.read(address);
      default:
        return 0n;
    }
  }

  private read(address: bigint): bigint {
    const frame = this.received.shift();
    if (frame === undefined) return tryAgain;
    this.bytes(address, BigInt(frame.length)).set(frame);
    return BigInt(frame.length);
  }

  private bytes(address: bigint, length: bigint): Uint8Array {
    const offset = Number(address) - appAddress;
    const isApp = offset >= 0 && offset < appInitialPages * pageBytes;
    const { buffer } = isApp ? this.machine.appMemory.bytes() : this.memory;
    return new Uint8Array(buffer, isApp ? offset : Number(address), Number(length));
  }
}
