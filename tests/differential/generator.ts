import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { compileFunction } from "node:vm";
import { isComparable } from "./compare.ts";

/** Features of the modules: what our compiler supports. */
const baseFeatures = [
  "--mvp-features",
  "--enable-sign-ext",
  "--enable-nontrapping-float-to-int",
  "--enable-mutable-globals",
  "--enable-bulk-memory",
  "--enable-bulk-memory-opt",
  "--enable-multivalue",
];

/** Further ones, of which the quick way of compiling knows nothing. */
const furtherFeatures = [
  "--enable-simd",
  "--enable-tail-call",
  "--enable-reference-types",
  "--enable-threads",
];

/** Those of newer versions of V8, each with the sections of a module that needs it. */
const newerFeatures: ReadonlyMap<string, readonly number[]> = new Map([
  ["--enable-extended-const", [6, 9, 1, 0x7f, 0, 0x41, 1, 0x41, 1, 0x6a, 0x0b]],
  ["--enable-multimemory", [5, 5, 2, 0, 1, 0, 1]],
  [
    "--enable-exception-handling",
    [1, 4, 1, 0x60, 0, 0, 3, 2, 1, 0, 10, 8, 1, 6, 0, 0x1f, 0x40, 0, 0x0b, 0x0b],
  ],
]);

/** What turns the older exceptions into those of 3.0: V8 refuses modules with both. */
const translation = "--translate-to-exnref";
/** A pass that knows nothing of those. */
const flattening = "--flatten";

/** Features and passes by which V8 here knows all that is made. */
function featuresAndPasses(passes: readonly string[]): string[] {
  const newer = [...newerFeatures.entries()].flatMap(([feature, sections]) => {
    const wasm = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, ...sections);
    return isComparable({ wasm, runs: [] }) ? [feature] : [];
  });
  const features = [...baseFeatures, ...furtherFeatures, ...newer];
  if (!newer.includes("--enable-exception-handling")) return [...features, ...passes];
  return [...features, translation, ...passes.filter((pass) => pass !== flattening)];
}

/** Binaryen's fuzzer (`wasm-opt --translate-to-fuzz`), loaded once and run many times. */
export class ModuleGenerator {
  private readonly program: (...scope: unknown[]) => void;
  private readonly require: NodeJS.Require;
  private readonly path: string;
  private compiled: WebAssembly.Module | undefined;

  /** Intermediate files are written to `folder`. */
  constructor(private readonly folder: string) {
    const library = createRequire(import.meta.url).resolve("binaryen");
    this.path = join(dirname(library), "bin", "wasm-opt");
    this.require = createRequire(this.path);
    const source = readFileSync(this.path, "utf8").replace(/^#!.*/, "");
    const scope = ["process", "require", "WebAssembly", "__filename", "__dirname", "module"];
    this.program = compileFunction(source, scope) as (...scope: unknown[]) => void;
  }

  /** A valid module made from random bytes, which keeps to numbers if it `isScalar`. */
  async generate(
    random: Uint8Array,
    passes: readonly string[],
    isScalar = false,
  ): Promise<Uint8Array> {
    const input = join(this.folder, "random.bin");
    const output = join(this.folder, "random.wasm");
    writeFileSync(input, random);
    const choices = isScalar ? [...baseFeatures, ...passes] : featuresAndPasses(passes);
    const flags = ["-ttf", "--denan", ...choices];
    const status = await this.run([...flags, input, "-o", output]);
    if (status !== 0) throw new Error(`wasm-opt ends with status ${status}`);
    const bytes = readFileSync(output);
    rmSync(output);
    return bytes;
  }

  private run(parameters: readonly string[]): Promise<number> {
    return new Promise((settle) => {
      const fakeProcess = Object.create(process, {
        argv: { value: ["node", this.path, ...parameters] },
        exitCode: {
          set: (status: number) => {
            settle(status);
          },
          get: () => undefined,
        },
        on: { value: () => fakeProcess },
      }) as NodeJS.Process;
      const scope = [fakeProcess, this.require, this.webAssembly()];
      this.program(...scope, this.path, dirname(this.path), { exports: {} });
    });
  }

  /** WebAssembly whose `instantiate` compiles the program's module only once. */
  private webAssembly(): object {
    const instantiate = (bytes: Uint8Array, imports: WebAssembly.Imports) => {
      this.compiled ??= new WebAssembly.Module(bytes);
      const instance = new WebAssembly.Instance(this.compiled, imports);
      return Promise.resolve({ instance, module: this.compiled });
    };
    return Object.create(WebAssembly, { instantiate: { value: instantiate } }) as object;
  }
}
