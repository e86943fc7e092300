import { type Dominators, dominatorsOf } from "./control-flow.ts";
import { type Block, type Edge, none, type SsaFunction, type Value } from "./function.ts";
import { Effect, effects, Operation, operandCounts, operationNames } from "./operations.ts";
import { obeysTypeRules } from "./type-rules.ts";

/** A function breaks the rules of the SSA form: a bug of the compiler. */
export class VerificationError extends Error {
  readonly code = "ssa-invalid";

  constructor(functionName: string, problem: string) {
    super(`SSA of ${functionName}: ${problem}`);
    this.name = "VerificationError";
  }
}

/**
 * Checks blocks, edges, types, and that every use is dominated by its definition. Throws a
 * `VerificationError` that names the first problem.
 */
export function verify(fn: SsaFunction): void {
  new Verifier(fn).verify();
}

class Verifier {
  private readonly fn: SsaFunction;
  /** The block that each value stands in, or `none`. */
  private readonly homes: Int32Array;
  /** The position of each value in its block; parameters before instructions. */
  private readonly positions: Int32Array;
  private dominators: Dominators | undefined;

  constructor(fn: SsaFunction) {
    this.fn = fn;
    this.homes = new Int32Array(fn.count).fill(none);
    this.positions = new Int32Array(fn.count);
  }

  verify(): void {
    const { fn } = this;
    if (fn.blockCount === 0) this.fail("no entry block");
    for (let block = 0; block < fn.blockCount; block++) this.placeBlock(block);
    this.checkEntry();
    for (let block = 0; block < fn.blockCount; block++) this.checkEdges(block);
    this.dominators = dominatorsOf(fn);
    for (let block = 0; block < fn.blockCount; block++) {
      if (this.dominators.immediate[block] === none) this.fail(`block${block} is unreachable`);
      for (const instruction of fn.instructionsOf(block)) this.checkInstruction(instruction);
      for (const edge of fn.edgesOf(block)) {
        for (const value of fn.argumentsOf(edge)) this.checkUse(value, fn.terminatorOf(block));
      }
    }
  }

  private placeBlock(block: Block): void {
    const { fn } = this;
    const instructions = fn.instructionsOf(block);
    const parameters = fn.parametersOf(block);
    parameters.forEach((parameter, index) => {
      this.place(parameter, block, index);
      if (fn.operation[parameter] !== Operation.parameter || fn.aux[parameter] !== index) {
        this.fail(`block${block} has a malformed parameter v${parameter}`);
      }
    });
    instructions.forEach((instruction, index) => {
      this.place(instruction, block, parameters.length + index);
      const isLast = index === instructions.length - 1;
      const isEnd = effects[fn.operation[instruction] as number] === Effect.end;
      if (isLast !== isEnd) this.fail(`block${block} does not end where it should`);
      if (fn.operation[instruction] === Operation.parameter) {
        this.fail(`parameter v${instruction} stands among the instructions of block${block}`);
      }
    });
    if (instructions.length === 0) this.fail(`block${block} is empty`);
  }

  private place(value: Value, block: Block, position: number): void {
    if (value < 0 || value >= this.fn.count) this.fail(`block${block} holds no value v${value}`);
    if (this.homes[value] !== none) this.fail(`v${value} stands in two places`);
    if (this.fn.alias[value] !== value) this.fail(`v${value} has an alias but is still there`);
    this.homes[value] = block;
    this.positions[value] = position;
  }

  private checkEntry(): void {
    const { fn } = this;
    if (fn.predecessorsOf(0).length > 0) this.fail("an edge leads to the entry");
    const types = fn.parametersOf(0).map((parameter) => fn.type[parameter]);
    if (!equalTypes(types, fn.signature.parameters)) this.fail("parameters differ from signature");
  }

  private checkEdges(block: Block): void {
    const { fn } = this;
    const edges = fn.edgesOf(block);
    const counts = new Map<number, number>([
      [Operation.jump, 1],
      [Operation.branch, 2],
      [Operation.unwind, 2],
      [Operation.trap, 0],
    ]);
    const operation = fn.operation[fn.terminatorOf(block)] as number;
    const wanted = counts.get(operation);
    if (wanted !== undefined && edges.length !== wanted) this.fail(`edge count of block${block}`);
    if (operation === Operation.switch && edges.length === 0) this.fail(`switch of block${block}`);
    if (operation === Operation.unwind) this.checkUnwind(block, edges[0] as Edge);
    for (const edge of edges) {
      if (fn.edgeFrom[edge] !== block) this.fail(`edge ${edge} does not leave block${block}`);
      const to = fn.edgeTo[edge] as Block;
      if (!fn.predecessorsOf(to).includes(edge)) this.fail(`edge ${edge} is unknown to its target`);
      const given = fn.argumentsOf(edge).map((value) => fn.type[value]);
      const taken = fn.parametersOf(to).map((parameter) => fn.type[parameter]);
      if (!equalTypes(given, taken)) this.fail(`arguments of the edge to block${to}`);
    }
    for (const edge of fn.predecessorsOf(block)) {
      const isKnown = fn.edgesOf(fn.edgeFrom[edge] as Block).includes(edge);
      if (fn.edgeTo[edge] !== block || !isKnown) this.fail(`block${block} has a stale edge`);
    }
  }

  /** A call stands before; where it returns to is entered in no other way. */
  private checkUnwind(block: Block, returning: Edge): void {
    const { fn } = this;
    const call = fn.operation[fn.instructionsOf(block).at(-2) ?? none];
    if (call !== Operation.call && call !== Operation.callPointer) {
      this.fail(`block${block} unwinds without a call`);
    }
    const next = fn.edgeTo[returning] as Block;
    if (fn.predecessorsOf(next).length > 1 || fn.parametersOf(next).length > 0) {
      this.fail(`block${block} returns to a block that others enter`);
    }
  }

  private checkInstruction(instruction: Value): void {
    const { fn } = this;
    const operation = fn.operation[instruction] as number;
    fn.forEachOperand(instruction, (operand) => this.checkUse(operand, instruction));
    const columns = [fn.a, fn.b, fn.c].slice(0, operandCounts[operation]);
    if (columns.some((column) => (column[instruction] as number) < 0)) {
      this.fail(`operand missing in v${instruction}`);
    }
    if (!obeysTypeRules(fn, instruction))
      this.fail(`types of v${instruction} (${operationNames[operation]})`);
    if (operation === Operation.return) {
      const types = fn.listOf(instruction).map((value) => fn.type[value]);
      if (!equalTypes(types, fn.signature.results)) this.fail("results differ from signature");
    }
    if (operation === Operation.result) this.checkResult(instruction);
  }

  private checkResult(instruction: Value): void {
    const { fn } = this;
    const call = fn.a[instruction] as Value;
    const operation = fn.operation[call] as number;
    const calls: readonly number[] = [Operation.call, Operation.callPointer, Operation.intrinsic];
    if (!calls.includes(operation)) this.fail(`v${instruction} is no call's result`);
  }

  private checkUse(value: Value, user: Value): void {
    const home = value < 0 ? none : this.homes[value];
    if (home === none || home === undefined) this.fail(`v${user} uses v${value}, which is nowhere`);
    if (this.fn.type[value] === 0) this.fail(`v${user} uses v${value}, which has no type`);
    const userHome = this.homes[user] as Block;
    const isBefore =
      home === userHome
        ? (this.positions[value] as number) < (this.positions[user] as number)
        : this.dominators?.dominates(home, userHome);
    if (isBefore !== true) this.fail(`v${user} uses v${value} before its definition`);
  }

  private fail(problem: string): never {
    throw new VerificationError(this.fn.name, problem);
  }
}

function equalTypes(
  one: readonly (number | undefined)[],
  other: readonly (number | undefined)[],
): boolean {
  return one.length === other.length && one.every((type, index) => type === other[index]);
}
