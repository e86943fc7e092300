/** Squarified treemaps: rectangles as large as what they stand for, and as square as can be. */

/** A rectangle, in the units of whoever asks. */
export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/**
 * Divides a rectangle among sizes, which are positive and descend. Rows are filled along the shorter
 * side as long as that makes their worst rectangle squarer.
 */
export function squarify(sizes: readonly number[], space: Rectangle): readonly Rectangle[] {
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const scale = total === 0 ? 0 : (space.width * space.height) / total;
  const areas = sizes.map((size) => size * scale);
  const placed: Rectangle[] = [];
  let left = space;
  for (let start = 0; start < areas.length; ) {
    const side = Math.min(left.width, left.height);
    let end = start + 1;
    while (end < areas.length) {
      const shorter = worstRatio(areas.slice(start, end), side);
      if (worstRatio(areas.slice(start, end + 1), side) > shorter) break;
      end++;
    }
    left = placeRow(areas.slice(start, end), left, placed);
    start = end;
  }
  return placed;
}

/** The largest ratio of a row's rectangles, the row lying along a side. */
function worstRatio(row: readonly number[], side: number): number {
  const sum = row.reduce((total, area) => total + area, 0);
  const depth = sum / side;
  return Math.max(...row.map((area) => Math.max(depth ** 2 / area, area / depth ** 2)));
}

/** Places a row at the beginning of what is left, and gives what is left then. */
function placeRow(row: readonly number[], space: Rectangle, placed: Rectangle[]): Rectangle {
  const sum = row.reduce((total, area) => total + area, 0);
  const { x, y, width, height } = space;
  const isColumn = width >= height;
  const depth = sum / Math.min(width, height);
  let at = isColumn ? y : x;
  for (const area of row) {
    const length = depth === 0 ? 0 : area / depth;
    placed.push(
      isColumn
        ? { x, y: at, width: depth, height: length }
        : { x: at, y, width: length, height: depth },
    );
    at += length;
  }
  return isColumn
    ? { x: x + depth, y, width: Math.max(0, width - depth), height }
    : { x, y: y + depth, width, height: Math.max(0, height - depth) };
}
