const nothing: readonly number[] = [];

/** Which virtual registers' current values each location surely holds at one point of a function. */
export class SymbolicState {
  private readonly held: Map<number, readonly number[]>;

  constructor(held: ReadonlyMap<number, readonly number[]> = new Map()) {
    this.held = new Map(held);
  }

  copy(): SymbolicState {
    return new SymbolicState(this.held);
  }

  /** The virtual registers whose values a location holds. */
  at(location: number): readonly number[] {
    return this.held.get(location) ?? nothing;
  }

  /** The locations that hold a virtual register's value, for messages. */
  locationsOf(register: number): number[] {
    return [...this.held].filter(([, values]) => values.includes(register)).map(([place]) => place);
  }

  set(location: number, registers: readonly number[]): void {
    if (registers.length === 0) this.held.delete(location);
    else this.held.set(location, registers);
  }

  /** A virtual register gets a new value: what locations held of the old one is void. */
  forget(register: number): void {
    for (const [location, registers] of this.held) {
      if (!registers.includes(register)) continue;
      this.set(
        location,
        registers.filter((held) => held !== register),
      );
    }
  }

  /** Passes block arguments: all parameters change at once. */
  rename(parameters: readonly number[], values: readonly number[]): void {
    if (parameters.length === 0) return;
    const passed = new Map<number, number[]>();
    values.forEach((value, index) => {
      const targets = passed.get(value) ?? [];
      targets.push(parameters[index] as number);
      passed.set(value, targets);
    });
    const replaced = new Set(parameters);
    for (const [location, registers] of this.held) {
      const renamed = registers.filter((register) => !replaced.has(register));
      for (const register of registers) renamed.push(...(passed.get(register) ?? nothing));
      this.set(location, renamed);
    }
  }

  /** Keeps what another state holds too, and returns whether that made a difference. */
  meet(other: SymbolicState): boolean {
    let changed = false;
    for (const [location, registers] of this.held) {
      const others = other.at(location);
      const common = registers.filter((register) => others.includes(register));
      if (common.length === registers.length) continue;
      changed = true;
      this.set(location, common);
    }
    return changed;
  }
}
