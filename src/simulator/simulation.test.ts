import { describe, expect, it } from "vitest";
import { SeededRandom } from "./random.ts";
import { Simulation } from "./simulation.ts";
import { Timeline } from "./timeline.ts";

describe("SeededRandom", () => {
  it("is a function of its seed", () => {
    const sample = (seed: number) => new SeededRandom(seed).bytes(32);
    expect(sample(1)).toEqual(sample(1));
    expect(sample(1)).not.toEqual(sample(2));
    expect(sample(0)).not.toEqual(sample(2 ** 32));
  });

  it("covers ranges evenly", () => {
    const random = new SeededRandom(5);
    const counts = new Array<number>(6).fill(0);
    for (let turn = 0; turn < 6_000; turn++) {
      const face = random.between(1, 6);
      counts[face - 1] = (counts[face - 1] ?? 0) + 1;
    }
    for (const count of counts) expect(Math.abs(count - 1_000)).toBeLessThan(150);
  });

  it("takes chances for what they are", () => {
    const random = new SeededRandom(5);
    expect(random.chance(0)).toBe(false);
    expect(random.chance(1)).toBe(true);
    expect(() => random.pick([])).toThrow(RangeError);
  });
});

describe("Timeline", () => {
  it("lets events happen in order of time, and of planning within a moment", () => {
    const timeline = new Timeline();
    const { random } = new Simulation(3);
    const happened: [time: number, order: number][] = [];
    for (let order = 0; order < 500; order++) {
      const time = random.below(50);
      timeline.after(time, () => happened.push([time, order]));
    }
    timeline.advance(100);
    const sorted = happened.toSorted(([a, first], [b, second]) => a - b || first - second);
    expect(happened).toHaveLength(500);
    expect(happened).toEqual(sorted);
    expect(timeline.monotonicTime()).toBe(100n);
  });

  it("waits until somebody is ready, and no longer", () => {
    const timeline = new Timeline();
    let isReady = false;
    timeline.after(70, () => {
      isReady = true;
    });
    timeline.waitUntil(1_000n, () => isReady);
    expect(timeline.monotonicTime()).toBe(70n);
    timeline.waitUntil(500n, () => false);
    expect(timeline.monotonicTime()).toBe(500n);
    expect(() => timeline.waitUntil(2n ** 64n - 1n, () => false)).toThrow("everybody waits");
  });

  it("lets an idle minute pass at once", () => {
    const timeline = new Timeline();
    let ticks = 0;
    const tick = (): void => {
      ticks++;
      timeline.after(10_000_000, tick);
    };
    tick();
    timeline.advance(60_000_000_000);
    expect(ticks).toBe(6_001);
  });
});

describe("Trace", () => {
  it("tells two runs apart, keeps the latest entries and digests all", () => {
    const run = (last: string): Simulation => {
      const simulation = new Simulation(1);
      for (let turn = 0; turn < 5_000; turn++) simulation.trace.note(`turn ${turn}`);
      simulation.trace.note(last);
      return simulation;
    };
    expect(run("a").trace.digest()).toBe(run("a").trace.digest());
    expect(run("a").trace.digest()).not.toBe(run("b").trace.digest());
    expect(run("a").trace.entries.length).toBeLessThanOrEqual(4_000);
    expect(run("a").trace.text(2)).toBe("0 ns  turn 4999\n0 ns  a");
  });
});
