import { type MachineImportName } from "../../contracts/machine-interface.ts";
import { type TrapKind, trapKinds } from "../../contracts/traps.ts";
import { bitWidth, constantBits, typeOf } from "./bits.ts";
import { evaluate } from "./evaluate.ts";
import type { Block, Edge, SsaFunction, Value } from "./function.ts";
import { intrinsicName } from "./intrinsics.ts";
import { Access, accessBytes, isAddressed, Operation, Space } from "./operations.ts";
import { evaluateVector } from "./vector-evaluation.ts";

/** The world around interpreted functions. Values are bits, zero-extended to their width. */
export interface InterpreterHost {
  /** The bytes of a space (`Space`) as they are now. */
  memory(space: number): Uint8Array;
  /** Where a symbol stands in kernel memory, or its code address. */
  addressOf(symbol: number): number;
  /** Calls a function; returns its results. */
  call(symbol: number, values: readonly bigint[]): readonly bigint[];
  /** Calls the function at a code address. */
  callPointer(address: number, values: readonly bigint[]): readonly bigint[];
  /** Does what a machine import does. */
  intrinsic(name: MachineImportName, values: readonly bigint[]): readonly bigint[];
  /** What an access outside of its space ends in; the trap by default. */
  readonly fault?: Error;
  /** Called before each block; may throw to end what takes too long. */
  spend(): void;
}

/** An interpreted function has trapped. */
export class InterpretedTrap extends Error {
  readonly code = "interpreted-trap";
  readonly kind: TrapKind;

  constructor(kind: TrapKind) {
    super(trapKinds[kind].message);
    this.name = "InterpretedTrap";
    this.kind = kind;
  }
}

/** An interpreted function ends in an exception, of which the host keeps what it is. */
export class InterpretedUnwinding extends Error {
  readonly code = "interpreted-unwinding";
}

const trapNames = new Map<number, TrapKind>(
  Object.entries(trapKinds).map(([name, { id }]) => [id, name as TrapKind]),
);

/** Runs a function on arguments and returns its results; for tests, it is slow. */
export function interpret(
  fn: SsaFunction,
  values: readonly bigint[],
  host: InterpreterHost,
): readonly bigint[] {
  return new Activation(fn, host).run(values);
}

/** One call under way. */
class Activation {
  private readonly fn: SsaFunction;
  private readonly host: InterpreterHost;
  private readonly values: bigint[] = [];
  /** Results of calls that have several. */
  private readonly results = new Map<Value, readonly bigint[]>();

  constructor(fn: SsaFunction, host: InterpreterHost) {
    this.fn = fn;
    this.host = host;
  }

  run(values: readonly bigint[]): readonly bigint[] {
    const { fn, host } = this;
    this.enter(0, values);
    for (let block: Block = 0; ; ) {
      host.spend();
      const terminator = fn.terminatorOf(block);
      const isUnwinding = this.executeBlock(block, terminator);
      if (fn.operation[terminator] === Operation.return) return this.list(terminator);
      const results = this.tailCall(terminator);
      if (results !== undefined) return results;
      if (fn.operation[terminator] === Operation.trap) throw this.trap(terminator);
      const edge = isUnwinding ? (fn.edgesOf(block)[1] as Edge) : this.edgeTaken(block, terminator);
      block = fn.edgeTo[edge] as Block;
      this.enter(
        block,
        fn.argumentsOf(edge).map((value) => this.get(value)),
      );
    }
  }

  /** Whether the block's last call has ended in an exception that the block catches. */
  private executeBlock(block: Block, terminator: Value): boolean {
    const { fn } = this;
    try {
      for (const instruction of fn.instructionsOf(block)) {
        if (instruction !== terminator) this.execute(instruction);
      }
      return false;
    } catch (error) {
      const isCaught = fn.operation[terminator] === Operation.unwind;
      if (isCaught && error instanceof InterpretedUnwinding) return true;
      throw error;
    }
  }

  /** The results of a call that ends the function, or undefined where none does. */
  private tailCall(terminator: Value): readonly bigint[] | undefined {
    const { fn, host } = this;
    const operation = fn.operation[terminator];
    if (operation === Operation.tailCall) {
      return host.call(fn.low[terminator] as number, this.list(terminator));
    }
    if (operation !== Operation.tailCallPointer) return undefined;
    return host.callPointer(Number(this.operand(fn.a, terminator)), this.list(terminator));
  }

  private enter(block: Block, values: readonly bigint[]): void {
    this.fn.parametersOf(block).forEach((parameter, index) => {
      const value = values[index];
      if (value === undefined) throw new Error(`argument ${index} of block${block} is missing`);
      this.set(parameter, value);
    });
  }

  private edgeTaken(block: Block, terminator: Value): Edge {
    const { fn } = this;
    const edges = fn.edgesOf(block);
    const operation = fn.operation[terminator];
    if (operation === Operation.jump || operation === Operation.unwind) return edges[0] as Edge;
    const selector = this.operand(fn.a, terminator);
    if (fn.operation[terminator] === Operation.branch)
      return edges[selector === 0n ? 1 : 0] as Edge;
    return edges[Math.min(Number(selector), edges.length - 1)] as Edge;
  }

  private execute(instruction: Value): void {
    const { fn, host } = this;
    switch (fn.operation[instruction]) {
      case Operation.constant:
        return this.set(instruction, constantBits(fn, instruction));
      case Operation.symbolAddress:
        return this.set(instruction, this.symbolAddress(instruction));
      case Operation.functionReference:
        return this.set(instruction, this.functionReference(instruction));
      case Operation.select: {
        const isFirst = this.operand(fn.a, instruction) !== 0n;
        return this.set(instruction, this.operand(isFirst ? fn.b : fn.c, instruction));
      }
      case Operation.load:
      case Operation.store:
      case Operation.loadSymbol:
      case Operation.storeSymbol:
        return this.touchMemory(instruction);
      case Operation.atomicFence:
        return;
      case Operation.call:
        return this.finishCall(
          instruction,
          host.call(fn.low[instruction] as number, this.list(instruction)),
        );
      case Operation.callPointer: {
        const address = Number(this.operand(fn.a, instruction));
        return this.finishCall(instruction, host.callPointer(address, this.list(instruction)));
      }
      case Operation.intrinsic: {
        const name = intrinsicName(fn.aux[instruction] as number);
        return this.finishCall(instruction, host.intrinsic(name, this.list(instruction)));
      }
      case Operation.result:
        return this.set(instruction, this.laterResult(instruction));
      case Operation.trapIf:
        if (this.operand(fn.a, instruction) !== 0n) throw this.trap(instruction);
        return;
      default:
        if (isAddressed[fn.operation[instruction] as number] === 1) this.touchMemory(instruction);
        else this.compute(instruction);
    }
  }

  private compute(instruction: Value): void {
    const { fn } = this;
    const a = fn.a[instruction] as Value;
    const b = fn.b[instruction] as Value;
    const operation = fn.operation[instruction] as number;
    const aux = fn.aux[instruction] as number;
    const type = typeOf(fn, instruction);
    const second = b < 0 ? 0n : this.get(b);
    const third = (fn.c[instruction] as Value) < 0 ? 0n : this.operand(fn.c, instruction);
    const outcome =
      evaluateVector(operation, aux, this.get(a), second, third) ??
      evaluate(operation, aux, typeOf(fn, a), type, this.get(a), second);
    if (outcome === undefined) throw new Error(`operation ${operation} is not interpreted`);
    if (typeof outcome !== "bigint") throw new InterpretedTrap(outcome);
    this.set(instruction, outcome);
  }

  private touchMemory(instruction: Value): void {
    const { fn, host } = this;
    const operation = fn.operation[instruction];
    const access = (fn.aux[instruction] as number) & 15;
    const space = (fn.aux[instruction] as number) >> 4;
    const isSymbol = operation === Operation.loadSymbol || operation === Operation.storeSymbol;
    const address = isSymbol
      ? Number(this.symbolAddress(instruction))
      : Number(this.operand(fn.a, instruction)) + ((fn.low[instruction] as number) >>> 0);
    const memory = host.memory(isSymbol ? Space.kernel : space);
    const size = accessBytes[access] as number;
    if (address + size > memory.length) {
      throw host.fault ?? new InterpretedTrap("memoryOutOfBounds");
    }
    if (operation === Operation.storeSymbol) {
      this.write(memory, address, size, this.operand(fn.a, instruction));
      return;
    }
    const isStore = operation === Operation.store || operation === Operation.atomicStore;
    const old = isStore ? 0n : this.read(memory, address, access, instruction);
    if (!isStore) this.set(instruction, old);
    const value = this.updated(instruction, old, 8 * size);
    if (value !== undefined) this.write(memory, address, size, value);
  }

  /** What memory holds after an access, if that writes. */
  private updated(instruction: Value, old: bigint, bits: number): bigint | undefined {
    const { fn } = this;
    const second = () => this.operand(fn.b, instruction);
    switch (fn.operation[instruction]) {
      case Operation.store:
      case Operation.atomicStore:
      case Operation.atomicExchange:
        return second();
      case Operation.atomicAdd:
        return old + second();
      case Operation.atomicAnd:
        return old & second();
      case Operation.atomicOr:
        return old | second();
      case Operation.atomicXor:
        return old ^ second();
      case Operation.atomicCompareExchange:
        return old === BigInt.asUintN(bits, second()) ? this.operand(fn.c, instruction) : old;
      default:
        return undefined;
    }
  }

  private write(memory: Uint8Array, address: number, size: number, value: bigint): void {
    for (let index = 0; index < size; index++) {
      memory[address + index] = Number((value >> BigInt(8 * index)) & 0xffn);
    }
  }

  private read(memory: Uint8Array, address: number, access: number, instruction: Value): bigint {
    const size = accessBytes[access] as number;
    let value = 0n;
    for (let index = size - 1; index >= 0; index--) {
      value = (value << 8n) | BigInt(memory[address + index] as number);
    }
    const isSigned =
      access === Access.signed8 || access === Access.signed16 || access === Access.signed32;
    if (!isSigned) return value;
    const width = bitWidth(typeOf(this.fn, instruction));
    return BigInt.asUintN(width, BigInt.asIntN(8 * size, value));
  }

  private finishCall(instruction: Value, results: readonly bigint[]): void {
    this.results.set(instruction, results);
    const [first] = results;
    if (first !== undefined) this.set(instruction, first);
  }

  private laterResult(instruction: Value): bigint {
    const results = this.results.get(this.fn.a[instruction] as Value);
    const result = results?.[this.fn.aux[instruction] as number];
    if (result === undefined) throw new Error("a call returned too few results");
    return result;
  }

  private symbolAddress(instruction: Value): bigint {
    const { fn, host } = this;
    const addend = fn.high[instruction] as number;
    return BigInt(host.addressOf(fn.low[instruction] as number) + addend);
  }

  private functionReference(instruction: Value): bigint {
    const { fn, host } = this;
    const signature = BigInt((fn.high[instruction] as number) >>> 0);
    return (signature << 32n) | BigInt(host.addressOf(fn.low[instruction] as number));
  }

  private list(instruction: Value): bigint[] {
    return this.fn.listOf(instruction).map((value) => this.get(value));
  }

  private operand(column: Int32Array, instruction: Value): bigint {
    return this.get(column[instruction] as Value);
  }

  private get(value: Value): bigint {
    const bits = this.values[value];
    if (bits === undefined) throw new Error(`v${value} has no value yet`);
    return bits;
  }

  private set(value: Value, bits: bigint): void {
    if (bits !== BigInt.asUintN(bitWidth(typeOf(this.fn, value)), bits)) {
      throw new Error(`v${value} is not zero-extended: ${bits}`);
    }
    this.values[value] = bits;
  }

  private trap(instruction: Value): InterpretedTrap {
    const kind = trapNames.get(this.fn.aux[instruction] as number);
    if (kind === undefined) throw new Error("unknown trap");
    return new InterpretedTrap(kind);
  }
}
