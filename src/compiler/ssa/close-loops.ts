import type { Dominators } from "./control-flow.ts";
import { type Block, none, type SsaFunction, type Value } from "./function.ts";
import type { Loops } from "./loops.ts";
import { mapUses } from "./map-uses.ts";
import { Operation, type ValueTypeId } from "./operations.ts";

/**
 * Lets everything that is used outside of the innermost loop that computes it leave that loop as a
 * parameter of the block behind an exit, so that copies of the loop's blocks are further sources of
 * it. Returns the loops, of those given by header, for which that worked: each such use must be
 * dominated by one block that is entered from the loop alone.
 */
export function closeLoops(
  fn: SsaFunction,
  dominators: Dominators,
  loops: Loops,
  headers: ReadonlySet<Block>,
): Set<Block> {
  const closing = new LoopClosing(fn, dominators, loops, headers);
  closing.check();
  closing.close();
  return closing.closable;
}

class LoopClosing {
  readonly closable: Set<Block>;
  /** The header of the loop that computes each value, if it is one of those in question. */
  private readonly homes: Int32Array;
  /** By header, the blocks behind exits that are entered from the loop alone. */
  private readonly exits = new Map<Block, Block[]>();
  /** By block behind an exit: what stands for the loop's values there. */
  private readonly parameters = new Map<Block, Map<Value, Value>>();

  constructor(
    private readonly fn: SsaFunction,
    private readonly dominators: Dominators,
    private readonly loops: Loops,
    headers: ReadonlySet<Block>,
  ) {
    this.closable = new Set(headers);
    this.homes = new Int32Array(fn.count).fill(none);
    for (let block = 0; block < fn.blockCount; block++) {
      const header = loops.innermost[block] as Block;
      if (!headers.has(header)) continue;
      for (const value of fn.parametersOf(block)) this.homes[value] = header;
      for (const value of fn.instructionsOf(block)) this.homes[value] = header;
      this.addExits(block, header);
    }
  }

  /** Drops the loops of which a value is used where no single exit leads. */
  check(): void {
    this.forEachUseOutside((value, header, block) => {
      // What selection makes anew for each use must not become a parameter: some need a constant.
      const isPair = this.fn.operation[value] === Operation.pair;
      if (isPair || this.exitBefore(header, block) === undefined) this.closable.delete(header);
      return value;
    });
  }

  /** Makes the parameters, and all uses outside of the loops use them. */
  close(): void {
    this.forEachUseOutside((value, header, block) => {
      const exit = this.closable.has(header) ? this.exitBefore(header, block) : undefined;
      return exit === undefined ? value : this.parameterFor(exit, value);
    });
  }

  private addExits(block: Block, header: Block): void {
    const { fn } = this;
    for (const edge of fn.edgesOf(block)) {
      const to = fn.edgeTo[edge] as Block;
      const isOwn = fn
        .predecessorsOf(to)
        .every((entry) => this.loops.innermost[fn.edgeFrom[entry] as Block] === header);
      if (!isOwn || this.loops.innermost[to] === header) continue;
      const known = this.exits.get(header);
      if (known === undefined) this.exits.set(header, [to]);
      else if (!known.includes(to)) known.push(to);
    }
  }

  private forEachUseOutside(replace: (value: Value, header: Block, block: Block) => Value): void {
    for (let block = 0; block < this.fn.blockCount; block++) {
      const own = this.loops.innermost[block] as Block;
      mapUses(this.fn, block, (value) => {
        const header = this.homes[value];
        if (header === undefined || header === none || header === own) return value;
        return replace(value, header, block);
      });
    }
  }

  private exitBefore(header: Block, block: Block): Block | undefined {
    return this.exits.get(header)?.find((exit) => this.dominators.dominates(exit, block));
  }

  private parameterFor(exit: Block, value: Value): Value {
    const { fn } = this;
    const known = this.parameters.get(exit) ?? new Map<Value, Value>();
    this.parameters.set(exit, known);
    const made = known.get(value);
    if (made !== undefined) return made;
    const parameters = fn.parametersOf(exit);
    const type = fn.type[value] as ValueTypeId;
    const parameter = fn.create(Operation.parameter, type, none, none, none, parameters.length);
    parameters.push(parameter);
    for (const edge of fn.predecessorsOf(exit)) {
      fn.edgeArguments[edge] = [...fn.argumentsOf(edge), value];
    }
    known.set(value, parameter);
    return parameter;
  }
}
