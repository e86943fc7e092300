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

/** The middle of the ratios within each round, which a change of load between rounds leaves alone. */
export function pairedRatio(values: readonly number[], peers: readonly number[]): number {
  return median(inPairs(values, peers, (value, peer) => value / peer));
}

/** The middle of the differences within each round. */
export function pairedDifference(values: readonly number[], peers: readonly number[]): number {
  return median(inPairs(values, peers, (value, peer) => value - peer));
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
