import { bitsOfFloat, bitWidth, constantBits, floatOfBits, isFloat, typeOf } from "./bits.ts";
import { reversePostorder } from "./control-flow.ts";
import type { Block, Edge, SsaFunction, Value } from "./function.ts";
import {
  Effect,
  effects,
  hasArgumentList,
  isAddressed,
  Operation,
  operandCounts,
  operationNames,
  ValueType,
} from "./operations.ts";
import { auxText, typeNames } from "./text-form.ts";

/** How symbols are written; their numbers unless the caller knows names. */
export type SymbolNames = (symbol: number) => string;

/** A line of the textual form. */
export interface PrintedLine {
  readonly text: string;
  /** What the instruction in it comes from; 0 for the function's and blocks' heads. */
  readonly origin: number;
}

/**
 * The textual form of a function. Blocks and values are numbered anew in reverse postorder, so that
 * equal functions give equal text.
 */
export function print(fn: SsaFunction, symbolName: SymbolNames = String): string {
  const lines = printLines(fn, symbolName).map(({ text }) => `${text}\n`);
  return lines.join("");
}

/** The textual form line by line. */
export function printLines(fn: SsaFunction, symbolName: SymbolNames = String): PrintedLine[] {
  return new Printer(fn, symbolName).lines();
}

class Printer {
  private readonly fn: SsaFunction;
  private readonly symbolName: SymbolNames;
  private readonly order: readonly Block[];
  private readonly blockNumbers = new Map<Block, number>();
  private readonly valueNumbers = new Map<Value, number>();

  constructor(fn: SsaFunction, symbolName: SymbolNames) {
    this.fn = fn;
    this.symbolName = symbolName;
    this.order = reversePostorder(fn);
    for (const block of this.order) {
      this.blockNumbers.set(block, this.blockNumbers.size);
      const defined = [
        ...fn.parametersOf(block),
        ...fn.instructionsOf(block).filter((value) => fn.type[value] !== ValueType.none),
      ];
      for (const value of defined) this.valueNumbers.set(value, this.valueNumbers.size);
    }
  }

  lines(): PrintedLine[] {
    const { fn, order } = this;
    const types = (list: readonly number[]) =>
      `(${list.map((type) => typeNames[type]).join(", ")})`;
    const { parameters, results } = fn.signature;
    const head = `function ${JSON.stringify(fn.name)}${types(parameters)} -> ${types(results)} {`;
    const blocks = order.flatMap((block) => this.block(block));
    return [{ text: head, origin: 0 }, ...blocks, { text: "}", origin: 0 }];
  }

  private block(block: Block): PrintedLine[] {
    const { fn } = this;
    const parameters = fn
      .parametersOf(block)
      .map((value) => `${this.value(value)}: ${typeNames[typeOf(fn, value)]}`);
    const list = parameters.length === 0 ? "" : `(${parameters.join(", ")})`;
    const lines = fn.instructionsOf(block).map((value) => ({
      text: `  ${this.instruction(value, block)}`,
      origin: fn.origin[value] as number,
    }));
    return [{ text: `block${this.blockNumbers.get(block)}${list}:`, origin: 0 }, ...lines];
  }

  private instruction(instruction: Value, block: Block): string {
    const { fn } = this;
    const operation = fn.operation[instruction] as number;
    const type = typeOf(fn, instruction);
    const name = operationNames[operation] + auxText(operation, fn.aux[instruction] as number);
    const left = type === ValueType.none ? "" : `${this.value(instruction)} = ${typeNames[type]} `;
    return left + name + this.rest(instruction, operation, block);
  }

  private rest(instruction: Value, operation: number, block: Block): string {
    const { fn } = this;
    const count = operandCounts[operation] as number;
    const operands = [fn.a, fn.b, fn.c].slice(0, count).map((column) => column[instruction]);
    const parts = operands.map((value) => this.value(value as number));
    if (effects[operation] === Effect.end && hasArgumentList[operation] === 0) {
      parts.push(...fn.edgesOf(block).map((edge) => this.edge(edge)));
    }
    const text = parts.length === 0 ? "" : ` ${parts.join(", ")}`;
    const list =
      hasArgumentList[operation] === 1
        ? `(${fn
            .listOf(instruction)
            .map((value) => this.value(value))
            .join(", ")})`
        : "";
    return text + this.immediate(instruction, operation) + list;
  }

  private immediate(instruction: Value, operation: number): string {
    const { fn } = this;
    const low = fn.low[instruction] as number;
    const high = fn.high[instruction] as number;
    if (isAddressed[operation] === 1) return low === 0 ? "" : ` + ${low >>> 0}`;
    switch (operation) {
      case Operation.constant:
        return ` ${constantText(fn, instruction)}`;
      case Operation.call:
      case Operation.tailCall:
        return ` ${this.symbol(low)}`;
      case Operation.symbolAddress:
      case Operation.functionReference:
      case Operation.loadSymbol:
      case Operation.storeSymbol:
        return ` ${this.symbol(low)}${high === 0 ? "" : ` + ${high}`}`;
      default:
        return "";
    }
  }

  private edge(edge: Edge): string {
    const { fn } = this;
    const values = fn.argumentsOf(edge).map((value) => this.value(value));
    const list = values.length === 0 ? "" : `(${values.join(", ")})`;
    return `block${this.blockNumbers.get(fn.edgeTo[edge] as Block)}${list}`;
  }

  private value(value: Value): string {
    const number = this.valueNumbers.get(value);
    return number === undefined ? `v?${value}` : `v${number}`;
  }

  private symbol(symbol: number): string {
    const name = this.symbolName(symbol);
    return /^[\w.$-]+$/.test(name) ? `@${name}` : `@${JSON.stringify(name)}`;
  }
}

/** Integers signed; floats as numbers where that tells all bits, else as bits. */
function constantText(fn: SsaFunction, constant: Value): string {
  const type = typeOf(fn, constant);
  const bits = constantBits(fn, constant);
  if (!isFloat(type)) return BigInt.asIntN(bitWidth(type), bits).toString();
  const value = floatOfBits(type, bits);
  const isExact = bitsOfFloat(type, Number(String(value))) === bits && Number.isFinite(value);
  return isExact ? String(value) : `0x${bits.toString(16)}`;
}
