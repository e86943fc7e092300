import { hasArgumentList, operandCounts, type ValueTypeId } from "./operations.ts";

/** A value or instruction: an index into a function's columns. */
export type Value = number;
/** A block: an index into a function's block columns. */
export type Block = number;
/** A control-flow edge: an index into a function's edge columns. */
export type Edge = number;

/** Parameter and result types of a function. */
export interface Signature {
  readonly parameters: readonly ValueTypeId[];
  readonly results: readonly ValueTypeId[];
}

/** A local of the source holds a value, from an origin up to the next for the same local. */
export interface LocalValue {
  readonly local: number;
  readonly from: number;
  readonly value: Value;
}

/** No operand. */
export const none = -1;

const initialCapacity = 256;

/**
 * One function in SSA form. Instructions and the values they define are the same integers; their
 * fields stand in typed columns. Blocks have parameters instead of phi instructions, edges carry
 * the arguments. Block 0 is the entry and its parameters are the function's.
 */
export class SsaFunction {
  /** `Operation` of each instruction. */
  operation = new Uint8Array(initialCapacity);
  /** `ValueType` of each instruction's result. */
  type = new Uint8Array(initialCapacity);
  /** First operand, or `none`. */
  a = new Int32Array(initialCapacity);
  /** Second operand; start of the argument or edge list where there is one. */
  b = new Int32Array(initialCapacity);
  /** Third operand; length of the argument or edge list where there is one. */
  c = new Int32Array(initialCapacity);
  /** Condition, access, trap kind, index or intrinsic, by operation. */
  aux = new Int32Array(initialCapacity);
  /** Low half of a constant (floats by their bits); offset; symbol. */
  low = new Int32Array(initialCapacity);
  /** High half of a 64-bit constant; addend of a symbol. */
  high = new Int32Array(initialCapacity);
  /** The value that stands for this one after a simplification, or itself. */
  alias = new Int32Array(initialCapacity);
  /**
   * Where in the source each instruction comes from, as whoever builds the function counts; 0 where
   * that is nowhere. New ones take it from `currentOrigin`.
   */
  origin = new Int32Array(initialCapacity);
  /** Argument lists and edge lists. */
  lists: number[] = [];

  /** What locals of the source hold from an origin on; only of those that a debugger asks for. */
  localValues: LocalValue[] = [];

  /** What the next instructions created come from: a pass sets it to that of what it replaces. */
  currentOrigin = 0;
  /** Number of instructions created. */
  count = 0;

  /** Instructions of each block in order, the last one of effect "end"; parameters stand apart. */
  blockInstructions: Value[][] = [];
  /** Parameters of each block. */
  blockParameters: Value[][] = [];
  /** Edges into each block. */
  blockPredecessors: Edge[][] = [];

  /** Block that each edge leaves. */
  edgeFrom: Block[] = [];
  /** Block that each edge enters. */
  edgeTo: Block[] = [];
  /** Arguments of each edge, one for each parameter of the block it enters. */
  edgeArguments: Value[][] = [];

  constructor(
    readonly name: string,
    readonly signature: Signature,
  ) {}

  /** Number of blocks created. */
  get blockCount(): number {
    return this.blockInstructions.length;
  }

  /** Adds an empty block. */
  createBlock(): Block {
    this.blockInstructions.push([]);
    this.blockParameters.push([]);
    this.blockPredecessors.push([]);
    return this.blockCount - 1;
  }

  /** Creates an instruction that stands in no block yet. */
  create(
    operation: number,
    type: ValueTypeId,
    a: Value = none,
    b: Value = none,
    c: Value = none,
    aux = 0,
    low = 0,
    high = 0,
  ): Value {
    const value = this.count;
    if (value === this.operation.length) this.grow();
    this.count = value + 1;
    this.operation[value] = operation;
    this.type[value] = type;
    this.a[value] = a;
    this.b[value] = b;
    this.c[value] = c;
    this.aux[value] = aux;
    this.low[value] = low;
    this.high[value] = high;
    this.alias[value] = value;
    this.origin[value] = this.currentOrigin;
    return value;
  }

  /** Appends an instruction to a block. */
  append(block: Block, instruction: Value): Value {
    this.instructionsOf(block).push(instruction);
    return instruction;
  }

  /** Stores an argument list; its start and length belong into b and c of the instruction. */
  createList(items: readonly number[]): number {
    const start = this.lists.length;
    for (const item of items) this.lists.push(item);
    return start;
  }

  /** Adds an edge; the caller puts it into the list of `from`'s last instruction. */
  createEdge(from: Block, to: Block, values: Value[] = []): Edge {
    const edge = this.edgeTo.length;
    this.edgeFrom.push(from);
    this.edgeTo.push(to);
    this.edgeArguments.push(values);
    this.predecessorsOf(to).push(edge);
    return edge;
  }

  /** The instructions of a block. */
  instructionsOf(block: Block): Value[] {
    return at(this.blockInstructions, block);
  }

  /** The parameters of a block. */
  parametersOf(block: Block): Value[] {
    return at(this.blockParameters, block);
  }

  /** The edges that enter a block. */
  predecessorsOf(block: Block): Edge[] {
    return at(this.blockPredecessors, block);
  }

  /** The arguments that an edge carries. */
  argumentsOf(edge: Edge): Value[] {
    return at(this.edgeArguments, edge);
  }

  /** The instruction that ends a block. */
  terminatorOf(block: Block): Value {
    return at(this.instructionsOf(block), this.instructionsOf(block).length - 1);
  }

  /** The edges that leave a block, in the order of its last instruction's list. */
  edgesOf(block: Block): Edge[] {
    const terminator = this.terminatorOf(block);
    if (hasArgumentList[this.operation[terminator] as number] === 1) return []; // the function ends
    return this.listOf(terminator);
  }

  /** The argument list (or edge list) of an instruction. */
  listOf(instruction: Value): number[] {
    const start = this.b[instruction] as number;
    if (start === none) return [];
    return this.lists.slice(start, start + (this.c[instruction] as number));
  }

  /** The value that stands for `value` after simplifications. */
  resolve(value: Value): Value {
    let root = value;
    while (this.alias[root] !== root) root = this.alias[root] as number;
    for (let next = value; next !== root; ) {
      const current = next;
      next = this.alias[current] as number;
      this.alias[current] = root;
    }
    return root;
  }

  /** Calls `visit` for every value operand of an instruction, arguments of edges apart. */
  forEachOperand(instruction: Value, visit: (operand: Value) => void): void {
    const operation = this.operation[instruction] as number;
    const operands = operandCounts[operation] as number;
    if (operands > 0) visit(this.a[instruction] as number);
    if (operands > 1) visit(this.b[instruction] as number);
    if (operands > 2) visit(this.c[instruction] as number);
    if (hasArgumentList[operation] === 1) {
      const start = this.b[instruction] as number;
      const end = start + (this.c[instruction] as number);
      for (let index = start; index < end; index++) visit(this.lists[index] as number);
    }
  }

  private grow(): void {
    const capacity = this.operation.length * 2;
    const bytes = (old: Uint8Array<ArrayBuffer>) => copyInto(new Uint8Array(capacity), old);
    const words = (old: Int32Array<ArrayBuffer>) => copyInto(new Int32Array(capacity), old);
    this.operation = bytes(this.operation);
    this.type = bytes(this.type);
    this.a = words(this.a);
    this.b = words(this.b);
    this.c = words(this.c);
    this.aux = words(this.aux);
    this.low = words(this.low);
    this.high = words(this.high);
    this.alias = words(this.alias);
    this.origin = words(this.origin);
  }
}

function copyInto<Column extends Uint8Array | Int32Array>(target: Column, source: Column): Column {
  target.set(source);
  return target;
}

function at<Item>(items: readonly Item[], index: number): Item {
  const item = items[index];
  if (item === undefined) throw new RangeError(`no such entry: ${index}`);
  return item;
}
