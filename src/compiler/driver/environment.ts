import type { CodeOptions } from "../../contracts/build.ts";
import { TsukiError } from "../../contracts/errors.ts";
import {
  canWait,
  catchesStop,
  engineGuestImports,
  findsDevices,
  guestImports,
  opensFiles,
  opensSockets,
  resolvesNames,
} from "../../contracts/guest-abi.ts";
import {
  appKinds,
  type ConfigConstant,
  configConstants,
  engineSection,
  type MachineImportName,
  machineImports,
  type NumberType,
  type Platform,
  platformIds,
} from "../../contracts/machine-interface.ts";
import { trackedLocals } from "../debug/tracked-locals.ts";
import type {
  ConstantBits,
  LoweringEnvironment,
  SegmentLayout,
  TableLayout,
} from "../lower-wasm/environment.ts";
import { type SymbolId, type SymbolTable, wellKnownSymbols } from "../object/symbols.ts";
import { Space } from "../ssa/operations.ts";
import { functionTypeOf, type ImportName, WasmType } from "../wasm/module.ts";
import { LinkError } from "./errors.ts";
import { isLarge } from "./large-module.ts";
import type { SignatureIds } from "./signature-ids.ts";
import { tailCallWords, usesTailCalls } from "./tail-calls.ts";
import { constantBits, exportIndex, symbolNames, typeKey, type Unit } from "./unit.ts";

/** What a program is compiled for, in plain data that threads can hand to one another. */
export interface ProgramSettings {
  readonly platform: Platform;
  /** How the code is made. */
  readonly code: CodeOptions;
  /** Upper bound of the app's memory in pages. */
  readonly maximumPages: number;
  /** Whether the image has arguments and variables of its own. */
  readonly hasDefaults: boolean;
  /** Whether the image is for machines of any kind, rather than for a monitor that knows it. */
  readonly bootsFromDisk: boolean;
  /** Whether sockets on `linux` are the kernel's own, over a tap. */
  readonly hasTap: boolean;
  /** Whether chunks tell what a debugger wants to know. */
  readonly hasDebugInfo: boolean;
  /** Whether an app's import that nobody provides is refused, rather than left undefined. */
  readonly refusesUnknownImports: boolean;
}

/** What the modules of a program share. */
export interface ProgramContext extends ProgramSettings {
  readonly kernel: Unit;
  readonly app: Unit;
  readonly symbols: SymbolTable;
  readonly signatures: SignatureIds;
}

const wasmPageBytes = 65_536;
const noLocals: ReadonlySet<number> = new Set();
const spareTableEntries = 4096;
const largestTable = 1 << 20;

/** The surroundings of one unit's functions in a program. */
export class UnitEnvironment implements LoweringEnvironment {
  readonly memorySpace: number;
  /** Of functions that were asked for. */
  private readonly functionSymbols: SymbolId[] = [];
  private readonly ownFunctions = new Map<SymbolId, number>();
  private knownCallAreaWords: number | undefined;
  private knownLocals: ReturnType<typeof trackedLocals> | undefined;
  private readonly growsTables: boolean;
  private readonly dropsData: boolean;
  private readonly dropsElements: boolean;

  constructor(
    private readonly program: ProgramContext,
    readonly unit: Unit,
  ) {
    this.memorySpace = unit === program.kernel ? Space.kernel : Space.app;
    const code = codeOf(unit);
    // Searching for the bytes of an instruction finds too many at worst. Only code counts: a
    // snapshot's data must not change what the code of its module is compiled to.
    this.growsTables = contains(code, 0xfc, 0x0f);
    this.dropsData = contains(code, 0xfc, 0x09);
    this.dropsElements = contains(code, 0xfc, 0x0d);
  }

  /** Words of the stack area that the unit's calls leave at least: see `tailCallWords`. */
  get callAreaWords(): number {
    this.knownCallAreaWords ??= tailCallWords(this.unit.module);
    return this.knownCallAreaWords;
  }

  trackedLocals(functionIndex: number): ReadonlySet<number> {
    if (!this.program.hasDebugInfo) return noLocals;
    this.knownLocals ??= trackedLocals(this.unit.module);
    return this.knownLocals.get(functionIndex) ?? noLocals;
  }

  /** Whether chunks tell what a debugger wants to know. */
  get hasDebugInfo(): boolean {
    return this.program.hasDebugInfo;
  }

  /** The kernel's own memory has no size. */
  get checksMemory(): boolean {
    return this.program.code.memory !== "reserved" && this.memorySpace !== Space.kernel;
  }

  /** The symbol at whose address the app's memory begins; undefined where that is `appBase`. */
  get appBaseSymbol(): SymbolId | undefined {
    return this.program.code.memory === "given" ? this.symbol(wellKnownSymbols.appBase) : undefined;
  }

  /** A snapshot's memory may be of another size than the module's whose code it shares. */
  certainBytes(memoryIndex: number): number {
    if (isLarge(this.unit)) return 0;
    return (this.unit.module.memories[memoryIndex]?.minimum ?? 0) * wasmPageBytes;
  }

  machineImport(functionIndex: number): MachineImportName | undefined {
    const names = this.unit.module.functions[functionIndex]?.import;
    if (names === undefined || this.memorySpace !== Space.kernel) return undefined;
    const key = `${names.module}.${names.name}`;
    return key in machineImports ? (key as MachineImportName) : undefined;
  }

  functionSymbol(functionIndex: number): SymbolId {
    const known = this.functionSymbols[functionIndex];
    if (known !== undefined) return known;
    const symbol = this.findFunctionSymbol(functionIndex);
    this.functionSymbols[functionIndex] = symbol;
    const isOwn = this.unit.module.functions[functionIndex]?.import === undefined;
    if (isOwn) this.ownFunctions.set(symbol, functionIndex);
    return symbol;
  }

  /** The index of a function of the unit's own by a symbol that was asked for. */
  ownFunction(symbol: SymbolId): number | undefined {
    return this.ownFunctions.get(symbol);
  }

  private findFunctionSymbol(functionIndex: number): SymbolId {
    const { kernel, symbols } = this.program;
    const names = this.unit.module.functions[functionIndex]?.import;
    if (names === undefined) return symbols.intern(symbolNames.function(this.unit, functionIndex));
    if (this.unit === kernel) return this.engineFunction(names);
    const { module, name } = names;
    if (!this.program.refusesUnknownImports && this.providedImport(names) === undefined) {
      return symbols.intern(`import.${module}.${name}`);
    }
    return symbols.intern(`kernel.${this.guestImport(names, functionIndex)}`);
  }

  globalConstant(globalIndex: number): ConstantBits | undefined {
    const global = this.unit.module.globals[globalIndex];
    if (global === undefined || global.isMutable) return undefined;
    if (global.import !== undefined) return this.configConstant(global.import);
    if (global.initial === undefined) return undefined;
    return constantBits(global.initial, (index) => this.globalConstant(index));
  }

  /** The symbol whose address is the value of an immutable global that layout decides. */
  globalAddress(globalIndex: number): SymbolId | undefined {
    const names = this.unit.module.globals[globalIndex]?.import;
    if (names === undefined || this.memorySpace !== Space.kernel) return undefined;
    if (names.module === "text") return this.symbol(`text.${names.name}`);
    if (names.module !== "config") return undefined;
    if (!configConstants.includes(names.name as ConfigConstant)) {
      throw new LinkError(`there is no configuration constant ${names.name}`);
    }
    return this.program.symbols.intern(`config.${names.name}`);
  }

  globalSymbol(globalIndex: number): SymbolId {
    return this.symbol(symbolNames.global(this.unit, globalIndex));
  }

  table(tableIndex: number): TableLayout {
    const table = this.unit.module.tables[tableIndex];
    if (table === undefined) throw new LinkError(`there is no table ${tableIndex}`);
    const { minimum, maximum = largestTable } = table;
    const room = Math.max(minimum, Math.min(maximum, minimum + spareTableEntries));
    return {
      entries: this.symbol(symbolNames.table(this.unit, tableIndex)),
      initial: minimum,
      sizeVariable: this.growsTables
        ? this.symbol(symbolNames.tableSize(this.unit, tableIndex))
        : undefined,
      capacity: this.growsTables ? room : minimum,
    };
  }

  dataSegment(segmentIndex: number): SegmentLayout {
    const segment = this.unit.module.data[segmentIndex];
    if (segment === undefined) throw new LinkError(`there is no data segment ${segmentIndex}`);
    const passive = segment.mode === "passive";
    return {
      contents: this.symbol(symbolNames.data(this.unit, segmentIndex)),
      length: passive ? segment.contents.end - segment.contents.start : 0,
      lengthVariable:
        passive && this.dropsData
          ? this.symbol(symbolNames.dataLength(this.unit, segmentIndex))
          : undefined,
    };
  }

  elementSegment(segmentIndex: number): SegmentLayout {
    const segment = this.unit.module.elements[segmentIndex];
    if (segment === undefined) throw new LinkError(`there is no element segment ${segmentIndex}`);
    const passive = segment.mode === "passive";
    return {
      contents: this.symbol(symbolNames.element(this.unit, segmentIndex)),
      length: passive ? segment.items.length : 0,
      lengthVariable:
        passive && this.dropsElements
          ? this.symbol(symbolNames.elementLength(this.unit, segmentIndex))
          : undefined,
    };
  }

  signatureId(typeIndex: number): number {
    const type = this.unit.module.types[typeIndex];
    if (type === undefined) throw new LinkError(`there is no type ${typeIndex}`);
    return this.program.signatures.idOf(typeKey(type));
  }

  symbol(name: string): SymbolId {
    return this.program.symbols.intern(name);
  }

  get appStart(): SymbolId | undefined {
    const index = exportIndex(this.program.app, "function", "_start");
    return index === undefined ? undefined : this.appEntry(index);
  }

  get appInitialize(): SymbolId | undefined {
    if (this.program.app.module.memories.length > 1) {
      return this.symbol(wellKnownSymbols.initializeMemories);
    }
    return this.appStartFunction;
  }

  /** What calls the app's start function, if it has one. */
  get appStartFunction(): SymbolId | undefined {
    const { start } = this.program.app.module;
    return start === undefined ? undefined : this.appEntry(start);
  }

  get appMaximumPages(): number {
    return maximumOf(this.program, this.program.app, 0);
  }

  maximumPages(memoryIndex: number): number {
    return maximumOf(this.program, this.unit, memoryIndex);
  }

  /** How the unit's code is made: the kernel's, which is kept between builds, always to be fast. */
  get codeOptions(): CodeOptions {
    const { code } = this.program;
    return this.memorySpace === Space.kernel ? { ...code, level: "optimising" } : code;
  }

  /** What the kernel's code is compiled for, besides the kernel itself, in a form to be hashed. */
  surroundings(): readonly unknown[] {
    const { platform, kernel, symbols } = this.program;
    const engine = kernel.module.functions.flatMap(({ import: names }, index) =>
      names?.module === "engine" ? [symbols.nameOf(this.functionSymbol(index))] : [],
    );
    const entries = [this.appStart, this.appInitialize].map((symbol) =>
      symbol === undefined ? null : symbols.nameOf(symbol),
    );
    const settings = configConstants.map(
      (name) => this.configConstant({ module: "config", name })?.low ?? null,
    );
    const pages = this.appMaximumPages;
    return [this.codeOptions, platform, settings, pages, entries, engine, this.hasDebugInfo];
  }

  /** Whether the kernel can use devices besides serial ports for this app. */
  get findsDevices(): boolean {
    return this.appImports(findsDevices) === 1;
  }

  /** Whether the app can open files. */
  get opensFiles(): boolean {
    return this.appImports(opensFiles) === 1;
  }

  /** What the app is, as its module says. */
  get appKind(): number {
    const { customSections } = this.program.app.module;
    return customSections.has(engineSection) ? appKinds.javaScriptEngine : appKinds.command;
  }

  /** Engines always do, so that an image with defaults takes the same kernel's object. */
  private get readsDefaults(): boolean {
    return this.program.hasDefaults || this.appKind === appKinds.javaScriptEngine;
  }

  /** Whether the app can have sockets. */
  get opensSockets(): boolean {
    return this.appImports(opensSockets) === 1;
  }

  /** Whether sockets are the kernel's own: nobody else in a virtual machine has any. */
  get usesOwnStack(): boolean {
    const { platform, hasTap } = this.program;
    return this.opensSockets && (platform !== "linux" || hasTap) && platform !== "node";
  }

  /** 1 when something besides its end can happen to the app, or when nobody else can end the machine. */
  private get usesAcpi(): number {
    return this.program.bootsFromDisk ? 1 : this.appImports(canWait);
  }

  /** 1 when the app imports a function with such a name, or is an engine, which has everything. */
  private appImports(isSuch: (name: string) => boolean): number {
    const { functions } = this.program.app.module;
    const isFound = functions.some((fn) => fn.import !== undefined && isSuch(fn.import.name));
    return Number(isFound || this.appKind === appKinds.javaScriptEngine);
  }

  /** The app's export that meets an import of the kernel's; nothing defines it in other apps. */
  private engineFunction(names: ImportName): SymbolId {
    const { app } = this.program;
    if (names.module !== "engine") {
      throw new LinkError(`the kernel imports ${names.module}.${names.name}`);
    }
    const index = exportIndex(app, "function", names.name);
    return index === undefined ? this.symbol(`engine.${names.name}`) : this.appEntry(index);
  }

  /** What the kernel calls for a function of the app's: one with tail calls needs room for them. */
  private appEntry(functionIndex: number): SymbolId {
    const { app } = this.program;
    const hasTailCalls = usesTailCalls(app.module, functionIndex);
    const name = hasTailCalls ? symbolNames.entry : symbolNames.function;
    return this.symbol(name(app, functionIndex));
  }

  /** The kernel's export that meets an import of the app; its type must be the one agreed on. */
  private guestImport(names: ImportName, functionIndex: number): string {
    const provided = this.providedImport(names);
    if (provided === undefined) {
      throw new TsukiError(
        "wasm-unknown-import",
        `The app imports ${names.module}.${names.name}, which Tsuki does not provide: ` +
          "build it for WASI preview 1 (wasi_snapshot_preview1).",
      );
    }
    const type = functionTypeOf(this.unit.module, functionIndex);
    const agreed = typeKey({
      parameters: provided.parameters.map(wasmType),
      results: provided.results.map(wasmType),
    });
    if (typeKey(type) !== agreed) {
      throw new TsukiError(
        "wasm-unknown-import",
        `The app imports ${names.module}.${names.name} with another signature than WASI gives it.`,
      );
    }
    return provided.kernelExport;
  }

  private providedImport({ module, name }: ImportName) {
    const imports = this.appKind === appKinds.javaScriptEngine ? engineGuestImports : guestImports;
    return imports[module]?.[name];
  }

  private configConstant(names: ImportName): ConstantBits | undefined {
    if (names.module !== "config") return undefined;
    if (names.name === "platform") return { low: platformIds[this.program.platform], high: 0 };
    if (names.name === "appKind") return { low: this.appKind, high: 0 };
    if (names.name === "opensSockets") return { low: Number(this.opensSockets), high: 0 };
    if (names.name === "usesOwnStack") return { low: Number(this.usesOwnStack), high: 0 };
    if (names.name === "opensFiles") return { low: Number(this.opensFiles), high: 0 };
    if (names.name === "findsDevices") return { low: Number(this.findsDevices), high: 0 };
    if (names.name === "hasDefaults") return { low: Number(this.readsDefaults), high: 0 };
    if (names.name === "resolvesNames") return { low: this.appImports(resolvesNames), high: 0 };
    if (names.name === "usesAcpi") return { low: this.usesAcpi, high: 0 };
    if (names.name === "canWait") return { low: this.appImports(canWait), high: 0 };
    if (names.name === "catchesStop") return { low: this.appImports(catchesStop), high: 0 };
    return undefined;
  }
}

function maximumOf({ maximumPages }: ProgramContext, { module }: Unit, memory: number): number {
  return Math.min(module.memories[memory]?.maximum ?? 65_536, maximumPages);
}

/** The byte of a number type. */
export function wasmType(type: NumberType): (typeof WasmType)[NumberType] {
  return WasmType[type];
}

function codeOf(unit: Unit): Uint8Array {
  const bodies = unit.module.functions.flatMap(({ body }) => (body === undefined ? [] : [body]));
  return unit.module.bytes.subarray(bodies[0]?.start ?? 0, bodies.at(-1)?.end ?? 0);
}

function contains(bytes: Uint8Array, first: number, second: number): boolean {
  for (let at = bytes.indexOf(first); at >= 0; at = bytes.indexOf(first, at + 1)) {
    if (bytes[at + 1] === second) return true;
  }
  return false;
}
