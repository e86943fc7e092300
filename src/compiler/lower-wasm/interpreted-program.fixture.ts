import { SymbolTable, wellKnownSymbols } from "../object/symbols.ts";
import type { SsaFunction } from "../ssa/function.ts";
import { InterpretedUnwinding, type InterpreterHost, interpret } from "../ssa/interpreter.ts";
import { Space } from "../ssa/operations.ts";
import { verify } from "../ssa/verify.ts";
import { decode } from "../wasm/decode.ts";
import { type ConstantExpression, type Module, WasmType } from "../wasm/module.ts";
import type { LoweringEnvironment } from "./environment.ts";
import { InterpretedMemory, pageBytes, tableCapacity } from "./interpreted-memory.fixture.ts";
import { lowerFunction } from "./lower-function.ts";

/** A function that a module imports, over bits. */
export type ImportedFunction = (...values: bigint[]) => readonly bigint[];

/** What a module imports, by `module.name`. */
export interface Imports {
  readonly functions?: Readonly<Record<string, ImportedFunction>>;
  readonly globals?: Readonly<Record<string, bigint>>;
}

const codeBase = 0x1000_0000;
const defaultFuel = 100_000;

/** The interpreter was given more to do than it was allowed, or too deep a recursion. */
export class OutOfFuel extends Error {
  readonly code = "out-of-fuel";
}

/** An app's module: lowered function by function, run by the interpreter. */
export class InterpretedProgram {
  readonly module: Module;
  readonly memory: InterpretedMemory;
  readonly environment: LoweringEnvironment;
  private readonly symbols = new SymbolTable();
  private readonly exportIndices: ReadonlyMap<string, number>;
  private readonly lowered = new Map<number, SsaFunction>();
  private readonly imports: Imports;
  private readonly pass: (fn: SsaFunction) => void;
  private readonly host: InterpreterHost;
  private readonly checksMemory: boolean;
  private fuel = 0;
  private depth = 0;
  private exceptions = 0;

  constructor(
    bytes: Uint8Array,
    imports: Imports = {},
    pass: (fn: SsaFunction) => void = () => {},
    checksMemory = false,
  ) {
    this.checksMemory = checksMemory;
    this.module = decode(bytes);
    const functions = this.module.exports.filter(({ kind }) => kind === "function");
    this.exportIndices = new Map(functions.map(({ index, name }) => [name, index]));
    this.imports = imports;
    this.pass = pass;
    this.memory = new InterpretedMemory(this.module);
    this.environment = this.createEnvironment();
    this.host = this.createHost();
    this.initializeGlobals();
  }

  /** Calls an export with bits; an `InterpretedTrap` or `OutOfFuel` may come out. */
  call(name: string, values: readonly bigint[] = [], fuel = defaultFuel): readonly bigint[] {
    this.fuel = fuel;
    this.depth = 0;
    return this.invoke(this.exportIndex(name), values);
  }

  /** The index of an exported function. */
  exportIndex(name: string): number {
    const index = this.exportIndices.get(name);
    if (index === undefined) throw new Error(`no function ${name} is exported`);
    return index;
  }

  /** Copies the active segments and runs the start function; may trap. To be called first. */
  initialize(): void {
    this.memory.initializeSegments(this.module, (expression) => this.bitsOf(expression));
    this.fuel = defaultFuel;
    if (this.module.start !== undefined) this.invoke(this.module.start, []);
  }

  /** The bits of a global now. */
  global(index: number): bigint {
    const bits = this.memory.read64(this.memory.place(`global.${index}`));
    const type = this.module.globals[index]?.type;
    return type === WasmType.i32 || type === WasmType.f32 ? bits & 0xffff_ffffn : bits;
  }

  /** The name of a symbol. */
  symbolName(symbol: number): string {
    return this.symbols.nameOf(symbol);
  }

  /** One function in SSA form. */
  function(index: number): SsaFunction {
    let fn = this.lowered.get(index);
    if (fn === undefined) {
      fn = lowerFunction(this.module, index, this.environment);
      verify(fn);
      this.pass(fn);
      verify(fn);
      this.lowered.set(index, fn);
    }
    return fn;
  }

  private invoke(index: number, values: readonly bigint[]): readonly bigint[] {
    const name = this.module.functions[index]?.import;
    if (name !== undefined) {
      const imported = this.imports.functions?.[`${name.module}.${name.name}`];
      if (imported === undefined) throw new Error(`${name.module}.${name.name} is missing`);
      return imported(...values);
    }
    if (this.depth > 150) throw new OutOfFuel();
    this.depth++;
    try {
      return interpret(this.function(index), values, this.host);
    } finally {
      this.depth--;
    }
  }

  private createHost(): InterpreterHost {
    const { memory } = this;
    return {
      ...(this.checksMemory ? { fault: new Error("an access was not checked") } : {}),
      memory: (space) => memory.bytes(space),
      addressOf: (symbol) => this.addressOf(this.symbols.nameOf(symbol)),
      call: (symbol, values) => this.callSymbol(this.symbols.nameOf(symbol), values),
      callPointer: (address, values) => this.invoke((address - codeBase) / 16, values),
      intrinsic: (name) => {
        throw new Error(`${name} is not interpreted`);
      },
      spend: () => {
        if (this.fuel-- <= 0) throw new OutOfFuel();
      },
    };
  }

  private callSymbol(name: string, values: readonly bigint[]): readonly bigint[] {
    const { memory } = this;
    const [first = 0n, second = 0n, third = 0n] = values;
    switch (name) {
      case wellKnownSymbols.memoryGrow:
        return [memory.grow(0, first)];
      case wellKnownSymbols.furtherMemoryGrow:
        return [memory.grow(Number(first), third)];
      case wellKnownSymbols.atomicWait:
        return [first === 0n ? 1n : 2n];
      case wellKnownSymbols.allocateException:
        this.exceptions++;
        return [BigInt(memory.place(`exception.${this.exceptions}`, 8 + 8 * Number(first)))];
      case wellKnownSymbols.throw:
        throw new InterpretedUnwinding();
      case wellKnownSymbols.move:
        memory.move(first, second, third);
        return [];
      case wellKnownSymbols.fill:
        memory.fill(first, second, third);
        return [];
      default:
        return this.invoke(Number(name.slice("function.".length)), values);
    }
  }

  private addressOf(name: string): number {
    if (!name.startsWith("function.")) return this.memory.place(name);
    return codeBase + 16 * Number(name.slice("function.".length));
  }

  private createEnvironment(): LoweringEnvironment {
    const { module, symbols } = this;
    const segment = (name: string, length: number) => ({
      contents: symbols.intern(`${name}.contents`),
      length,
      lengthVariable: symbols.intern(`${name}.length`),
    });
    return {
      memorySpace: Space.app,
      trackedLocals: () => new Set(),
      checksMemory: this.checksMemory,
      appBaseSymbol: undefined,
      certainBytes: (index) => (module.memories[index]?.minimum ?? 0) * pageBytes,
      machineImport: () => undefined,
      functionSymbol: (index) => symbols.intern(`function.${index}`),
      globalConstant: (index) => this.globalConstant(index),
      globalAddress: () => undefined,
      globalSymbol: (index) => symbols.intern(`global.${index}`),
      table: (index) => ({
        entries: symbols.intern(`table.${index}.entries`),
        initial: module.tables[index]?.minimum ?? 0,
        sizeVariable: symbols.intern(`table.${index}.size`),
        capacity: tableCapacity(module, index),
      }),
      dataSegment: (index) => {
        const contents = module.data[index]?.contents ?? { start: 0, end: 0 };
        return segment(`data.${index}`, contents.end - contents.start);
      },
      elementSegment: (index) =>
        segment(`element.${index}`, module.elements[index]?.items.length ?? 0),
      signatureId: (index) => signatureId(module, index),
      symbol: (name) => symbols.intern(name),
      appStart: undefined,
      appInitialize: undefined,
      appMaximumPages: module.memories[0]?.maximum ?? 65_536,
      maximumPages: (index) => module.memories[index]?.maximum ?? 65_536,
    };
  }

  private globalConstant(index: number) {
    const global = this.module.globals[index];
    if (global === undefined || global.isMutable) return undefined;
    const bits = this.initialBits(index);
    return { low: Number(BigInt.asIntN(32, bits)), high: Number(BigInt.asIntN(32, bits >> 32n)) };
  }

  private initializeGlobals(): void {
    this.module.globals.forEach((_, index) => {
      this.memory.write64(this.memory.place(`global.${index}`), this.initialBits(index));
    });
  }

  private initialBits(index: number): bigint {
    const global = this.module.globals[index];
    if (global?.initial !== undefined) return this.bitsOf(global.initial);
    const name = global?.import;
    return this.imports.globals?.[`${name?.module}.${name?.name}`] ?? 0n;
  }

  private bitsOf(expression: ConstantExpression): bigint {
    switch (expression.kind) {
      case "constant":
        return (
          BigInt(expression.low >>> 0) |
          (isWide(expression.type) ? BigInt(expression.high >>> 0) << 32n : 0n)
        );
      case "vector":
        return expression.bytes.reduceRight((bits, byte) => (bits << 8n) | BigInt(byte), 0n);
      case "global":
        return this.initialBits(expression.index);
      case "null":
        return 0n;
      case "function": {
        const typeIndex = this.module.functions[expression.index]?.typeIndex ?? 0;
        const id = BigInt(signatureId(this.module, typeIndex));
        return (id << 32n) | BigInt(codeBase + 16 * expression.index);
      }
    }
  }
}

function isWide(type: number): boolean {
  return type === WasmType.i64 || type === WasmType.f64;
}

function signatureId(module: Module, typeIndex: number): number {
  const text = JSON.stringify(module.types[typeIndex]);
  return module.types.findIndex((type) => JSON.stringify(type) === text) + 1;
}
