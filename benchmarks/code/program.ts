/** The programs whose code is measured. */
import { fileURLToPath } from "node:url";

/** One program: four rounds of some work, of which it times the last (programs/rounds.h). */
export interface Program {
  readonly name: string;
  /** Path of its source: C, or TypeScript, which the interpreter QuickJS runs. */
  readonly source: string;
  /** Whether it includes SQLite's amalgamation, which comes from an npm package. */
  readonly needsSqlite: boolean;
  /** The largest ratio to V8 that meets the goal. */
  readonly goalRatio: number;
}

/** The goal of interpreters and databases, the hard ones for a compiler. */
const aheadOfV8 = 1;
/** What no program may exceed. */
const nearV8 = 1.3;

/** The programs in the order of the table. */
export const programs: readonly Program[] = [
  ofC("embedded"),
  ofC("gemm"),
  ofC("jacobi-2d"),
  ofC("lu"),
  ofC("floyd-warshall"),
  ofC("sha256"),
  ofC("deflate"),
  ofC("nbody"),
  ofC("fannkuch"),
  ofC("mandelbrot"),
  ofC("json"),
  ofC("interpreter"),
  { ...ofC("scripting"), goalRatio: aheadOfV8 },
  { ...ofC("sqlite"), needsSqlite: true, goalRatio: aheadOfV8 },
  { ...ofC("quickjs"), source: pathOf("script.ts"), goalRatio: aheadOfV8 },
];

function ofC(name: string): Program {
  return { name, source: pathOf(`${name}.c`), needsSqlite: false, goalRatio: nearV8 };
}

function pathOf(file: string): string {
  return fileURLToPath(new URL(`programs/${file}`, import.meta.url));
}
