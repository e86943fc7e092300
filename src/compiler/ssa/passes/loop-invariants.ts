import { type Dominators, dominatorsOf } from "../control-flow.ts";
import { redirectEdges } from "../edges.ts";
import { type Block, type Edge, none, type SsaFunction, type Value } from "../function.ts";
import { LoopMemory } from "../loop-memory.ts";
import { LoopPressure } from "../loop-pressure.ts";
import { hasLoop, type Loops, loopsOf } from "../loops.ts";
import { Effect, effects, Operation, type ValueTypeId } from "../operations.ts";
import type { Pass } from "./pass.ts";

/**
 * So many values of one register class may come into a loop before what is computed cheaply stays
 * in it: to compute it anew costs less than to load it from the stack.
 */
const affordableValues = 9;

/**
 * Moves what every round of a loop computes alike before the loop: nothing that may trap, and of
 * memory only what nothing in the loop may write and its first round reads in any case.
 */
export const loopInvariants: Pass = {
  name: "loop-invariants",
  run: (fn) => {
    if (!hasLoop(fn)) return;
    const dominators = dominatorsOf(fn);
    const loops = loopsOf(fn, dominators);
    if (loops.headers.length > 0) new InvariantMotion(fn, dominators, loops).run();
  },
};

class InvariantMotion {
  /** The header of the innermost loop in which each value stands, wherever it was moved. */
  private readonly loopOf: Int32Array;
  /** What goes before each loop, by header. */
  private readonly moved = new Map<Block, Value[]>();
  private readonly memory: LoopMemory;
  private readonly pressure: LoopPressure;

  constructor(
    private readonly fn: SsaFunction,
    private readonly dominators: Dominators,
    private readonly loops: Loops,
  ) {
    this.loopOf = new Int32Array(fn.count).fill(none);
    for (let block = 0; block < fn.blockCount; block++) {
      const header = loops.innermost[block] as Block;
      for (const value of fn.parametersOf(block)) this.loopOf[value] = header;
      for (const value of fn.instructionsOf(block)) this.loopOf[value] = header;
    }
    this.memory = new LoopMemory(fn, loops);
    this.pressure = new LoopPressure(fn, loops, this.loopOf);
  }

  run(): void {
    for (const block of this.dominators.order) {
      if (this.loops.depths[block] !== 0) this.visit(block);
    }
    for (const [header, values] of this.moved) {
      const instructions = this.fn.instructionsOf(blockBefore(this.fn, header, this.loops));
      instructions.splice(instructions.length - 1, 0, ...values);
    }
  }

  private visit(block: Block): void {
    const { fn } = this;
    let isFirst = this.loops.innermost[block] === block;
    fn.blockInstructions[block] = fn.instructionsOf(block).filter((value) => {
      const effect = effects[fn.operation[value] as number] as number;
      const header = isMovable(fn, value) ? this.destination(value, block, isFirst) : none;
      if (effect === Effect.write || effect === Effect.trap) isFirst = false;
      if (header !== none) this.move(value, header);
      return header === none;
    });
  }

  /**
   * The header of the outermost loop before which a value may and had better be computed, or `none`;
   * `isFirst`: nothing in the loop does anything to be noticed before it.
   */
  private destination(value: Value, block: Block, isFirst: boolean): Block {
    const { fn, loops } = this;
    let found: Block = none;
    for (
      let header = loops.innermost[block] as Block;
      header !== none && this.runsEachRound(block, header) && this.isInvariant(value, header);
      header = loops.outer[header] as Block
    ) {
      const operation = fn.operation[value] as number;
      if (operation === Operation.load && !(isFirst && header === block)) break;
      if (effects[operation] === Effect.read) {
        if (!this.memory.isUnchanged(value, header)) break;
      } else if (!isFree(fn, value) && this.pressure.of(value, header) >= affordableValues) break;
      found = header;
    }
    return found;
  }

  private runsEachRound(block: Block, header: Block): boolean {
    return this.fn.predecessorsOf(header).every((edge) => {
      const from = this.fn.edgeFrom[edge] as Block;
      const isBack = this.loops.contains(header, this.loops.innermost[from] as Block);
      return !isBack || this.dominators.dominates(block, from);
    });
  }

  private isInvariant(value: Value, header: Block): boolean {
    let isInvariant = true;
    this.fn.forEachOperand(value, (operand) => {
      const home = this.loopOf[this.fn.resolve(operand)] as Block;
      if (this.loops.contains(header, home)) isInvariant = false;
    });
    return isInvariant;
  }

  private move(value: Value, header: Block): void {
    if (!isFree(this.fn, value)) this.pressure.add(value, header, this.loopOf[value] as Block);
    this.loopOf[value] = this.loops.outer[header] as Block;
    const values = this.moved.get(header);
    if (values === undefined) this.moved.set(header, [value]);
    else values.push(value);
  }
}

/** A comparison stays where the branch is that it becomes one with. */
function isMovable(fn: SsaFunction, value: Value): boolean {
  const operation = fn.operation[value] as number;
  if (effects[operation] === Effect.read) return true;
  if (effects[operation] !== Effect.none) return false;
  return operation !== Operation.compare && operation !== Operation.result;
}

/** Whether a value becomes part of the instructions that use it, or is one already. */
function isFree(fn: SsaFunction, value: Value): boolean {
  const operation = fn.operation[value];
  if (operation === Operation.symbolAddress || operation === Operation.extendUnsigned) return true;
  if (operation !== Operation.pair) return false;
  return [fn.a[value] as Value, fn.b[value] as Value].every(
    (half) => fn.operation[fn.resolve(half)] === Operation.constant,
  );
}

/** The block that leads into a loop and nowhere else; made where there is none. */
function blockBefore(fn: SsaFunction, header: Block, loops: Loops): Block {
  const isEntry = (edge: Edge) =>
    !loops.contains(header, loops.innermost[fn.edgeFrom[edge] as Block] as Block);
  const entries = fn.predecessorsOf(header).filter(isEntry);
  const [only] = entries;
  const from = only === undefined ? none : (fn.edgeFrom[only] as Block);
  if (entries.length === 1 && fn.operation[fn.terminatorOf(from)] === Operation.jump) return from;
  return insertBlock(fn, header, entries);
}

/** Puts a block between some edges and the block that they lead to. */
function insertBlock(fn: SsaFunction, to: Block, entries: readonly Edge[]): Block {
  const block = fn.createBlock();
  const others = fn.predecessorsOf(to).filter((edge) => !entries.includes(edge));
  fn.blockPredecessors[to] = [...entries];
  redirectEdges(fn, to, block, (edge) => fn.argumentsOf(edge));
  fn.blockPredecessors[to] = others;
  const parameters = fn.parametersOf(to).map((value, index) => {
    const type = fn.type[value] as ValueTypeId;
    return fn.create(Operation.parameter, type, none, none, none, index);
  });
  fn.blockParameters[block] = parameters;
  const list = fn.createList([fn.createEdge(block, to, [...parameters])]);
  fn.append(block, fn.create(Operation.jump, 0, none, list, 1));
  return block;
}
