type Lane = (index: number) => number;

function mask(lane: Lane): number[] {
  return Array.from({ length: 16 }, (_, index) => lane(index));
}

/** Lanes of some bytes, by their numbers among those of two vectors. */
function lanesOf(bytes: number, numbers: readonly number[]): number[] {
  return mask((index) => (numbers[Math.floor(index / bytes)] ?? 0) * bytes + (index % bytes));
}

/** Lanes of two vectors by turns, from a byte on. */
function interleaved(bytes: number, start: number): number[] {
  return mask((index) => {
    const turn = Math.floor(index / bytes);
    return start + (turn >> 1) * bytes + (index % bytes) + (turn & 1) * 16;
  });
}

/** The same shuffle of two vectors that are given the other way round. */
function exchanged(lanes: readonly number[]): number[] {
  return lanes.map((lane) => lane ^ 16);
}

const widths = [1, 2, 4, 8];

const joined: readonly (readonly number[])[] = [
  ...widths.flatMap((bytes) => [interleaved(bytes, 0), interleaved(bytes, 8)]),
  ...[4, 15].map((start) => mask((index) => start + index)),
  lanesOf(4, [0, 2, 5, 7]),
  lanesOf(4, [3, 3, 4, 6]),
  lanesOf(2, [0, 9, 2, 11, 4, 13, 6, 15]),
  lanesOf(2, [8, 1, 2, 3, 12, 5, 14, 7]),
  mask((index) => index + (index & 1) * 16),
  mask((index) => 2 * index),
  mask((index) => (index * 7 + 3) & 31),
];

const single: readonly (readonly number[])[] = [
  mask((index) => index),
  mask((index) => 15 - index),
  mask((index) => (index + 5) & 15),
  mask(() => 0),
  mask(() => 9),
  mask((index) => index >> 1),
  mask((index) => 8 + (index >> 1)),
  lanesOf(4, [3, 2, 1, 0]),
  lanesOf(4, [0, 0, 0, 0]),
  lanesOf(8, [1, 0]),
  lanesOf(2, [3, 1, 0, 2, 4, 5, 6, 7]),
  lanesOf(2, [0, 1, 2, 3, 7, 7, 4, 5]),
  lanesOf(2, [7, 6, 5, 4, 3, 2, 1, 0]),
];

/** Masks of every kind for which there are instructions, and of some for which there are none. */
export const shuffleMasks: readonly (readonly number[])[] = [
  ...joined,
  ...joined.map(exchanged),
  ...single,
  ...single.map(exchanged),
];
