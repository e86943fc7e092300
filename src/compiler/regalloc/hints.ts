/** Registers and values in whose place a value would like to be, so that moves vanish. */
export class HintTable {
  /** Register in which an instruction leaves the value, or -1. */
  readonly definedIn: Int8Array;
  /** Register in which the first instruction with such a wish reads the value, or -1. */
  readonly usedIn: Int8Array;
  /** The value that is copied into this one, or -1. */
  readonly copyOf: Int32Array;
  /** The value into which this one is copied, or -1. */
  readonly copiedTo: Int32Array;

  constructor(values: number) {
    this.definedIn = new Int8Array(values).fill(-1);
    this.usedIn = new Int8Array(values).fill(-1);
    this.copyOf = new Int32Array(values).fill(-1);
    this.copiedTo = new Int32Array(values).fill(-1);
  }

  addDefinition(value: number, register: number): void {
    this.definedIn[value] = register;
  }

  /** Called from the last use to the first. */
  addUse(value: number, register: number): void {
    this.usedIn[value] = register;
  }

  relate(target: number, source: number): void {
    this.copyOf[target] = source;
    this.copiedTo[source] = target;
  }
}
