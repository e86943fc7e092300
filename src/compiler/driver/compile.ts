import {
  type CodeOptions,
  type CompileThreads,
  defaultCodeOptions,
  type ObjectCache,
} from "../../contracts/build.ts";
import { TsukiError } from "../../contracts/errors.ts";
import { kernelEntries, type Platform } from "../../contracts/machine-interface.ts";
import { entryChunk } from "../machine-x64/entry-chunk.ts";
import type { Chunk } from "../object/object.ts";
import { type SymbolId, SymbolSet, SymbolTable, wellKnownSymbols } from "../object/symbols.ts";
import { validateFunctions } from "../validate/validate.ts";
import { functionTypeOf } from "../wasm/module.ts";
import {
  type ProgramContext,
  type ProgramSettings,
  UnitEnvironment,
  wasmType,
} from "./environment.ts";
import { LinkError } from "./errors.ts";
import { compileMemoryInitialization, compileUnitFunction } from "./function-compiler.ts";
import { type InitialMemory, initialMemory } from "./initial-memory.ts";
import { KernelObjects } from "./kernel-objects.ts";
import { isLarge, largeModuleChunks } from "./large-module.ts";
import { SignatureIds } from "./signature-ids.ts";
import { createUnit, exportIndex, symbolNames, typeKey, type Unit } from "./unit.ts";
import { sharedVariable, UnitVariables } from "./variables.ts";

/** A program before it is placed: everything that its roots reach. */
export interface CompiledProgram {
  readonly kernel: Unit;
  readonly app: Unit;
  readonly symbols: SymbolTable;
  readonly chunks: readonly Chunk[];
  /** Contents of the kernel's memory at the start, and where its static data end. */
  readonly kernelMemory: InitialMemory & { readonly end: number };
  /** Contents of the app's memory at the start, and its size in pages of 64 KiB. */
  readonly appMemory: InitialMemory & { readonly initialPages: number };
  /** What the app is (contracts, appKinds). */
  readonly appKind: number;
  /** Whether the kernel in it can use devices besides serial ports (`config.findsDevices`). */
  readonly findsDevices: boolean;
  /** Whether the app can open files (`config.opensFiles`). */
  readonly opensFiles: boolean;
  /** Whether the app in it can have sockets (`config.opensSockets`). */
  readonly opensSockets: boolean;
  /** Whether its sockets are the kernel's own (`config.usesOwnStack`). */
  readonly usesOwnStack: boolean;
  /** Numbers of the Linux system calls that the program makes after sealing, ascending. */
  readonly systemCalls: readonly number[];
}

/** What to compile. */
export interface CompileRequest {
  readonly platform: Platform;
  readonly kernel: Uint8Array;
  readonly app: Uint8Array;
  /** How the code is made; `defaultCodeOptions` by default. */
  readonly code?: CodeOptions;
  /** Upper bound of the app's memory in pages of 64 KiB. */
  readonly maximumPages?: number;
  /** Whether something is supplied at `config.defaults`. */
  readonly hasDefaults?: boolean;
  /** Whether the image is for machines of any kind; for those of a monitor by default. */
  readonly bootsFromDisk?: boolean;
  /** Whether chunks tell what a debugger wants to know; not by default. */
  readonly hasDebugInfo?: boolean;
  /** Whether sockets are the kernel's own on `linux`, too. */
  readonly hasTap?: boolean;
  /** Code and data made elsewhere: the platform's entry, the runtime's routines. */
  readonly supplied: (symbols: SymbolTable) => readonly Chunk[];
  /** Symbols from which everything else is reached. */
  readonly roots: readonly string[];
  /** Where objects of large modules are kept. */
  readonly objects?: ObjectCache;
  /** Threads to compile a large module with; only the asking one by default. */
  readonly threads?: CompileThreads;
}

/**
 * Compiles kernel and app as one closed unit: starting from the roots, each function is lowered
 * when something refers to it, so that what nobody reaches costs nothing. A large app is compiled
 * alone and cached instead; what nobody reaches is then left out only when linking. An app that is
 * not valid is refused with a `DecodeError`; the kernel is ours.
 */
export async function compileProgram(request: CompileRequest): Promise<CompiledProgram> {
  const kernel = createUnit("kernel", request.kernel);
  const app = createUnit("app", request.app);
  // A large module's code is validated when it is compiled, not each time that it is found.
  if (!isLarge(app)) validateFunctions(app.module);
  const symbols = new SymbolTable();
  const settings: ProgramSettings = {
    platform: request.platform,
    code: request.code ?? defaultCodeOptions,
    maximumPages: request.maximumPages ?? 65_536,
    hasDefaults: request.hasDefaults ?? false,
    bootsFromDisk: request.bootsFromDisk ?? false,
    hasTap: request.hasTap ?? false,
    hasDebugInfo: request.hasDebugInfo ?? false,
    refusesUnknownImports: true,
  };
  const signatures = new SignatureIds();
  const context: ProgramContext = { ...settings, kernel, app, symbols, signatures };
  checkKernelEntries(request.platform, kernel);
  checkMemories(request.platform, app);
  checkRoom(settings.maximumPages, app);
  const appEnvironment = new UnitEnvironment(context, app);
  const large = isLarge(app)
    ? await largeModuleChunks(appEnvironment, settings, symbols, request)
    : new Map<SymbolId, Chunk[]>();
  const builder = new ProgramBuilder(context, appEnvironment, large, request);
  const chunks = builder.reachable(request.roots.map((name) => symbols.intern(name)));
  const { kernelEnvironment } = builder;
  return {
    kernel,
    app,
    symbols,
    chunks,
    kernelMemory: {
      ...initialMemory(kernel, kernelEnvironment),
      end: staticsEnd(kernel, kernelEnvironment),
    },
    appMemory: {
      ...initialMemory(app, appEnvironment),
      initialPages: app.module.memories[0]?.minimum ?? 0,
    },
    appKind: appEnvironment.appKind,
    findsDevices: appEnvironment.findsDevices,
    opensFiles: appEnvironment.opensFiles,
    opensSockets: appEnvironment.opensSockets,
    usesOwnStack: appEnvironment.usesOwnStack,
    systemCalls: [...new Set(chunks.flatMap((chunk) => chunk.systemCalls ?? []))].sort(
      (a, b) => a - b,
    ),
  };
}

/** Refuses memories that the platform, or WASI, has no place for. */
function checkMemories(platform: Platform, { module }: Unit): void {
  if (module.memories.length > 1 && platform !== "linux") {
    throw new TsukiError(
      "wasm-unsupported",
      `The app has several memories, for which there is room on linux only, not on ${platform} yet.`,
    );
  }
  const isFurther = module.exports.some(
    ({ index, kind, name }) => kind === "memory" && name === "memory" && index > 0,
  );
  if (!isFurther) return;
  throw new TsukiError(
    "wasm-unsupported",
    'The app exports another memory than its first as "memory": WASI reads and writes the first.',
  );
}

const pagesPerMebibyte = 16;

/** Refuses an app that begins with more memory than it may ever have. */
function checkRoom(maximumPages: number, { module }: Unit): void {
  const firstPages = module.memories[0]?.minimum ?? 0;
  if (firstPages <= maximumPages) return;
  const needed = Math.ceil(firstPages / pagesPerMebibyte);
  const given = Math.floor(maximumPages / pagesPerMebibyte);
  const problem = `the app begins with ${needed} MiB of memory, and may have ${given}`;
  throw new TsukiError("usage", `${problem}; give it more: --memory ${needed}M`);
}

/** Refuses a kernel that does not export what the platform's entry code calls. */
function checkKernelEntries(platform: Platform, kernel: Unit): void {
  for (const [name, { parameters, results, platforms }] of Object.entries(kernelEntries)) {
    if (!platforms.includes(platform)) continue;
    const index = exportIndex(kernel, "function", name);
    const agreed = { parameters: parameters.map(wasmType), results: results.map(wasmType) };
    if (index === undefined || typeKey(functionTypeOf(kernel.module, index)) !== typeKey(agreed)) {
      throw new LinkError(`the kernel does not export ${name} as agreed`);
    }
  }
}

/** Where the kernel's statics end, as it tells itself by an exported global. */
function staticsEnd(kernel: Unit, environment: UnitEnvironment): number {
  const index = exportIndex(kernel, "global", "staticsEnd");
  const bits = index === undefined ? undefined : environment.globalConstant(index);
  if (bits === undefined) throw new LinkError("the kernel does not export staticsEnd");
  return bits.low >>> 0;
}

class ProgramBuilder {
  readonly kernelEnvironment: UnitEnvironment;
  private readonly supplied: Map<SymbolId, Chunk>;
  private readonly functions = new Map<string, { environment: UnitEnvironment; index: number }>();
  private readonly variables: ReadonlyMap<string, UnitVariables>;
  private readonly kernelObjects: KernelObjects | undefined;

  constructor(
    private readonly context: ProgramContext,
    private readonly appEnvironment: UnitEnvironment,
    /** Chunks of the app's functions, if it is large. */
    private readonly large: ReadonlyMap<SymbolId, Chunk[]>,
    { supplied, objects }: CompileRequest,
  ) {
    const { symbols } = context;
    this.supplied = new Map(supplied(symbols).map((chunk) => [chunk.symbol, chunk]));
    this.kernelEnvironment = new UnitEnvironment(context, context.kernel);
    const environments = [this.kernelEnvironment, appEnvironment];
    for (const environment of environments) this.nameFunctions(environment);
    this.kernelObjects =
      objects === undefined
        ? undefined
        : new KernelObjects(this.kernelEnvironment, symbols, objects);
    this.variables = new Map(
      environments.map((environment) => [
        environment.unit.name,
        new UnitVariables(environment.unit, environment),
      ]),
    );
  }

  /** Every chunk that the roots reach, in the order in which they are found. */
  reachable(roots: readonly SymbolId[]): Chunk[] {
    const found: Chunk[] = [];
    const known = new SymbolSet();
    const waiting = roots.filter((root) => known.add(root));
    for (let next = 0; next < waiting.length; next++) {
      for (const chunk of this.create(waiting[next] as SymbolId)) {
        known.add(chunk.symbol);
        found.push(chunk);
        for (let position = 0; position < chunk.relocations.count; position++) {
          const symbol = chunk.relocations.symbol(position);
          if (known.add(symbol)) waiting.push(symbol);
        }
      }
    }
    this.kernelObjects?.save();
    return found;
  }

  private nameFunctions(environment: UnitEnvironment): void {
    environment.unit.module.functions.forEach((fn, index) => {
      if (fn.import !== undefined) return;
      this.functions.set(symbolNames.function(environment.unit, index), { environment, index });
    });
    // The kernel's functions that came out equal are one with several names; objects refer to any
    // of them. An app's exports name no symbols: one called `bytes` or `g0` would hide a variable.
    if (environment !== this.kernelEnvironment) return;
    for (const { kind, name, index } of environment.unit.module.exports) {
      if (kind !== "function" || environment.unit.module.functions[index]?.import) continue;
      this.functions.set(`${environment.unit.name}.${name}`, { environment, index });
    }
  }

  /** The chunks that a symbol stands for; none for an address that the layout gives. */
  private create(symbol: SymbolId): readonly Chunk[] {
    const supplied = this.supplied.get(symbol);
    if (supplied !== undefined) return [supplied];
    const compiled = this.large.get(symbol);
    if (compiled !== undefined) return compiled;
    const name = this.context.symbols.nameOf(symbol);
    const found = this.functions.get(name);
    if (found !== undefined) {
      const { environment, index } = found;
      const compile = () => compileUnitFunction(environment, index, symbol, this.context.symbols);
      const isKernels = environment === this.kernelEnvironment;
      return isKernels
        ? (this.kernelObjects?.findOrCompile(symbol, compile) ?? compile())
        : compile();
    }
    if (name === wellKnownSymbols.initializeMemories) {
      return compileMemoryInitialization(this.appEnvironment, symbol, this.context.symbols);
    }
    const entry = this.entry(symbol, name);
    if (entry !== undefined) return [entry];
    const variable = this.variable(symbol, name);
    return variable === undefined ? [] : [variable];
  }

  /** The code by which the kernel calls a function of the app's with tail calls. */
  private entry(symbol: SymbolId, name: string): Chunk | undefined {
    const callee = /^(app\.f\d+)\.entry$/.exec(name)?.[1];
    if (callee === undefined) return undefined;
    const { symbols } = this.context;
    return entryChunk(symbol, callee, symbols, this.appEnvironment.callAreaWords);
  }

  private variable(symbol: SymbolId, name: string): Chunk | undefined {
    const dot = name.indexOf(".");
    const unit = this.variables.get(name.slice(0, dot));
    const own = unit?.create(symbol, name.slice(dot + 1));
    const pages = this.context.app.module.memories[0]?.minimum ?? 0;
    return own ?? sharedVariable(symbol, name, pages);
  }
}
