import type { Clock } from "../clock.ts";
import type { PortDevice } from "./buses.ts";

/** A simulated MC146818 in decimal digits, at ports 0x70 and 0x71. */
export class RealTimeClock implements PortDevice {
  readonly firstPort = 0x70;
  readonly portCount = 2;
  private readonly clock: Clock;
  private selected = 0;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  readonly read = (offset: number): number => (offset === 0 ? 0xff : this.register());

  readonly write = (offset: number, value: number): void => {
    if (offset === 0) this.selected = value;
  };

  private register(): number {
    const date = new Date(Number(this.clock.wallTime() / 1_000_000n));
    const values: Readonly<Record<number, number>> = {
      0: date.getUTCSeconds(),
      2: date.getUTCMinutes(),
      4: date.getUTCHours(),
      7: date.getUTCDate(),
      8: date.getUTCMonth() + 1,
      9: date.getUTCFullYear() % 100,
    };
    const value = values[this.selected] ?? 0;
    return Math.floor(value / 10) * 16 + (value % 10);
  }
}
