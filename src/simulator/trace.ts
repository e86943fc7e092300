import { createHash } from "node:crypto";

/** One thing that happened in a simulation. */
export interface TraceEntry {
  /** Nanoseconds since the simulation's start. */
  readonly time: bigint;
  readonly what: string;
}

/** How many of the latest entries are kept. */
const keptEntries = 2_000;

/** What happened in a simulation: the latest entries, and a digest of all of them. */
export class Trace {
  readonly entries: TraceEntry[] = [];
  private readonly hash = createHash("sha256");
  private readonly now: () => bigint;

  /** `now` tells the time of each entry. */
  constructor(now: () => bigint) {
    this.now = now;
  }

  /** Notes that something happened. */
  readonly note = (what: string): void => {
    const time = this.now();
    this.hash.update(`${time} ${what}\n`);
    this.entries.push({ time, what });
    if (this.entries.length > 2 * keptEntries) this.entries.splice(0, keptEntries);
  };

  /** A digest of everything so far: two runs of one seed have the same. */
  digest(): string {
    return this.hash.copy().digest("hex");
  }

  /** The latest entries as text, one a line. */
  text(count = 40): string {
    return this.entries
      .slice(-count)
      .map(({ time, what }) => `${time} ns  ${what}`)
      .join("\n");
  }
}
