import { createHash } from "node:crypto";
import type { CompileThreads, ObjectCache } from "../../contracts/build.ts";
import { ByteReader } from "../bytes/reader.ts";
import type { Chunk } from "../object/object.ts";
import { decodeObjectFile, encodeObjectFile } from "../object/object-file.ts";
import type { SymbolId, SymbolTable } from "../object/symbols.ts";
import type { Module } from "../wasm/module.ts";
import { compileInThreads } from "./compile-in-threads.ts";
import type { ProgramSettings, UnitEnvironment } from "./environment.ts";
import { largeModuleBytes } from "./split-module.ts";
import type { Unit } from "./unit.ts";
import { spareV8 } from "./v8-flags.ts";

const moduleHeaderBytes = 8;

/** Changes with everything that changes the compiler's output. */
export const compilerVersion = "35";

/** Each thread is slow until V8 knows the compiler: with less code than this for each, one is faster. */
const leastThreadBytes = 2 * 1024 * 1024;

/** Whether a unit is compiled alone against its import signatures. */
export function isLarge(unit: Unit): boolean {
  return codeBytes(unit) >= largeModuleBytes;
}

function codeBytes(unit: Unit): number {
  const bodies = unit.module.functions.flatMap(({ body }) => (body === undefined ? [] : [body]));
  return (bodies.at(-1)?.end ?? 0) - (bodies[0]?.start ?? 0);
}

/**
 * The chunks of a large module by symbol: all its functions, compiled without knowing the rest of
 * the program. Data, element contents and initial values of mutable globals are no part of them, so
 * that a snapshot of the same module reuses the object.
 */
export async function largeModuleChunks(
  environment: UnitEnvironment,
  settings: ProgramSettings,
  symbols: SymbolTable,
  { objects, threads }: { readonly objects?: ObjectCache; readonly threads?: CompileThreads },
): Promise<Map<SymbolId, Chunk[]>> {
  const { unit } = environment;
  // Ids are hashes: all of the module's types must be known for a collision to be found.
  unit.module.types.forEach((_, index) => environment.signatureId(index));
  const key = objectKey(unit, environment);
  const stored = objects?.read(key);
  const known = stored === undefined ? undefined : decodeObjectFile(stored, symbols);
  if (known !== undefined) return groupBySymbol(known);
  spareV8();
  const worthwhile = Math.floor(codeBytes(unit) / leastThreadBytes);
  const count = Math.min(threads?.count ?? 1, worthwhile);
  const chunks = await compileInThreads(environment, settings, symbols, {
    program: "",
    ...threads,
    count,
  });
  objects?.write(key, encodeObjectFile(chunks, symbols));
  return groupBySymbol(chunks);
}

/** The chunks of functions by symbol: each one's code and the jump tables behind it. */
export function groupBySymbol(chunks: readonly Chunk[]): Map<SymbolId, Chunk[]> {
  const groups = new Map<SymbolId, Chunk[]>();
  let current: Chunk[] = [];
  for (const chunk of chunks) {
    if (chunk.frameBytes !== undefined) {
      current = [];
      groups.set(chunk.symbol, current);
    }
    current.push(chunk);
  }
  return groups;
}

/** Sections on which code depends as they are: types, imports, functions, exports, start, code. */
const hashedSections = [1, 2, 3, 7, 8, 10];

/** A hash of everything in a module that its code depends on. */
function objectKey(unit: Unit, { codeOptions, hasDebugInfo }: UnitEnvironment): string {
  const { module } = unit;
  const hash = createHash("sha256").update(`${compilerVersion} ${unit.name} `);
  hash.update(JSON.stringify([codeOptions, hasDebugInfo]));
  const reader = new ByteReader(module.bytes, moduleHeaderBytes);
  while (reader.remaining > 0) {
    const id = reader.u8();
    const length = reader.u32();
    const content = module.bytes.subarray(reader.offset, reader.offset + length);
    if (hashedSections.includes(id)) hash.update(`${id} ${length} `).update(content);
    reader.offset += length;
  }
  const names = module.customSections.get("name");
  if (names !== undefined) hash.update(module.bytes.subarray(names.start, names.end));
  return hash.update(JSON.stringify(declarations(module))).digest("hex");
}

/** What code depends on of sections that a snapshot changes: not a memory's size nor contents. */
function declarations(module: Module): readonly unknown[] {
  return [
    module.tables,
    module.memories.slice(1).map(({ maximum }) => maximum ?? null),
    module.globals.map(({ type, isMutable, initial }) => [type, isMutable || initial]),
    module.data.flatMap(({ mode, contents }, index) =>
      mode === "passive" ? [[index, contents.end - contents.start]] : [],
    ),
    module.elements.map(({ mode, items }) => [mode, items.length]),
  ];
}
