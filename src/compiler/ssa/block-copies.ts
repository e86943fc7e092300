import { type Block, type Edge, none, type SsaFunction, type Value } from "./function.ts";
import { Effect, effects, hasArgumentList, operandCounts, type ValueTypeId } from "./operations.ts";

/** Where edges that leave the copied blocks lead, with copied arguments. */
export type LeadOn = (edge: Edge, values: Value[], from: Block) => Edge;

/**
 * A copy of some blocks of `source`, behind the blocks of `target` (which may be the same
 * function). What they take from elsewhere stays what it is, or what `values` says.
 */
export class BlockCopies {
  /** The copies of blocks. */
  readonly blocks = new Map<Block, Block>();

  constructor(
    private readonly source: SsaFunction,
    private readonly target: SsaFunction,
    /** What stands for values of the source in the target; copies are added. */
    readonly values = new Map<Value, Value>(),
  ) {}

  /** Copies blocks, given with definitions before uses; `leadOn` makes the edges out of them. */
  copy(blocks: readonly Block[], leadOn: LeadOn): void {
    for (const block of blocks) this.createBlock(block);
    for (const block of blocks) this.copyInstructions(block, leadOn);
  }

  /** What stands for a value. */
  valueOf(value: Value): Value {
    const resolved = this.source.resolve(value);
    return this.values.get(resolved) ?? resolved;
  }

  private createBlock(block: Block): void {
    const { source, target } = this;
    const copy = target.createBlock();
    this.blocks.set(block, copy);
    for (const parameter of source.parametersOf(block)) {
      const value = this.createLike(parameter);
      target.parametersOf(copy).push(value);
    }
  }

  private copyInstructions(block: Block, leadOn: LeadOn): void {
    const { source, target } = this;
    const copy = this.blocks.get(block) as Block;
    for (const instruction of source.instructionsOf(block)) {
      const operation = source.operation[instruction] as number;
      const value = this.createLike(instruction);
      const count = operandCounts[operation] as number;
      if (count > 0) target.a[value] = this.valueOf(source.a[instruction] as Value);
      if (count > 1) target.b[value] = this.valueOf(source.b[instruction] as Value);
      if (count > 2) target.c[value] = this.valueOf(source.c[instruction] as Value);
      if (hasArgumentList[operation] === 1) {
        const list = source.listOf(instruction).map((operand) => this.valueOf(operand));
        target.b[value] = target.createList(list);
      } else if (effects[operation] === Effect.end && source.b[instruction] !== none) {
        const edges = source.listOf(instruction).map((edge) => this.copyEdge(edge, copy, leadOn));
        target.b[value] = target.createList(edges);
      }
      target.append(copy, value);
    }
  }

  private copyEdge(edge: Edge, from: Block, leadOn: LeadOn): Edge {
    const { source, target } = this;
    const values = source.argumentsOf(edge).map((value) => this.valueOf(value));
    const to = this.blocks.get(source.edgeTo[edge] as Block);
    return to === undefined ? leadOn(edge, values, from) : target.createEdge(from, to, values);
  }

  private createLike(value: Value): Value {
    const { source } = this;
    this.target.currentOrigin = source.origin[value] as number;
    const copy = this.target.create(
      source.operation[value] as number,
      source.type[value] as ValueTypeId,
      source.a[value],
      source.b[value],
      source.c[value],
      source.aux[value],
      source.low[value],
      source.high[value],
    );
    this.values.set(value, copy);
    return copy;
  }
}
