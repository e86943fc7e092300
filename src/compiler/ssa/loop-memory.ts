import { type Block, none, type SsaFunction, type Value } from "./function.ts";
import type { Loops } from "./loops.ts";
import { Effect, effects, Operation } from "./operations.ts";

/** What the blocks of a loop, and of the loops in it, may write. */
interface Writes {
  /** Whether it calls or does anything else behind which every place may have changed. */
  anything: boolean;
  /** Whether it stores to memory, whose addresses are not told apart here. */
  memory: boolean;
  readonly variables: Set<number>;
}

/** Tells what loops leave as it is in memory. */
export class LoopMemory {
  private readonly writes = new Map<Block, Writes>();

  constructor(
    private readonly fn: SsaFunction,
    loops: Loops,
  ) {
    for (const header of loops.headers) {
      this.writes.set(header, { anything: false, memory: false, variables: new Set() });
    }
    for (let block = 0; block < fn.blockCount; block++) {
      const writes = this.writes.get(loops.innermost[block] as Block);
      if (writes !== undefined) this.addBlock(block, writes);
    }
    for (const header of [...loops.headers].reverse()) {
      const outer = loops.outer[header] as Block;
      if (outer !== none) include(this.writes.get(outer), this.writes.get(header));
    }
  }

  /** Whether a load or loadSymbol reads what no round of a loop writes. */
  isUnchanged(load: Value, header: Block): boolean {
    const writes = this.writes.get(header);
    if (writes === undefined || writes.anything) return false;
    const isVariable = this.fn.operation[load] === Operation.loadSymbol;
    return isVariable ? !writes.variables.has(this.fn.low[load] as number) : !writes.memory;
  }

  private addBlock(block: Block, writes: Writes): void {
    const { fn } = this;
    for (const instruction of fn.instructionsOf(block)) {
      const operation = fn.operation[instruction] as number;
      if (operation === Operation.store) writes.memory = true;
      else if (operation === Operation.storeSymbol) {
        writes.variables.add(fn.low[instruction] as number);
      } else if (effects[operation] === Effect.write) writes.anything = true;
    }
  }
}

function include(outer: Writes | undefined, inner: Writes | undefined): void {
  if (outer === undefined || inner === undefined) return;
  outer.anything ||= inner.anything;
  outer.memory ||= inner.memory;
  for (const variable of inner.variables) outer.variables.add(variable);
}
