import { SeededRandom } from "./random.ts";
import { Timeline } from "./timeline.ts";
import { Trace } from "./trace.ts";

/** What all machines, devices and links of one simulation share. A run is a function of its seed. */
export class Simulation {
  readonly seed: number;
  readonly random: SeededRandom;
  readonly timeline: Timeline;
  readonly trace: Trace;

  /** A seed is a whole number from 0 to 2^53. */
  constructor(seed: number) {
    this.seed = seed;
    this.random = new SeededRandom(seed);
    this.timeline = new Timeline();
    this.trace = new Trace(this.timeline.monotonicTime);
  }
}
