/** How fast the compiler is on a large module: a JavaScript engine, alone, without linking it. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { type ProgramContext, UnitEnvironment } from "../../src/compiler/driver/environment.ts";
import { compileUnitFunction } from "../../src/compiler/driver/function-compiler.ts";
import { SignatureIds } from "../../src/compiler/driver/signature-ids.ts";
import { createUnit, symbolNames, type Unit } from "../../src/compiler/driver/unit.ts";
import { type SymbolId, SymbolTable } from "../../src/compiler/object/symbols.ts";
import type { Bench } from "../bench.ts";
import { type Finding, skipped } from "../report/finding.ts";
import { median } from "../report/statistics.ts";

const measure = "quickjs.wasm: compile, one thread";
const rounds = 3;
const maximumPages = 65_536;
const msPerSecond = 1_000;

/** Compiles every function of QuickJS in this process. */
export function measureLargeModule(bench: Bench): Finding {
  const path = findQuickJs();
  if (path === undefined) return skipped("building", measure, "needs the package quickjs-wasi");
  bench.note("building: a large module");
  const kernelPath = fileURLToPath(new URL("../../dist/kernel.wasm", import.meta.url));
  const kernel = createUnit("kernel", readFileSync(kernelPath));
  const bytes = readFileSync(path);
  const runs: number[] = [];
  let codeBytes = 0;
  for (let round = 0; round < bench.rounds(rounds); round++) {
    const before = performance.now();
    codeBytes = compileAll(kernel, createUnit("app", bytes));
    runs.push(performance.now() - before);
  }
  const seconds = median(runs) / msPerSecond;
  const kibibytes = bytes.length / 1024;
  const speed = `${(kibibytes / seconds).toFixed(0)} KiB/s`;
  return {
    area: "building",
    measure,
    value: seconds,
    unit: "s",
    detail: `${speed}; ${kibibytes.toFixed(0)} KiB wasm, ${codeBytes >> 10} KiB code`,
  };
}

function findQuickJs(): string | undefined {
  try {
    return createRequire(import.meta.url).resolve("quickjs-wasi/quickjs.wasm");
  } catch {
    return undefined;
  }
}

/** The engine also imports functions of its host, which stay unresolved as nothing is linked. */
class UnlinkedEnvironment extends UnitEnvironment {
  readonly #unresolved: SymbolId;

  constructor(context: ProgramContext) {
    super(context, context.app);
    this.#unresolved = context.symbols.intern("unresolved");
  }

  override functionSymbol(functionIndex: number): SymbolId {
    const isHosts = this.unit.module.functions[functionIndex]?.import?.module === "env";
    return isHosts ? this.#unresolved : super.functionSymbol(functionIndex);
  }
}

/** Bytes of machine code. */
function compileAll(kernel: Unit, app: Unit): number {
  const symbols = new SymbolTable();
  const signatures = new SignatureIds();
  const program = { platform: "linux", kernel, app, symbols, signatures, maximumPages } as const;
  const environment = new UnlinkedEnvironment({
    ...program,
    hasDefaults: false,
    bootsFromDisk: false,
    hasDebugInfo: false,
  });
  let codeBytes = 0;
  app.module.functions.forEach(({ import: imported }, index) => {
    if (imported !== undefined) return;
    const symbol = symbols.intern(symbolNames.function(app, index));
    for (const chunk of compileUnitFunction(environment, index, symbol, symbols)) {
      codeBytes += chunk.bytes.length;
    }
  });
  return codeBytes;
}
