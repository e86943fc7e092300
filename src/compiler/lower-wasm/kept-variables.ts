import type { Builder } from "../ssa/builder.ts";
import { type Block, none, type Value } from "../ssa/function.ts";
import { Operation, ValueType, type ValueTypeId } from "../ssa/operations.ts";

/**
 * Locals that stay variables (`getVariable`, `setVariable`), in the place of ssa/variables.ts: no
 * block takes parameters for them, which makes for quick lowering and slow code. Within a block a
 * variable's value is known once it was read or written.
 */
export class KeptVariables {
  private readonly values: Int32Array;
  /** The block in which each value is known. */
  private readonly blocks: Int32Array;

  constructor(
    private readonly builder: Builder,
    private readonly types: readonly ValueTypeId[],
  ) {
    this.values = new Int32Array(types.length);
    this.blocks = new Int32Array(types.length).fill(none);
  }

  /** Sets a variable where the builder stands. */
  write(variable: number, block: Block, value: Value): void {
    this.builder.emit(Operation.setVariable, ValueType.none, value, none, none, variable);
    this.know(variable, block, value);
  }

  /** The value of a variable where the builder stands. */
  read(variable: number, block: Block): Value {
    if (this.blocks[variable] === block) {
      return this.builder.fn.resolve(this.values[variable] as Value);
    }
    const type = this.types[variable] as ValueTypeId;
    const value = this.builder.emit(Operation.getVariable, type, none, none, none, variable);
    this.know(variable, block, value);
    return value;
  }

  /** Edges that are still to come change nothing. */
  seal(): void {}

  private know(variable: number, block: Block, value: Value): void {
    this.values[variable] = value;
    this.blocks[variable] = block;
  }
}
