import { createHash } from "node:crypto";
import type { ObjectCache } from "../../contracts/build.ts";
import { ByteReader } from "../bytes/reader.ts";
import type { Chunk } from "../object/object.ts";
import { decodeObjectFile, encodeObjectFile } from "../object/object-file.ts";
import type { SymbolId, SymbolTable } from "../object/symbols.ts";
import { validateFunctions } from "../validate/validate.ts";
import type { Module } from "../wasm/module.ts";
import type { UnitEnvironment } from "./environment.ts";
import { compileUnitFunction } from "./function-compiler.ts";
import { largeModuleBytes } from "./split-module.ts";
import { symbolNames, type Unit } from "./unit.ts";

const moduleHeaderBytes = 8;

/** Changes with everything that changes the compiler's output. */
export const compilerVersion = "16";

/** Whether a unit is compiled alone against its import signatures. */
export function isLarge(unit: Unit): boolean {
  const bodies = unit.module.functions.flatMap(({ body }) => (body === undefined ? [] : [body]));
  const first = bodies[0];
  const last = bodies.at(-1);
  return first !== undefined && last !== undefined && last.end - first.start >= largeModuleBytes;
}

/**
 * The chunks of a large module by symbol: all its functions, compiled without knowing the rest of
 * the program. Data, element contents and initial values of mutable globals are no part of them, so
 * that a snapshot of the same module reuses the object.
 */
export function largeModuleChunks(
  unit: Unit,
  environment: UnitEnvironment,
  symbols: SymbolTable,
  cache: ObjectCache | undefined,
): Map<SymbolId, Chunk[]> {
  // Ids are hashes: all of the module's types must be known for a collision to be found.
  unit.module.types.forEach((_, index) => environment.signatureId(index));
  const key = objectKey(unit, environment.hasDebugInfo);
  const stored = cache?.read(key);
  const known = stored === undefined ? undefined : decodeObjectFile(stored, symbols);
  if (known !== undefined) return groupBySymbol(known);
  validateFunctions(unit.module);
  const chunks = compileAll(unit, environment, symbols);
  cache?.write(key, encodeObjectFile(chunks, symbols));
  return groupBySymbol(chunks);
}

function compileAll(unit: Unit, environment: UnitEnvironment, symbols: SymbolTable): Chunk[] {
  return unit.module.functions.flatMap((fn, index) => {
    if (fn.import !== undefined) return [];
    const symbol = symbols.intern(symbolNames.function(unit, index));
    return compileUnitFunction(environment, index, symbol, symbols);
  });
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
function objectKey(unit: Unit, hasDebugInfo: boolean): string {
  const { module } = unit;
  const hash = createHash("sha256").update(`${compilerVersion} ${unit.name} ${hasDebugInfo} `);
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
