import { type Clock, neverDeadline } from "./clock.ts";

interface Event {
  readonly time: bigint;
  readonly order: number;
  readonly action: () => void;
}

/**
 * Virtual time with things that happen in it. Nothing passes by itself: time goes on when somebody
 * waits, from event to event, so that an idle minute costs nothing. Events of one moment happen in the
 * order in which they were planned.
 */
export class Timeline implements Clock {
  private now = 0n;
  private planned = 0;
  private readonly launch: bigint;
  /** A binary heap: no event is before its parent at (index - 1) / 2. */
  private readonly events: Event[] = [];

  /** `launch` is the wall clock at monotonic time 0, in nanoseconds since 1970. */
  constructor(launch = 1_700_000_000_000_000_000n) {
    this.launch = launch;
  }

  readonly monotonicTime = (): bigint => this.now;

  readonly wallTime = (): bigint => this.launch + this.now;

  /** Lets events happen until `isReady`, at most until `deadline`. */
  readonly waitUntil = (deadline: bigint, isReady: () => boolean): void => {
    while (!isReady()) {
      const next = this.events[0]?.time ?? neverDeadline;
      if (next > deadline || next === neverDeadline) {
        if (deadline === neverDeadline) {
          throw new Error("everybody waits, and nothing else can happen");
        }
        if (deadline > this.now) this.now = deadline;
        return;
      }
      this.step();
    }
  };

  /** When the next thing happens; `neverDeadline` when nothing is planned. */
  get nextTime(): bigint {
    return this.events[0]?.time ?? neverDeadline;
  }

  /** Plans something for `delayNs` nanoseconds from now. */
  after(delayNs: bigint | number, action: () => void): void {
    this.insert({ time: this.now + BigInt(delayNs), order: this.planned++, action });
  }

  /** Lets the next event happen; false when there is none. */
  step(): boolean {
    const event = this.removeFirst();
    if (event === undefined) return false;
    if (event.time > this.now) this.now = event.time;
    event.action();
    return true;
  }

  /** Lets everything happen that is planned for the next `nanoseconds`. */
  advance(nanoseconds: bigint | number): void {
    this.waitUntil(this.now + BigInt(nanoseconds), () => false);
  }

  private insert(event: Event): void {
    const { events } = this;
    let index = events.push(event) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = events[parent];
      if (above === undefined || isBefore(above, event)) break;
      events[index] = above;
      index = parent;
    }
    events[index] = event;
  }

  private removeFirst(): Event | undefined {
    const { events } = this;
    const first = events[0];
    const last = events.pop();
    if (first === undefined || last === undefined || first === last) return first;
    let index = 0;
    for (;;) {
      const left = 2 * index + 1;
      const leftEvent = events[left];
      if (leftEvent === undefined) break;
      const rightEvent = events[left + 1];
      const goesRight = rightEvent !== undefined && isBefore(rightEvent, leftEvent);
      const child = goesRight ? rightEvent : leftEvent;
      if (isBefore(last, child)) break;
      events[index] = child;
      index = goesRight ? left + 1 : left;
    }
    events[index] = last;
    return first;
  }
}

function isBefore(left: Event, right: Event): boolean {
  return left.time < right.time || (left.time === right.time && left.order < right.order);
}
