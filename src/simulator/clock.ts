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

/** As long as one wait may last, in milliseconds. */
const longestWaitMs = 3_600_000;

/**
 * The host's own clocks; waiting blocks the thread. Whoever may end a wait counts the word of `wake`
 * up and notifies it.
 */
export function hostClock(wake = new Int32Array(new SharedArrayBuffer(4))): Clock {
  const monotonicTime = (): bigint => process.hrtime.bigint();
  return {
    monotonicTime,
    wallTime: () => BigInt(Math.round((performance.timeOrigin + performance.now()) * 1e6)),
    waitUntil: (deadline, isReady) => {
      for (;;) {
        const seen = Atomics.load(wake, 0);
        const left = deadline - monotonicTime();
        if (left <= 0n || isReady()) return;
        const waitMs = Number(left / millisecond) + 1;
        Atomics.wait(wake, 0, seen, Math.min(waitMs, longestWaitMs));
      }
    },
  };
}

/** A clock of a simulation: whatever a machine does may take a little time. */
export interface SteppedClock extends Clock {
  /** Lets time pass without anybody waiting. */
  readonly advance: (nanoseconds: bigint) => void;
}

/** A clock that stands still until somebody waits. */
export class VirtualClock implements SteppedClock {
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
