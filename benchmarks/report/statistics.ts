/** The few figures that a series of runs is told by. All series are in the order of the rounds. */

/** The value below which a share of the series lies, interpolated; NaN for an empty series. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((first, second) => first - second);
  const position = (sorted.length - 1) * share;
  const below = sorted[Math.floor(position)] ?? Number.NaN;
  const above = sorted[Math.ceil(position)] ?? Number.NaN;
  return below + (above - below) * (position - Math.floor(position));
}

/** The middle value. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The mean of ratios: the n-th root of their product; NaN for an empty series. */
export function geometricMean(values: readonly number[]): number {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}

/** A median and where the true one lies, with 95 % confidence. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** How many standard deviations of a normal distribution hold 95 % of it. */
const deviations = 1.96;

/**
 * The middle value with its confidence interval by order statistics, which supposes nothing of how
 * the values are distributed: the rank of the median among n values deviates by sqrt(n) / 2.
 */
export function estimate(values: readonly number[]): Estimate {
  const count = values.length;
  const sorted = [...values].sort((first, second) => first - second);
  const reach = (deviations * Math.sqrt(count)) / 2;
  const low = Math.max(0, Math.floor(count / 2 - reach));
  const high = Math.min(count - 1, Math.ceil(count / 2 + reach));
  return {
    value: median(values),
    low: sorted[low] ?? Number.NaN,
    high: sorted[high] ?? Number.NaN,
  };
}

/** The middle of the ratios within each round, which a change of load between rounds leaves alone. */
export function pairedRatio(values: readonly number[], peers: readonly number[]): Estimate {
  return estimate(inPairs(values, peers, (value, peer) => value / peer));
}

/** The middle of the differences within each round. */
export function pairedDifference(values: readonly number[], peers: readonly number[]): Estimate {
  return estimate(inPairs(values, peers, (value, peer) => value - peer));
}

function inPairs(
  values: readonly number[],
  peers: readonly number[],
  combine: (value: number, peer: number) => number,
): number[] {
  const rounds = Math.min(values.length, peers.length);
  return Array.from({ length: rounds }, (_, round) =>
    combine(values[round] ?? Number.NaN, peers[round] ?? Number.NaN),
  );
}
