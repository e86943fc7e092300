import type { SteppedClock } from "../clock.ts";
import { MachineError } from "../exit.ts";

/** Who a simulated processor says it is, which decides what the kernel takes for a clock. */
export type Hypervisor = "kvm" | "tcg" | "frequency-leaf" | "none";

/** Results of CPUID: EAX, EBX, ECX, EDX. */
type Leaf = readonly [number, number, number, number];

/** Ticks of the timestamp counter in a microsecond. */
const ticksPerMicrosecond = 2_600n;

/** What the timestamp counter shows at the beginning. */
const firstTimestamp = 1_000_000n;

/** Nanoseconds that a reading of the timestamp counter takes. */
const readingNs = 20n;

const hypervisorPresent = 1 << 31;
const timestampTimer = 1 << 24;
const localApic = 1 << 9;
const timestampDeadline = 0x6e0;
const noExecuteFeature = 1 << 20;
const kvmSystemTime = 0x4b56_4d01;
const kvmWallClock = 0x4b56_4d00;

const names: Readonly<Record<Hypervisor, Leaf>> = {
  kvm: [0x4000_0001, 0x4b4d_564b, 0x564b_4d56, 0x4d],
  tcg: [0x4000_0001, 0x5447_4354, 0x4743_5447, 0x4743_5447],
  "frequency-leaf": [0x4000_0010, 0, 0, 0],
  none: [0, 0, 0, 0],
};

/** The `cpu` module: a processor that knows its clock and idles until a device interrupts. */
export class Processor {
  /** Model-specific registers as last written. */
  readonly registers = new Map<number, bigint>();
  /** The root of the page tables last loaded, 0 before. */
  pageTables = 0n;
  /** Whether the local APIC's timer takes a value of the timestamp counter. */
  hasTimestampTimer = false;
  hasLocalApic = true;
  /** How often the program waited for an interrupt. */
  waits = 0;
  private readonly clock: SteppedClock;
  private readonly hypervisor: Hypervisor;
  private readonly memory: DataView;
  private readonly waitForDevices: () => void;

  constructor(
    clock: SteppedClock,
    hypervisor: Hypervisor,
    memory: WebAssembly.Memory,
    waitForDevices: () => void,
  ) {
    this.clock = clock;
    this.hypervisor = hypervisor;
    this.memory = new DataView(memory.buffer);
    this.waitForDevices = waitForDevices;
  }

  /** The functions of the machine interface. */
  module() {
    return {
      timestamp: (): bigint => this.timestamp(),
      identify: (leaf: number, _subleaf: number, pointer: number): void => {
        this.leaf(leaf >>> 0).forEach((value, index) => {
          this.memory.setInt32((pointer >>> 0) + index * 4, value, true);
        });
      },
      pause: (): void => undefined,
      fence: (): void => undefined,
      waitForInterrupt: (): void => {
        this.waits++;
        this.waitForDevices();
      },
      halt: (): void => {
        throw new MachineError("the processor is halted for good");
      },
      readMsr: (register: number): bigint => this.registers.get(register >>> 0) ?? 0n,
      writeMsr: (register: number, value: bigint): void =>
        this.writeRegister(register >>> 0, value),
      loadPageTables: (root: bigint): void => {
        this.pageTables = root;
      },
      invalidatePage: (): void => undefined,
      loadInterruptTable: (): void => undefined,
      random: (): bigint => 0x0123_4567_89ab_cdefn,
    };
  }

  /** Reading the counter takes time, as everything does: a program that spins gets somewhere. */
  private timestamp(): bigint {
    this.clock.advance(readingNs);
    return (this.clock.monotonicTime() * ticksPerMicrosecond) / 1000n + firstTimestamp;
  }

  /** The time of the local APIC's deadline (Intel SDM 3, 11.5.4.1); undefined for none. */
  timerDeadline(): bigint | undefined {
    const ticks = this.registers.get(timestampDeadline) ?? 0n;
    if (ticks === 0n) return undefined;
    return ((ticks - firstTimestamp) * 1000n + ticksPerMicrosecond - 1n) / ticksPerMicrosecond;
  }

  private leaf(leaf: number): Leaf {
    if (leaf === 0) return [1, 0, 0, 0];
    if (leaf === 1) return [0, 0, this.features(), this.hasLocalApic ? localApic : 0];
    if (leaf === 0x4000_0000) return names[this.hypervisor];
    if (leaf === 0x4000_0001 && this.hypervisor === "kvm") return [1 << 3, 0, 0, 0];
    if (leaf === 0x4000_0010) return [Number(ticksPerMicrosecond) * 1000, 1_000_000, 0, 0];
    if (leaf === 0x8000_0000) return [0x8000_0001 | 0, 0, 0, 0];
    if (leaf === 0x8000_0001) return [0, 0, 0, noExecuteFeature];
    return [0, 0, 0, 0];
  }

  private features(): number {
    const timer = this.hasTimestampTimer ? timestampTimer : 0;
    return this.hypervisor === "none" ? timer : timer | hypervisorPresent;
  }

  private writeRegister(register: number, value: bigint): void {
    this.registers.set(register, value);
    const place = Number(value & ~1n);
    if (register === kvmSystemTime) {
      this.memory.setUint32(place, 2, true);
      this.memory.setBigUint64(place + 8, this.timestamp(), true);
      this.memory.setBigUint64(place + 16, this.clock.monotonicTime(), true);
      this.memory.setUint32(place + 24, Number((1000n << 32n) / ticksPerMicrosecond), true);
      this.memory.setInt8(place + 28, 0);
    } else if (register === kvmWallClock) {
      const start = this.clock.wallTime() - this.clock.monotonicTime();
      this.memory.setUint32(place + 4, Number(start / 1_000_000_000n), true);
      this.memory.setUint32(place + 8, Number(start % 1_000_000_000n), true);
    }
  }
}
