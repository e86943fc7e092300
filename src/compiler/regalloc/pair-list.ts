/** A growing list of pairs of integers in two typed columns. */
export class PairList {
  first: Int32Array<ArrayBuffer> = new Int32Array(256);
  second: Int32Array<ArrayBuffer> = new Int32Array(256);
  count = 0;

  /** Appends a pair and returns its index. */
  add(first: number, second: number): number {
    if (this.count === this.first.length) {
      this.first = doubled(this.first);
      this.second = doubled(this.second);
    }
    this.first[this.count] = first;
    this.second[this.count] = second;
    return this.count++;
  }
}

/** A copy of a column with twice the room, or some if it had none. */
export function doubled(column: Int32Array): Int32Array<ArrayBuffer> {
  const grown = new Int32Array(Math.max(16, column.length * 2));
  grown.set(column);
  return grown;
}
