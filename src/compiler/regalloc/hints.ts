/** Registers in which a value would like to be, so that moves vanish. */
export class HintTable {
  /** Register in which an instruction leaves the value, or -1. */
  private readonly definedIn: Int8Array;
  /** Register in which the first instruction with such a wish reads the value, or -1. */
  private readonly usedIn: Int8Array;
  /** The value that is copied into this one, or -1. */
  private readonly copyOf: Int32Array;
  /** The value into which this one is copied, or -1. */
  private readonly copiedTo: Int32Array;
  /** The register that the value was given last, or -1. */
  private readonly given: Int8Array;
  /** The register of the first value that is copied into this one, or -1. */
  private readonly wished: Int8Array;
  private readonly wishes = new Int8Array(9);

  constructor(values: number) {
    this.definedIn = new Int8Array(values).fill(-1);
    this.usedIn = new Int8Array(values).fill(-1);
    this.copyOf = new Int32Array(values).fill(-1);
    this.copiedTo = new Int32Array(values).fill(-1);
    this.given = new Int8Array(values).fill(-1);
    this.wished = new Int8Array(values).fill(-1);
  }

  /** An instruction leaves the value in a register. */
  addDefinition(value: number, register: number): void {
    this.definedIn[value] = register;
  }

  /** An instruction reads the value in a register; called from the last use to the first. */
  addUse(value: number, register: number): void {
    this.usedIn[value] = register;
  }

  /** A move or an edge copies one value to another. */
  relate(target: number, source: number): void {
    this.copyOf[target] = source;
    this.copiedTo[source] = target;
  }

  /** A value was given a register, which those related to it now wish for. */
  give(value: number, register: number): void {
    this.given[value] = register;
    const target = this.copiedTo[value] as number;
    if (target >= 0 && (this.wished[target] as number) < 0) this.wished[target] = register;
  }

  /** The register that a value was given last, or -1. */
  lastOf(value: number): number {
    return this.given[value] as number;
  }

  /** Registers for which a value wishes, the strongest wish first; -1 stands for none. */
  wishesOf(value: number): Int8Array {
    const { wishes } = this;
    wishes.fill(-1);
    wishes[0] = this.given[value] as number;
    wishes[1] = this.definedIn[value] as number;
    wishes[2] = this.usedIn[value] as number;
    const source = this.copyOf[value] as number;
    if (source >= 0) wishes[3] = this.given[source] as number;
    wishes[4] = this.wished[value] as number;
    const target = this.copiedTo[value] as number;
    if (target < 0) return wishes;
    wishes[5] = this.given[target] as number;
    wishes[6] = this.usedIn[target] as number;
    wishes[7] = this.wished[target] as number;
    const further = this.copiedTo[target] as number;
    if (further >= 0) wishes[8] = this.given[further] as number;
    return wishes;
  }
}
