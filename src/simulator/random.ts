/** Seeded randomness (xoshiro128**, Blackman and Vigna 2018): the same seed, the same numbers. */
export class SeededRandom {
  private readonly state = new Uint32Array(4);

  /** Any number is a seed; its lower 53 bits count. */
  constructor(seed: number) {
    // splitmix32 spreads a small seed over the state.
    let mixed = (seed ^ Math.floor(seed / 2 ** 32)) >>> 0;
    for (let index = 0; index < 4; index++) {
      mixed = (mixed + 0x9e37_79b9) >>> 0;
      let word = mixed;
      word = Math.imul(word ^ (word >>> 16), 0x21f0_aaad);
      word = Math.imul(word ^ (word >>> 15), 0x735a_2d97);
      this.state[index] = word ^ (word >>> 15);
    }
  }

  /** The next 32 bits. */
  bits(): number {
    const [a = 0, b = 0, c = 0, d = 0] = this.state;
    const product = Math.imul(b, 5);
    const result = Math.imul((product << 7) | (product >>> 25), 9) >>> 0;
    const third = c ^ a;
    const fourth = d ^ b;
    this.state[1] = b ^ third;
    this.state[0] = a ^ fourth;
    this.state[2] = third ^ (b << 9);
    this.state[3] = (fourth << 11) | (fourth >>> 21);
    return result;
  }

  /** A whole number from 0 to below `limit`, which is at most 2^32. */
  below(limit: number): number {
    return Math.floor((this.bits() / 2 ** 32) * limit);
  }

  /** A whole number in a closed range. */
  between(low: number, high: number): number {
    return low + this.below(high - low + 1);
  }

  /** True with a probability from 0 to 1. */
  chance(probability: number): boolean {
    return probability > 0 && this.bits() / 2 ** 32 < probability;
  }

  /** One of the items, of which there must be some. */
  pick<Item>(items: readonly Item[]): Item {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new RangeError("there is nothing to pick from");
    return item;
  }

  /** Random bytes. */
  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.bits() & 0xff);
  }

  /** Randomness of its own for a part, which does not change when other parts use more or less. */
  fork(): SeededRandom {
    return new SeededRandom(this.bits());
  }
}
