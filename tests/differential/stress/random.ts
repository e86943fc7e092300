/** A small seeded generator of random numbers (mulberry32): the same seed, the same numbers. */
export class Random {
  constructor(private state: number) {}

  /** An integer from 0 to `limit` - 1. */
  below(limit: number): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  }

  /** True once in `times` on the average. */
  once(times: number): boolean {
    return this.below(times) === 0;
  }

  /** One of the choices; throws a RangeError if there is none. */
  pick<Choice>(choices: readonly Choice[]): Choice {
    const choice = choices[this.below(choices.length)];
    if (choice === undefined) throw new RangeError("there is nothing to choose from");
    return choice;
  }

  /** Up to `most` random choices, and at least `least`. */
  list<Choice>(choices: readonly Choice[], least: number, most: number): Choice[] {
    const length = least + this.below(most - least + 1);
    return Array.from({ length }, () => this.pick(choices));
  }
}
