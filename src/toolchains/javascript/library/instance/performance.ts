/** High Resolution Time: the clock since the instance's start. */
import { now, timeOrigin } from "./clock.ts";

/** High Resolution Time, 7. */
export class Performance {
  get timeOrigin(): number {
    return timeOrigin();
  }

  now(): number {
    return now();
  }

  toJSON(): { timeOrigin: number } {
    return { timeOrigin: this.timeOrigin };
  }

  get [Symbol.toStringTag](): string {
    return "Performance";
  }
}

/** The instance's. */
export const performance = new Performance();
