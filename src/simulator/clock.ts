/** A machine's clocks; all times are nanoseconds. */
export interface Clock {
  /** Since an arbitrary start; never goes back. */
  readonly monotonicTime: () => bigint;
  /** Since 1970. */
  readonly wallTime: () => bigint;
  /** Waits until the monotonic clock shows `deadline`, or until `isReady` says so. */
  readonly waitUntil: (deadline: bigint, isReady: () => boolean) => void;
}

/** The deadline that never comes: the largest 64-bit number. */
export const neverDeadline = 0xffff_ffff_ffff_ffffn;

const millisecond = 1_000_000n;

/** How often a waiting host looks for input, in milliseconds. */
const inputPollMs = 2;

/** The host's own clocks; waiting blocks the thread. */
export function hostClock(): Clock {
  const monotonicTime = (): bigint => process.hrtime.bigint();
  const signal = new Int32Array(new SharedArrayBuffer(4));
  return {
    monotonicTime,
    wallTime: () => BigInt(Math.round((performance.timeOrigin + performance.now()) * 1e6)),
    waitUntil: (deadline, isReady) => {
      for (let left = deadline - monotonicTime(); left > 0n && !isReady(); ) {
        const waitMs = Number(left / millisecond) + 1;
        Atomics.wait(signal, 0, 0, Math.min(waitMs, inputPollMs * 50));
        left = deadline - monotonicTime();
      }
    },
  };
}

/** A clock that stands still until somebody waits. */
export class VirtualClock implements Clock {
  private now: bigint;
  private readonly launch: bigint;

  /** `launch` is the wall clock at monotonic time 0. */
  constructor(launch = 1_700_000_000_000_000_000n) {
    this.now = 0n;
    this.launch = launch;
  }

  readonly monotonicTime = (): bigint => this.now;

  readonly wallTime = (): bigint => this.launch + this.now;

  readonly waitUntil = (deadline: bigint, isReady: () => boolean): void => {
    if (isReady()) return;
    if (deadline === neverDeadline) {
      throw new Error("the app waits for input that never comes, and nothing else can happen");
    }
    if (deadline > this.now) this.now = deadline;
  };

  /** Lets time pass without anybody waiting. */
  advance(nanoseconds: bigint): void {
    this.now += nanoseconds;
  }
}
