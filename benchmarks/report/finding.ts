/** What a benchmark has found, ready to be shown. */

/** The parts that can be run alone with `--only`. */
export const areaNames = [
  "process",
  "qemu",
  "building",
  "code",
  "services",
  "instances",
  "network",
  "solo5",
] as const;

/** The name of one part. */
export type AreaName = (typeof areaNames)[number];

/** How a figure is written. */
export type Unit = "x" | "ms" | "s" | "bytes" | "KiB" | "calls" | "rate" | "instructions";

/** One line of the table. */
export interface Finding {
  readonly area: AreaName;
  readonly measure: string;
  /** Undefined: not measured, `detail` says why. */
  readonly value: number | undefined;
  readonly unit: Unit;
  /** Where the true value lies, if the value is an estimate. */
  readonly range?: { readonly low: number; readonly high: number };
  /** The largest value that meets the goal; undefined: for information. */
  readonly goal?: number;
  /** Whether the goal is the least value instead. */
  readonly isGoalLeast?: boolean;
  /** The figures behind the value, or why there is none. */
  readonly detail: string;
}

/** A measurement that is not possible on this machine. */
export function skipped(area: AreaName, measure: string, why: string): Finding {
  return { area, measure, value: undefined, unit: "x", detail: `skipped: ${why}` };
}

/** How a value stands to its goal; `unclear` when the runs vary too much to tell. */
export type Verdict = "met" | "missed" | "unclear" | undefined;

/** The verdict; undefined without goal or value. */
export function verdictOf({ value, goal, isGoalLeast, range }: Finding): Verdict {
  if (value === undefined || goal === undefined) return undefined;
  if (range !== undefined && range.low <= goal && goal < range.high) return "unclear";
  return (isGoalLeast === true ? value >= goal : value <= goal) ? "met" : "missed";
}

const formats: Readonly<Record<Unit, (value: number) => string>> = {
  x: (value) => `${value.toFixed(value < 0.1 ? 3 : 2)}x`,
  ms: (value) => `${value.toFixed(digitsOfTime(Math.abs(value)))} ms`,
  s: (value) => `${value.toFixed(2)} s`,
  bytes: (value) => `${(value / 1024).toFixed(1)} KiB`,
  KiB: (value) => `${value} KiB`,
  calls: (value) => `${value}`,
  rate: (value) => value.toFixed(0),
  instructions: (value) => value.toLocaleString("en"),
};

function digitsOfTime(milliseconds: number): number {
  if (milliseconds >= 10) return 1;
  return milliseconds < 0.1 ? 3 : 2;
}

/** A figure with its unit. */
export function formatValue(value: number, unit: Unit): string {
  return formats[unit](value);
}
