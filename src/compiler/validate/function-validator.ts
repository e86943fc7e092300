import { type DecodeError, invalid } from "../wasm/errors.ts";
import { InstructionReader } from "../wasm/instruction-reader.ts";
import { checkLimit } from "../wasm/limits.ts";
import { functionTypeOf, type Module, type WasmTypeId } from "../wasm/module.ts";
import { functionName } from "../wasm/names.ts";
import { nameOfOpcode } from "../wasm/opcodes.ts";
import { typeName } from "../wasm/types.ts";

/** The type of a value that only code that is never reached would pop: it fits everywhere. */
export const unknownType = 0;

/** The types of values, the topmost last. */
export type TypeList = readonly WasmTypeId[];

/** A block of any kind that is open, or the function itself. */
export interface ControlFrame {
  readonly kind: "block" | "loop" | "if" | "else" | "try" | "catch" | "catch_all";
  readonly parameters: TypeList;
  readonly results: TypeList;
  /** Values on the stack below it. */
  readonly height: number;
  /** Whether what follows in it is never reached: its stack then has any values at its bottom. */
  isUnreachable: boolean;
}

/** One function while it is checked: its reader and the types on its operand stack. */
export class FunctionValidator {
  readonly module: Module;
  readonly reader: InstructionReader;
  /** Types of parameters and locals. */
  readonly locals: TypeList;
  readonly results: TypeList;
  readonly frames: ControlFrame[] = [];
  private readonly functionIndex: number;
  private readonly stack: number[] = [];
  private frame: ControlFrame;

  constructor(module: Module, functionIndex: number) {
    this.module = module;
    this.functionIndex = functionIndex;
    const { parameters, results } = functionTypeOf(module, functionIndex);
    this.reader = new InstructionReader(module, functionIndex);
    this.locals = [...parameters, ...this.reader.locals];
    this.results = results;
    this.frame = this.open("block", [], results);
  }

  /** Pushes a value of a type. */
  push(type: number): void {
    this.stack.push(type);
  }

  /** Pushes values of types. */
  pushAll(types: TypeList): void {
    for (const type of types) this.stack.push(type);
    checkLimit("operands", this.stack.length, this.reader.offset);
  }

  /** Pops a value that must be of a type. */
  pop(expected: number): void {
    const actual = this.popAny(expected);
    if (actual === expected || actual === unknownType) return;
    throw this.mismatch(typeName(expected), typeName(actual));
  }

  /** Pops values that must be of types. */
  popAll(types: TypeList): void {
    for (let index = types.length - 1; index >= 0; index--) this.pop(types[index] as number);
  }

  /** Pops a value of any type, and gives it; `expected` serves only the message. */
  popAny(expected: number = unknownType): number {
    const { frame, stack } = this;
    if (stack.length > frame.height) return stack.pop() as number;
    if (frame.isUnreachable) return unknownType;
    throw this.mismatch(typeName(expected), "nothing");
  }

  /** Pops what an instruction takes and pushes what it gives. */
  apply(parameters: TypeList, results: TypeList): void {
    this.popAll(parameters);
    this.pushAll(results);
  }

  /** Checks the topmost values without popping them. */
  expectTop(types: TypeList): void {
    const { frame, stack } = this;
    let position = stack.length;
    for (let index = types.length - 1; index >= 0; index--) {
      const expected = types[index] as number;
      if (position === frame.height) {
        if (frame.isUnreachable) return;
        throw this.mismatch(typeName(expected), "nothing");
      }
      position--;
      const actual = stack[position] as number;
      if (actual !== expected && actual !== unknownType) {
        throw this.mismatch(typeName(expected), typeName(actual));
      }
    }
  }

  /** Opens a frame whose parameters are popped already, and pushes them into it. */
  open(kind: ControlFrame["kind"], parameters: TypeList, results: TypeList): ControlFrame {
    const height = this.stack.length;
    checkLimit("nesting", this.frames.length, this.reader.offset);
    const frame = { kind, parameters, results, height, isUnreachable: false };
    this.frames.push(frame);
    this.frame = frame;
    this.pushAll(parameters);
    return frame;
  }

  /** Closes the innermost frame, which must leave its results and nothing else; pops those. */
  close(): ControlFrame {
    const { frame } = this;
    this.popAll(frame.results);
    const left = this.stack.length - frame.height;
    if (left > 0) throw this.error(`${left} values too many are left on the stack`);
    this.frames.pop();
    this.frame = this.frames.at(-1) ?? frame;
    return frame;
  }

  /** The frame that a label means. */
  frameAt(label: number): ControlFrame {
    const frame = this.frames[this.frames.length - 1 - label];
    if (frame === undefined) throw this.error(`unknown label ${label}`);
    return frame;
  }

  /** What a branch to a label takes along. */
  labelTypes(label: number): TypeList {
    const frame = this.frameAt(label);
    return frame.kind === "loop" ? frame.parameters : frame.results;
  }

  /** Nothing behind this instruction is reached before the frame ends. */
  leaveReachable(): void {
    this.stack.length = this.frame.height;
    this.frame.isUnreachable = true;
  }

  /** The error for what is wrong with the current instruction. */
  error(problem: string): DecodeError {
    const { functionIndex, module, reader } = this;
    const name = functionName(module, functionIndex).replaceAll(/\s/g, " ");
    return invalid(reader.offset, `function ${name}: ${problem}`);
  }

  private mismatch(expected: string, actual: string): DecodeError {
    const instruction = nameOfOpcode(this.reader.opcode) ?? "the function";
    return this.error(`type mismatch: ${instruction} expects ${expected}, finds ${actual}`);
  }
}

/** Checks one instruction, which stands in the reader. */
export type Handler = (validator: FunctionValidator) => void;
