import { type Block, none, type SsaFunction, type Value } from "./function.ts";
import { Operation, type ValueTypeId } from "./operations.ts";

/** A parameter whose arguments on the edges into its block are still to be found. */
interface Pending {
  readonly variable: number;
  readonly parameter: Value;
  readonly block: Block;
}

/**
 * Turns variables into SSA values while the blocks are being built (Braun et al. 2013, "Simple and
 * efficient construction of static single assignment form"). A block is sealed once all edges into
 * it exist. Parameters that turn out to stand for one value become its alias; `removeAliases`
 * takes them out of blocks and edges in the end. Recursion is replaced by a queue: the control flow
 * of real functions is deeper than a stack.
 */
export class Variables {
  private readonly fn: SsaFunction;
  private readonly types: readonly ValueTypeId[];
  private readonly definitions: Map<number, Value>[] = [];
  private readonly sealed: boolean[] = [];
  private readonly unsealedParameters = new Map<Block, Pending[]>();
  private readonly pending: Pending[] = [];
  private readonly blockOfParameter = new Map<Value, Block>();
  private readonly parameterUsers = new Map<Value, Value[]>();

  constructor(fn: SsaFunction, types: readonly ValueTypeId[]) {
    this.fn = fn;
    this.types = types;
  }

  /** Sets a variable at the end of a block. */
  write(variable: number, block: Block, value: Value): void {
    this.definitionsIn(block).set(variable, value);
  }

  /** The value of a variable at the end of a block; it must have one on every way. */
  read(variable: number, block: Block): Value {
    const value = this.find(variable, block);
    this.completePending();
    return this.fn.resolve(value);
  }

  /** Says that no further edges into a block will come. */
  seal(block: Block): void {
    this.sealed[block] = true;
    const waiting = this.unsealedParameters.get(block);
    if (waiting !== undefined) {
      this.unsealedParameters.delete(block);
      this.pending.push(...waiting);
      this.completePending();
    }
    for (const parameter of [...this.fn.parametersOf(block)]) {
      if (!this.blockOfParameter.has(parameter)) this.complete(parameter, block);
    }
  }

  private definitionsIn(block: Block): Map<number, Value> {
    let definitions = this.definitions[block];
    if (definitions === undefined) {
      definitions = new Map();
      this.definitions[block] = definitions;
    }
    return definitions;
  }

  private find(variable: number, block: Block): Value {
    const { fn } = this;
    const passed: Block[] = [];
    let at = block;
    let value = this.definitionsIn(at).get(variable);
    while (value === undefined) {
      passed.push(at);
      const predecessors = fn.predecessorsOf(at);
      if (this.sealed[at] === true && predecessors.length === 1) {
        at = fn.edgeFrom[predecessors[0] as number] as Block;
        value = this.definitionsIn(at).get(variable);
      } else value = this.addParameter(variable, at);
    }
    for (const each of passed) this.definitionsIn(each).set(variable, value);
    return value;
  }

  private addParameter(variable: number, block: Block): Value {
    const { fn } = this;
    if (this.sealed[block] === true && fn.predecessorsOf(block).length === 0) {
      throw new Error(`variable ${variable} has no value in block ${block}`);
    }
    const parameters = fn.parametersOf(block);
    const type = this.types[variable] as ValueTypeId;
    const index = parameters.length;
    const parameter = fn.create(Operation.parameter, type, none, none, none, index);
    parameters.push(parameter);
    const entry = { variable, parameter, block };
    if (this.sealed[block] === true) this.pending.push(entry);
    else {
      const waiting = this.unsealedParameters.get(block);
      if (waiting === undefined) this.unsealedParameters.set(block, [entry]);
      else waiting.push(entry);
    }
    return parameter;
  }

  /** In order of creation, so that the arguments of an edge are found in order as well. */
  private completePending(): void {
    const { fn, pending } = this;
    if (pending.length === 0) return;
    for (let index = 0; index < pending.length; index++) {
      const { variable, parameter, block } = pending[index] as Pending;
      const position = fn.aux[parameter] as number;
      for (const edge of fn.predecessorsOf(block)) {
        const value = this.find(variable, fn.edgeFrom[edge] as Block);
        fn.argumentsOf(edge)[position] = value;
      }
    }
    const complete = pending.splice(0);
    for (const { parameter, block } of complete) this.complete(parameter, block);
  }

  private complete(parameter: Value, block: Block): void {
    const { fn } = this;
    if (block === 0) return; // the function's own
    this.blockOfParameter.set(parameter, block);
    const position = fn.aux[parameter] as number;
    for (const edge of fn.predecessorsOf(block)) {
      const value = fn.resolve(fn.argumentsOf(edge)[position] as Value);
      if (fn.operation[value] === Operation.parameter) this.addUser(value, parameter);
    }
    this.removeIfTrivial(parameter);
  }

  private addUser(parameter: Value, user: Value): void {
    const users = this.parameterUsers.get(parameter);
    if (users === undefined) this.parameterUsers.set(parameter, [user]);
    else users.push(user);
  }

  private removeIfTrivial(first: Value): void {
    const { fn } = this;
    const queue = [first];
    for (let parameter = queue.pop(); parameter !== undefined; parameter = queue.pop()) {
      if (fn.alias[parameter] !== parameter) continue;
      const value = this.onlyArgument(parameter);
      if (value === none) continue;
      fn.alias[parameter] = value;
      const users = this.parameterUsers.get(parameter);
      if (users === undefined) continue;
      this.parameterUsers.delete(parameter);
      for (const user of users) {
        if (fn.operation[value] === Operation.parameter) this.addUser(value, user);
        queue.push(user);
      }
    }
  }

  /** The one value besides itself that a parameter is given, or `none` if there are more. */
  private onlyArgument(parameter: Value): Value {
    const { fn } = this;
    const position = fn.aux[parameter] as number;
    let only = none;
    for (const edge of fn.predecessorsOf(this.blockOfParameter.get(parameter) as Block)) {
      const value = fn.resolve(fn.argumentsOf(edge)[position] as Value);
      if (value === parameter || value === only) continue;
      if (only !== none) return none;
      only = value;
    }
    return only;
  }
}
