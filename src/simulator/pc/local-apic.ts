import type { Clock } from "../clock.ts";
import type { RegisterDevice } from "./buses.ts";

const timerEntry = 0x320;
const initialCount = 0x380;
const currentCount = 0x390;
const masked = 1 << 16;
const periodic = 1 << 17;

/** The bus runs at 1 GHz, and the kernel divides it by sixteen. */
const nanosecondsPerCount = 16n;

/** A simulated local APIC, as far as its timer and its registers go (Intel SDM 3, chapter 11). */
export class LocalApic implements RegisterDevice {
  readonly base = 0xfee0_0000n;
  readonly lengthBytes = 0x1000;
  private readonly clock: Clock;
  private readonly values = new Map<number, number>();
  private startTime = 0n;

  constructor(clock: Clock) {
    this.clock = clock;
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
    if (initial === 0n || (this.read(timerEntry) & masked) !== 0) return undefined;
    const period = initial * nanosecondsPerCount;
    const elapsed = this.clock.monotonicTime() - this.startTime;
    if ((this.read(timerEntry) & periodic) === 0) return this.startTime + period;
    return this.startTime + (elapsed / period + 1n) * period;
  }

  private count(): number {
    const initial = BigInt(this.read(initialCount));
    if (initial === 0n) return 0;
    const elapsed = (this.clock.monotonicTime() - this.startTime) / nanosecondsPerCount;
    if ((this.read(timerEntry) & periodic) !== 0) return Number(initial - (elapsed % initial));
    return elapsed >= initial ? 0 : Number(initial - elapsed);
  }
}
