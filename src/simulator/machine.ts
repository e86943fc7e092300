import { TsukiError } from "../contracts/errors.ts";
import { engineGuestImports, guestImports } from "../contracts/guest-abi.ts";
import {
  appKinds,
  type ConfigConstant,
  configConstants,
  engineSection,
  machineImports,
} from "../contracts/machine-interface.ts";
import { trapExitStatus } from "../contracts/traps.ts";
import { AppMemory } from "./app-memory.ts";
import { hiddenExports, type MachineApp } from "./app-module.ts";
import { InstanceExit, MachineError } from "./exit.ts";
import { placeTexts } from "./texts.ts";
import { describeTrap, keepingStacks } from "./traps.ts";

/** A function of the machine interface; WebAssembly calls it with numbers and bigints. */
export type MachineFunction = (...values: never[]) => unknown;

/** Functions of the machine interface by module and name. */
export type MachineModules = Readonly<Record<string, Readonly<Record<string, MachineFunction>>>>;

/** What a machine is made of. */
export interface MachineParts {
  readonly kernel: WebAssembly.Module;
  readonly app: MachineApp;
  /** The kernel's memory, from address 0. */
  readonly memory: WebAssembly.Memory;
  /** Configuration constants; 0 unless given. */
  readonly config: Readonly<Partial<Record<ConfigConstant, number>>>;
  /** What there is of the machine interface besides `app` and `dma`; the rest throws. */
  readonly modules: MachineModules;
  /** Takes the report of a trap, whole lines. */
  readonly onTrap: (report: string) => void;
}

/** Pages of 64 KiB that 32-bit addresses reach. */
const unlimitedPages = 65_536;

/** A kernel in V8 with an app, ready to boot once. */
export class Machine {
  readonly appMemory: AppMemory;
  /** What the kernel exports, by name. */
  readonly kernel: WebAssembly.Exports;
  private readonly parts: MachineParts;
  private instance: WebAssembly.Instance | undefined;

  constructor(parts: MachineParts) {
    this.parts = parts;
    const { app } = parts;
    this.appMemory = new AppMemory("functions" in app ? unlimitedPages : app.maximumPages);
    this.kernel = new WebAssembly.Instance(parts.kernel, this.kernelImports()).exports;
  }

  /** Boots with the platform's record and returns the exit status. */
  boot(record = 0n): number {
    return keepingStacks(() => {
      try {
        callExport(this.kernel, "boot", record);
        throw new MachineError("the kernel's boot returned, which it never should");
      } catch (error) {
        if (error instanceof InstanceExit) return error.status;
        const { app } = this.parts;
        const report = "functions" in app ? undefined : describeTrap(error, app);
        if (report === undefined) throw error;
        this.parts.onTrap(report);
        return trapExitStatus;
      }
    });
  }

  private kernelImports(): WebAssembly.Imports {
    const { kernel, memory, modules, config } = this.parts;
    const kernelBytes = (): Uint8Array => new Uint8Array(memory.buffer);
    const modulesGiven: MachineModules = {
      ...modules,
      dma: sharedMemoryModule(memory),
      app: {
        ...this.appMemory.imports(kernelBytes),
        setSize: () => undefined,
        initialize: () => this.initializeApp(),
        start: () => this.startApp(),
      },
    };
    const given: Partial<Record<ConfigConstant, number>> = {
      appKind: isEngine(this.parts.app) ? appKinds.javaScriptEngine : appKinds.command,
      opensSockets: 1,
      usesAcpi: 1,
      opensFiles: 1,
      findsDevices: 1,
      resolvesNames: 1,
      ...config,
    };
    const values = Object.fromEntries(configConstants.map((name) => [name, given[name] ?? 0]));
    return {
      ...completeModules(modulesGiven),
      engine: this.engineFunctions(),
      config: values,
      text: placeTexts(kernel, memory),
      env: { memory },
    };
  }

  /** What the kernel asks of a JavaScript engine: the app's exports, once there is an app. */
  private engineFunctions(): Record<string, MachineFunction> {
    if ("functions" in this.parts.app) return { ...this.parts.app.functions };
    const imports = WebAssembly.Module.imports(this.parts.kernel);
    const names = imports.filter(({ module }) => module === "engine").map(({ name }) => name);
    return Object.fromEntries(
      names.map((name) => [
        name,
        (...values: never[]) => callExport(this.instance?.exports ?? {}, name, ...values),
      ]),
    );
  }

  private initializeApp(): void {
    const { app } = this.parts;
    if ("functions" in app) {
      app.attach(this.kernel);
      this.appMemory.attach(app.memory);
      return;
    }
    const { module } = app;
    this.instance = new WebAssembly.Instance(module, guestImportsOf(module, this.kernel));
    const memory = this.instance.exports[hiddenExports.memory];
    if (memory instanceof WebAssembly.Memory) this.appMemory.attach(memory);
    if (hiddenExports.start in this.instance.exports) {
      callExport(this.instance.exports, hiddenExports.start);
    }
  }

  private startApp(): void {
    const exports = this.instance?.exports ?? {};
    if ("_start" in exports) callExport(exports, "_start");
  }
}

function callExport(exports: WebAssembly.Exports, name: string, ...values: unknown[]): unknown {
  const value = exports[name];
  if (typeof value !== "function") throw new MachineError(`there is no function ${name}`);
  return Reflect.apply(value, undefined, values);
}

/** The whole machine interface: what is not given throws when the kernel calls it. */
export function completeModules(
  given: MachineModules,
): Record<string, Record<string, MachineFunction>> {
  const complete: Record<string, Record<string, MachineFunction>> = {};
  for (const key of Object.keys(machineImports)) {
    const [module = "", name = ""] = key.split(".");
    const functions = complete[module] ?? {};
    complete[module] = functions;
    functions[name] =
      given[module]?.[name] ??
      (() => {
        throw new MachineError(`this machine has no ${key}: attach a device that provides it`);
      });
  }
  return complete;
}

/** Whether an app is a JavaScript engine with a program in it. */
function isEngine(app: MachineApp): boolean {
  if ("functions" in app) return true;
  return WebAssembly.Module.customSections(app.module, engineSection).length > 0;
}

/** What the app imports, met by the kernel's exports (contracts/guest-abi.ts). */
function guestImportsOf(
  app: WebAssembly.Module,
  kernel: WebAssembly.Exports,
): Record<string, Record<string, WebAssembly.ImportValue>> {
  const isEngineModule = WebAssembly.Module.customSections(app, engineSection).length > 0;
  const provided = isEngineModule ? engineGuestImports : guestImports;
  const imports: Record<string, Record<string, WebAssembly.ImportValue>> = {};
  for (const { module, name } of WebAssembly.Module.imports(app)) {
    const met = provided[module]?.[name];
    const value = met === undefined ? undefined : kernel[met.kernelExport];
    if (value === undefined) {
      throw new TsukiError(
        "wasm-unknown-import",
        `the app imports ${module}.${name}, which Tsuki does not provide; build it for WASI preview 1`,
      );
    }
    const functions = imports[module] ?? {};
    imports[module] = functions;
    functions[name] = value;
  }
  return imports;
}

/** The `dma` module over the kernel's memory. */
export function sharedMemoryModule(memory: WebAssembly.Memory): Record<string, MachineFunction> {
  const view = new DataView(memory.buffer);
  const at = (pointer: number): number => pointer >>> 0;
  return {
    load8: (pointer: number) => view.getUint8(at(pointer)),
    load16: (pointer: number) => view.getUint16(at(pointer), true),
    load32: (pointer: number) => view.getInt32(at(pointer), true),
    load64: (pointer: number) => view.getBigInt64(at(pointer), true),
    store8: (pointer: number, value: number) => view.setUint8(at(pointer), value),
    store16: (pointer: number, value: number) => view.setUint16(at(pointer), value, true),
    store32: (pointer: number, value: number) => view.setInt32(at(pointer), value, true),
    store64: (pointer: number, value: bigint) => view.setBigInt64(at(pointer), value, true),
  };
}
