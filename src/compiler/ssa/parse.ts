import type { MachineImportName } from "../../contracts/machine-interface.ts";
import { bitsOfFloat, isFloat } from "./bits.ts";
import { type Block, none, SsaFunction, type Value } from "./function.ts";
import { intrinsicNumber } from "./intrinsics.ts";
import {
  Effect,
  effects,
  hasArgumentList,
  Operation,
  operandCounts,
  ValueType,
  type ValueTypeId,
} from "./operations.ts";
import { auxWords, furtherAccess } from "./text-form.ts";

/** Text that is not the textual form of a function. */
export class ParseError extends Error {
  readonly code = "ssa-text";

  constructor(line: number, problem: string) {
    super(`line ${line}: ${problem}`);
    this.name = "ParseError";
  }
}

/** Operations with a number behind their name. */
const numberedOperations = ["result", "call", "callPointer"] as const;

/** What `print` wrote, as a function again. `symbolNumber` gives symbols their numbers. */
export function parse(text: string, symbolNumber: (name: string) => number = Number): SsaFunction {
  return new Parser(text, symbolNumber).parse();
}

interface Line {
  readonly number: number;
  readonly tokens: readonly string[];
}

const tokenPattern =
  /"(?:[^"\\]|\\.)*"|@"(?:[^"\\]|\\.)*"|->|@[\w.$-]+|-?[\w.][\w.+-]*|[(){}:,=+]/g;

class Parser {
  private readonly lines: readonly Line[];
  private readonly symbolNumber: (name: string) => number;
  private readonly values = new Map<string, Value>();
  private readonly blocks = new Map<string, Block>();
  private fn = new SsaFunction("", { parameters: [], results: [] });
  private line: Line = { number: 0, tokens: [] };
  private position = 0;
  private block: Block = none;

  constructor(text: string, symbolNumber: (name: string) => number) {
    this.symbolNumber = symbolNumber;
    this.lines = text
      .split("\n")
      .map((line, index) => ({
        number: index + 1,
        tokens: line.replace(/;.*$/, "").match(tokenPattern) ?? [],
      }))
      .filter(({ tokens }) => tokens.length > 0);
  }

  parse(): SsaFunction {
    const [head, ...body] = this.lines;
    if (head === undefined) throw this.error("no function");
    this.parseHead(head);
    for (const line of body) this.declare(line);
    for (const line of body) this.parseLine(line);
    return this.fn;
  }

  private parseHead(line: Line): void {
    this.startLine(line);
    this.expect("function");
    const name = JSON.parse(this.take()) as string;
    const parameters = this.typeList();
    this.expect("->");
    const results = this.typeList();
    this.expect("{");
    this.fn = new SsaFunction(name, { parameters, results });
  }

  /** Blocks and values may be used in lines above their own. */
  private declare(line: Line): void {
    const { fn } = this;
    this.startLine(line);
    const word = this.take();
    if (/^block\d+$/.test(word)) {
      const block = fn.createBlock();
      this.blocks.set(word, block);
      fn.blockParameters[block] = this.parameterList();
    } else if (/^v\d+$/.test(word)) {
      this.expect("=");
      this.values.set(word, fn.create(0, this.type(this.take())));
    }
  }

  private parameterList(): Value[] {
    const parameters: Value[] = [];
    this.list(() => {
      const name = this.take();
      this.expect(":");
      const type = this.type(this.take());
      const index = parameters.length;
      const value = this.fn.create(Operation.parameter, type, none, none, none, index);
      this.values.set(name, value);
      parameters.push(value);
    });
    return parameters;
  }

  private parseLine(line: Line): void {
    this.startLine(line);
    const word = this.take();
    if (word === "}") return;
    const block = this.blocks.get(word);
    if (block !== undefined) {
      this.block = block;
      return;
    }
    let instruction = this.values.get(word);
    let name = word;
    if (instruction !== undefined) {
      this.expect("=");
      this.take();
      name = this.take();
    } else instruction = this.fn.create(0, ValueType.none);
    this.fn.append(this.block, instruction);
    this.parseInstruction(instruction, name);
    if (this.peek() !== undefined) throw this.error(`unexpected ${this.peek()}`);
  }

  private parseInstruction(instruction: Value, name: string): void {
    const { fn } = this;
    const { aux, operation } = this.operation(name);
    fn.operation[instruction] = operation;
    fn.aux[instruction] = aux;
    [fn.a, fn.b, fn.c].slice(0, operandCounts[operation]).forEach((column, index) => {
      if (index > 0) this.expect(",");
      column[instruction] = this.value(this.take());
    });
    this.parseImmediate(instruction, operation);
    if (hasArgumentList[operation] === 1) {
      const items: Value[] = [];
      this.list(() => items.push(this.value(this.take())));
      this.setList(instruction, items);
    } else if (effects[operation] === Effect.end && operation !== Operation.trap) {
      this.setList(instruction, this.edges(operandCounts[operation] === 1));
    }
  }

  private operation(name: string): { readonly operation: number; readonly aux: number } {
    const known = auxWords.get(name) ?? furtherAccess(name);
    if (known !== undefined) return known;
    const [, first = "", rest = ""] = /^(\w+)\.(.+)$/.exec(name) ?? [];
    if (first === "intrinsic") {
      return { operation: Operation.intrinsic, aux: intrinsicNumber(rest as MachineImportName) };
    }
    const numbered = numberedOperations.find((operation) => operation === first);
    if (numbered !== undefined && /^\d+$/.test(rest)) {
      return { operation: Operation[numbered], aux: Number(rest) };
    }
    throw this.error(`unknown operation ${name}`);
  }

  private parseImmediate(instruction: Value, operation: number): void {
    const { fn } = this;
    if (operation === Operation.constant) {
      const bits = this.constantBits(fn.type[instruction] as ValueTypeId, this.take());
      fn.low[instruction] = Number(BigInt.asIntN(32, bits));
      fn.high[instruction] = Number(BigInt.asIntN(32, bits >> 32n));
    }
    const symbol = this.peek();
    if (symbol?.startsWith("@")) {
      this.take();
      const name = symbol.startsWith('@"')
        ? (JSON.parse(symbol.slice(1)) as string)
        : symbol.slice(1);
      fn.low[instruction] = this.symbolNumber(name);
    }
    if (this.peek() !== "+") return;
    this.take();
    const column = symbol?.startsWith("@") ? fn.high : fn.low;
    column[instruction] = Number(this.take());
  }

  private constantBits(type: ValueTypeId, text: string): bigint {
    const isNumber = isFloat(type) && !text.startsWith("0x");
    const bits = isNumber ? bitsOfFloat(type, Number(text)) : BigInt(text);
    return type === ValueType.i32 || type === ValueType.f32 ? BigInt.asUintN(32, bits) : bits;
  }

  private edges(isBehindOperand: boolean): number[] {
    const edges: number[] = [];
    if (isBehindOperand) this.expect(",");
    for (;;) {
      const target = this.blocks.get(this.take());
      if (target === undefined) throw this.error("unknown block");
      const values: Value[] = [];
      this.list(() => values.push(this.value(this.take())));
      edges.push(this.fn.createEdge(this.block, target, values));
      if (this.peek() !== ",") return edges;
      this.take();
    }
  }

  private setList(instruction: Value, items: readonly number[]): void {
    const { fn } = this;
    fn.b[instruction] = fn.createList(items);
    fn.c[instruction] = items.length;
  }

  private typeList(): ValueTypeId[] {
    const types: ValueTypeId[] = [];
    this.list(() => types.push(this.type(this.take())));
    return types;
  }

  /** A list in brackets, or nothing. */
  private list(item: () => void): void {
    if (this.peek() !== "(") return;
    this.take();
    while (this.peek() !== ")") {
      item();
      if (this.peek() === ",") this.take();
    }
    this.take();
  }

  private type(name: string): ValueTypeId {
    const type = ValueType[name as keyof typeof ValueType] as ValueTypeId | undefined;
    if (type === undefined) throw this.error(`unknown type ${name}`);
    return type;
  }

  private value(name: string): Value {
    const value = this.values.get(name);
    if (value === undefined) throw this.error(`unknown value ${name}`);
    return value;
  }

  private startLine(line: Line): void {
    this.line = line;
    this.position = 0;
  }

  private peek(): string | undefined {
    return this.line.tokens[this.position];
  }

  private take(): string {
    const token = this.peek();
    if (token === undefined) throw this.error("unexpected end of line");
    this.position++;
    return token;
  }

  private expect(token: string): void {
    const found = this.take();
    if (found !== token) throw this.error(`expected ${token}, found ${found}`);
  }

  private error(problem: string): ParseError {
    return new ParseError(this.line.number, problem);
  }
}
