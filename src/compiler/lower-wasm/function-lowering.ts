import { type TrapKind, trapKinds } from "../../contracts/traps.ts";
import { Builder } from "../ssa/builder.ts";
import { type Block, none, SsaFunction, type Value } from "../ssa/function.ts";
import { Operation, ValueType, type ValueTypeId } from "../ssa/operations.ts";
import { Variables } from "../ssa/variables.ts";
import { invalid } from "../wasm/errors.ts";
import { type Catch, InstructionReader } from "../wasm/instruction-reader.ts";
import { functionTypeOf, type Module } from "../wasm/module.ts";
import { functionName } from "../wasm/names.ts";
import type { LoweringEnvironment } from "./environment.ts";
import { signatureOfType, valueTypeOf } from "./types.ts";

/** What exceptions in a `try` or `try_table` meet. */
export interface Landing {
  /** Where they go; `none` until something may throw. */
  block: Block;
  /** The catches of a `try_table`. */
  readonly catches: readonly Catch[];
}

/** A block of any kind that is open, or the function itself. */
export interface Frame {
  readonly kind: "block" | "loop" | "if" | "try";
  /** Types that a branch to it carries. */
  readonly branchTypes: readonly ValueTypeId[];
  readonly resultTypes: readonly ValueTypeId[];
  /** Values on the stack below it. */
  readonly height: number;
  /** Where a branch to it goes; of a block that nothing has branched to yet, `none`. */
  target: Block;
  /** Of an `if` whose `else` may come: the block of that, and what the stack then holds. */
  otherwise: { readonly block: Block; readonly values: readonly Value[] } | undefined;
  /** Of a `try` or `try_table`: what catches in it; in the catches of a `try` nothing does. */
  landing?: Landing | undefined;
  /** In the catches of a `try`: the exception, and where it goes that none has caught so far. */
  caught?: { readonly exception: Value; rest: Block } | undefined;
}

/** One function on its way from WebAssembly to SSA: what the handlers of instructions work on. */
export class FunctionLowering {
  readonly module: Module;
  readonly environment: LoweringEnvironment;
  readonly reader: InstructionReader;
  readonly builder: Builder;
  readonly variables: Variables;
  /** SSA types of parameters and locals. */
  readonly localTypes: readonly ValueTypeId[];
  readonly frames: Frame[] = [];
  private readonly stack: Value[] = [];

  constructor(module: Module, functionIndex: number, environment: LoweringEnvironment) {
    this.module = module;
    this.environment = environment;
    this.reader = new InstructionReader(module, functionIndex);
    const signature = signatureOfType(functionTypeOf(module, functionIndex));
    const fn = new SsaFunction(functionName(module, functionIndex), signature);
    this.builder = new Builder(fn);
    this.localTypes = [...signature.parameters, ...this.reader.locals.map(valueTypeOf)];
    this.variables = new Variables(fn, this.localTypes);
    this.enter();
  }

  /** The function that is being built. */
  get fn(): SsaFunction {
    return this.builder.fn;
  }

  /** Pushes a value onto the operand stack. */
  push(value: Value): void {
    this.stack.push(value);
  }

  /** Pops a value off the operand stack. */
  pop(): Value {
    const value = this.stack.pop();
    if (value === undefined) throw invalid(this.reader.offset, "operand stack is empty");
    return this.fn.resolve(value);
  }

  /** Pops several values, the topmost last. */
  popMany(count: number): Value[] {
    if (count > this.stack.length) throw invalid(this.reader.offset, "operand stack is empty");
    const values = this.stack.splice(this.stack.length - count);
    return values.map((value) => this.fn.resolve(value));
  }

  /** The topmost values, left where they are. */
  peekMany(count: number): Value[] {
    const values = this.popMany(count);
    this.stack.push(...values);
    return values;
  }

  /** Opens a frame whose parameters are popped off the stack already. */
  openFrame({
    branchTypes,
    caught,
    kind,
    landing,
    otherwise,
    resultTypes,
    target,
  }: Omit<Frame, "height">): Frame {
    const height = this.stack.length;
    // Not by spreading: V8 makes a dictionary of what may have several shapes.
    const opened = { kind, branchTypes, resultTypes, height, target, otherwise, landing, caught };
    this.frames.push(opened);
    return opened;
  }

  /** The innermost frame. */
  get frame(): Frame {
    return this.frameAt(0);
  }

  /** The frame that a label means, counted from the innermost. */
  frameAt(label: number): Frame {
    const frame = this.frames[this.frames.length - 1 - label];
    if (frame === undefined) throw invalid(this.reader.offset, `unknown label ${label}`);
    return frame;
  }

  /** Drops what a frame has left on the stack. */
  unwindTo(frame: Frame): void {
    this.stack.length = Math.min(this.stack.length, frame.height);
  }

  /** Where branches to a frame go; made when the first one comes. */
  targetOf(frame: Frame): Block {
    if (frame.target === none) frame.target = this.createBlock(frame.branchTypes);
    return frame.target;
  }

  /** Adds a block with parameters. */
  createBlock(types: readonly ValueTypeId[] = []): Block {
    const { fn } = this;
    const block = fn.createBlock();
    types.forEach((type, index) => {
      const parameter = fn.create(Operation.parameter, type, none, none, none, index);
      fn.parametersOf(block).push(parameter);
    });
    return block;
  }

  /** Goes on in a block that all edges lead to already. */
  enterSealed(block: Block): void {
    this.variables.seal(block);
    this.builder.continueAt(block);
  }

  /** Ends the program with a trap if a condition holds. */
  trapIf(condition: Value, trap: TrapKind): void {
    this.builder.trapIf(condition, trapKinds[trap].id);
  }

  /** Ends the program with a trap. */
  trapAlways(trap: TrapKind): void {
    this.builder.trap(trapKinds[trap].id);
  }

  private enter(): void {
    const { builder, fn, variables } = this;
    const { parameters, results } = fn.signature;
    const entry = this.createBlock(parameters);
    this.enterSealed(entry);
    fn.parametersOf(entry).forEach((parameter, local) => {
      variables.write(local, entry, parameter);
    });
    for (let local = parameters.length; local < this.localTypes.length; local++) {
      const type = this.localTypes[local] ?? ValueType.none;
      variables.write(local, entry, builder.zero(type));
    }
    this.openFrame({
      kind: "block",
      branchTypes: results,
      resultTypes: results,
      target: none,
      otherwise: undefined,
    });
  }
}

/** Lowers one instruction, which stands in the reader. */
export type Handler = (lowering: FunctionLowering) => void;
