import { platformIds } from "../../contracts/machine-interface.ts";
import type { PreparedApp } from "../app-module.ts";
import { neverDeadline, type SteppedClock, VirtualClock } from "../clock.ts";
import { InstanceExit } from "../exit.ts";
import { Machine } from "../machine.ts";
import { type PortDevice, portModule, type RegisterDevice, registerModule } from "./buses.ts";
import { IoApic } from "./io-apic.ts";
import { LocalApic } from "./local-apic.ts";
import { type Hypervisor, Processor } from "./processor.ts";
import { RealTimeClock } from "./real-time-clock.ts";
import { SerialPort } from "./serial-port.ts";
import { type StartInfo, startInfoAddress, writeStartInfo } from "./start-info.ts";

/** A simulated virtual machine with a kernel in it. */
export interface PcOptions {
  readonly kernel: WebAssembly.Module;
  readonly app: PreparedApp;
  /** Memory of the machine; what the kernel may read, which is more than the memory map says. */
  readonly memory: WebAssembly.Memory;
  readonly startInfo: StartInfo;
  readonly hypervisor?: Hypervisor;
  /** Whether the local APIC's timer takes a value of the timestamp counter. */
  readonly hasTimestampTimer?: boolean;
  readonly clock?: SteppedClock;
  readonly hasControlChannel?: boolean;
  /** COM1, which is there otherwise. */
  readonly hasConsole?: boolean;
  /** A local APIC, which is there otherwise. */
  readonly hasLocalApic?: boolean;
  readonly hasRealTimeClock?: boolean;
  /** Devices that the command line names; the kernel looks for them when there are some. */
  readonly devices?: readonly RegisterDevice[];
  /** Whether one of them interrupts; a line stays high until the kernel has acknowledged it. */
  readonly interrupts?: () => boolean;
  /** Whether the app can have sockets, which are those of the kernel's own stack. */
  readonly opensSockets?: boolean;
  /** Whether it can open files. */
  readonly opensFiles?: boolean;
  /** QEMU's isa-debug-exit, which is there otherwise. */
  readonly hasDebugExit?: boolean;
  /** Whatever else the machine has on its port bus. */
  readonly ports?: readonly PortDevice[];
}

/** Where a simulated image would lie: no machine code, but every range of one. */
export const simulatedImage = {
  textStart: 0x10_2000,
  textEnd: 0x10_4000,
  readOnlyStart: 0x10_4000,
  readOnlyEnd: 0x10_5000,
  pageTables: 0x11_8000,
  stackLow: 0xff70_8000,
  stackHigh: 0xff80_8000,
  heapStart: 0x12_0000,
} as const;

/** Where the launch record is put. */
const launchAddress = 0x14_0000;

/** A kernel configured for `pc` in V8, with the devices that it expects. */
export class PcMachine {
  readonly clock: SteppedClock;
  readonly console = new SerialPort(0x3f8);
  readonly control = new SerialPort(0x2f8);
  readonly localApic: LocalApic;
  readonly ioApic = new IoApic();
  readonly processor: Processor;
  readonly machine: Machine;
  private readonly deviceInterrupts: () => boolean;
  /** The report of a trap that V8 caught; a kernel on `pc` writes its own. */
  trapReport = "";

  constructor(options: PcOptions) {
    const { kernel, app, memory, startInfo, clock = new VirtualClock() } = options;
    const { devices = [], opensSockets = false, opensFiles = false } = options;
    const findsDevices = devices.length > 0 || opensSockets || opensFiles ? 1 : 0;
    this.clock = clock;
    this.processor = new Processor(clock, options.hypervisor ?? "tcg", memory, this.waitForDevices);
    this.deviceInterrupts = options.interrupts ?? (() => false);
    this.processor.hasTimestampTimer = options.hasTimestampTimer ?? false;
    this.processor.hasLocalApic = options.hasLocalApic ?? true;
    this.localApic = new LocalApic(clock, () => this.processor.timerDeadline());
    writeStartInfo(new Uint8Array(memory.buffer), startInfo, launchAddress);
    linkPageTables(new DataView(memory.buffer, simulatedImage.pageTables));
    this.processor.pageTables = BigInt(simulatedImage.pageTables);
    const debugExit: PortDevice = { firstPort: 0xf4, portCount: 4, read: () => 0, write: powerOff };
    const ports: PortDevice[] = [...(options.ports ?? [])];
    if (options.hasConsole ?? true) ports.push(this.console);
    if (options.hasDebugExit ?? true) ports.push(debugExit);
    if (options.hasControlChannel ?? true) ports.push(this.control);
    if (options.hasRealTimeClock ?? false) ports.push(new RealTimeClock(clock));
    this.machine = new Machine({
      kernel,
      app,
      memory,
      // Files and sockets only where they are meant: preparing them takes memory and time.
      config: {
        platform: platformIds.pc,
        ...simulatedImage,
        opensSockets: opensSockets ? 1 : 0,
        usesOwnStack: opensSockets ? 1 : 0,
        opensFiles: opensFiles ? 1 : 0,
        findsDevices,
      },
      modules: {
        port: portModule(ports),
        mmio: registerModule([this.localApic, this.ioApic, ...devices]),
        cpu: this.processor.module(),
      },
      onTrap: (report) => {
        this.trapReport = report;
      },
    });
  }

  /** Boots by the start_info that the constructor wrote; the machine's end gives 0. */
  boot(record = BigInt(startInfoAddress)): number {
    return this.machine.boot(record);
  }

  /** Halts: time passes until the timer or the control channel interrupts. */
  private readonly waitForDevices = (): void => {
    const hasControl = (): boolean => this.control.interrupts && this.ioApic.vectorOf(3) !== 0;
    const hasInterrupt = (): boolean => hasControl() || this.deviceInterrupts();
    this.clock.waitUntil(this.localApic.nextInterrupt() ?? neverDeadline, hasInterrupt);
  };
}

/**
 * The tables that an image brings, as far as the kernel adds to them: a root, four directories for
 * the window, and the pages of the 2 MiB in which the image lies, none of them mapped.
 */
function linkPageTables(view: DataView): void {
  const link = (entry: number, table: number): void =>
    view.setBigUint64(entry, BigInt(simulatedImage.pageTables + table) | 3n, true);
  link(0, 0x1000);
  for (let index = 0; index < 4; index++) {
    link(0x1000 + index * 8, 0x2000 + index * 0x1000);
  }
  link(0x2000, 0x9000);
}

function powerOff(): void {
  throw new InstanceExit(0);
}
