/** The host's C compiler, for what the benchmarks compare with; Tsuki itself needs none. */
import { spawnSync } from "node:child_process";
import { isInstalled } from "../programs.ts";

const compilers = ["gcc", "cc", "clang"];

/** What the reader of a table is told where there is no C compiler. */
export const compilerMissing = "needs a C compiler (gcc, cc or clang)";

/** The name of an installed C compiler, or undefined. */
export function findCompiler(): string | undefined {
  return compilers.find(isInstalled);
}

/** Compiles one C file with -O2, statically linked; false when that does not work here. */
export function compileStatic(compiler: string, source: string, output: string): boolean {
  return spawnSync(compiler, ["-O2", "-static", "-o", output, source]).status === 0;
}
