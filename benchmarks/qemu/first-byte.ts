/** From QEMU's start to the guest's first byte, against the smallest guest that prints. */
import { writeFileSync } from "node:fs";
import type { Bench } from "../bench.ts";
import { type Finding, skipped } from "../report/finding.ts";
import { median, pairedDifference } from "../report/statistics.ts";
import type { MeasuredMachine } from "./machine.ts";
import { makeSmallestGuest } from "./smallest-guest.ts";

const measure = "first byte after the smallest guest's";
const goalMs = 0.7;
const roundCount = 200;

/** Statuses of QEMU: isa-debug-exit ends it with 2 n + 1. */
const expectedStatus = 1;

/** Medians of the differences within each round, under the same flags. */
export function measureFirstByte(
  bench: Bench,
  machine: MeasuredMachine,
  images: Readonly<Record<string, string>>,
): Finding[] {
  const { launcher, accelerator } = bench;
  if (typeof launcher === "string") return [skipped("qemu", measure, launcher)];
  bench.note("qemu: first byte");
  const smallest = bench.path("smallest-guest");
  writeFileSync(smallest, makeSmallestGuest());
  const commands = [smallest, ...Object.values(images)].map((path) => ({
    words: machine.words(path),
    expectedStatus,
  }));
  const [peers = [], ...series] = launcher.time("byte", bench.rounds(roundCount), commands);
  return Object.keys(images).map((name, index) => {
    const runs = series[index] ?? [];
    const { value, ...range } = pairedDifference(runs, peers);
    return {
      area: "qemu",
      measure: `${name}, ${measure} (${accelerator})`,
      value,
      range,
      unit: "ms",
      goal: goalMs,
      detail: detailOf(range, runs, peers),
    };
  });
}

interface Range {
  readonly low: number;
  readonly high: number;
}

function detailOf({ low, high }: Range, runs: readonly number[], peers: readonly number[]): string {
  const medians = `median (fastest): ${described(runs)} : ${described(peers)}`;
  return `${low.toFixed(2)} to ${high.toFixed(2)} ms; ${medians}`;
}

/** The middle, and the fastest, which load disturbs least. */
function described(runs: readonly number[]): string {
  return `${median(runs).toFixed(1)} ms (${Math.min(...runs).toFixed(1)})`;
}
