import type { Clock } from "../clock.ts";
import type { RegisterDevice } from "./buses.ts";

const timerEntry = 0x320;
const initialCount = 0x380;
const currentCount = 0x390;
const masked = 1 << 16;
const periodic = 1 << 17;
const byTimestamp = 1 << 18;

/** The bus runs at 1 GHz, and the kernel divides it by sixteen. */
const nanosecondsPerCount = 16n;

/** A simulated local APIC, as far as its timer and its registers go (Intel SDM 3, chapter 11). */
export class LocalApic implements RegisterDevice {
  readonly base = 0xfee0_0000n;
  readonly lengthBytes = 0x1000;
  private readonly clock: Clock;
  private readonly timestampDeadline: () => bigint | undefined;
  private readonly values = new Map<number, number>();
  private startTime = 0n;

  /** `timestampDeadline` is the processor's register of that name, as a time. */
  constructor(clock: Clock, timestampDeadline: () => bigint | undefined) {
    this.clock = clock;
    this.timestampDeadline = timestampDeadline;
  }

  readonly read = (offset: number): number => {
    return offset === currentCount ? this.count() : (this.values.get(offset) ?? 0);
  };

  readonly write = (offset: number, value: number): void => {
    this.values.set(offset, value);
    if (offset === initialCount) this.startTime = this.clock.monotonicTime();
  };

  /** When the timer interrupts next; undefined when it does not. */
  nextInterrupt(): bigint | undefined {
    const initial = BigInt(this.read(initialCount));
    if ((this.read(timerEntry) & masked) !== 0) return undefined;
    if ((this.read(timerEntry) & byTimestamp) !== 0) return this.timestampDeadline();
    if (initial === 0n) return undefined;
    const period = initial * nanosecondsPerCount;
    const elapsed = this.clock.monotonicTime() - this.startTime;
    if ((this.read(timerEntry) & periodic) === 0) return this.startTime + period;
    return this.startTime + (elapsed / period + 1n) * period;
  }

  private count(): number {
    const initial = BigInt(this.read(initialCount));
    if (initial === 0n || (this.read(timerEntry) & byTimestamp) !== 0) return 0;
    const elapsed = (this.clock.monotonicTime() - this.startTime) / nanosecondsPerCount;
    if ((this.read(timerEntry) & periodic) !== 0) return Number(initial - (elapsed % initial));
    return elapsed >= initial ? 0 : Number(initial - elapsed);
  }
}
