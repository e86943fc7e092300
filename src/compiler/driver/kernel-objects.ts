import { createHash } from "node:crypto";
import type { ObjectCache } from "../../contracts/build.ts";
import type { Chunk } from "../object/object.ts";
import { decodeObjectFile, encodeObjectFile } from "../object/object-file.ts";
import type { SymbolId, SymbolTable } from "../object/symbols.ts";
import type { UnitEnvironment } from "./environment.ts";
import { compilerVersion, groupBySymbol } from "./large-module.ts";

/**
 * The kernel's functions as they were compiled in earlier builds for the same platform and kind of
 * app. Each is compiled when a program first reaches it; the object grows with what programs reach.
 */
export class KernelObjects {
  private readonly chunks: Map<SymbolId, Chunk[]>;
  private readonly key: string;
  private isChanged = false;

  constructor(
    environment: UnitEnvironment,
    private readonly symbols: SymbolTable,
    private readonly cache: ObjectCache,
  ) {
    // Ids are hashes: all of the module's types must be known for a collision to be found.
    environment.unit.module.types.forEach((_, index) => environment.signatureId(index));
    this.key = keyOf(environment);
    const stored = cache.read(this.key);
    const known = stored === undefined ? undefined : decodeObjectFile(stored, symbols);
    this.chunks = groupBySymbol(known ?? []);
  }

  /** The chunks of a function that was compiled before, or else those that `compile` makes now. */
  findOrCompile(symbol: SymbolId, compile: () => Chunk[]): Chunk[] {
    const known = this.chunks.get(symbol);
    if (known !== undefined) return known;
    const made = compile();
    this.chunks.set(symbol, made);
    this.isChanged = true;
    return made;
  }

  /** Keeps what was compiled. */
  save(): void {
    if (!this.isChanged) return;
    const chunks = [...this.chunks.values()].flat();
    this.cache.write(this.key, encodeObjectFile(chunks, this.symbols));
  }
}

/** A hash of everything that the code of the kernel's functions depends on. */
function keyOf(environment: UnitEnvironment): string {
  const hash = createHash("sha256").update(`${compilerVersion} kernel `);
  hash.update(JSON.stringify(environment.surroundings()));
  return hash.update(environment.unit.module.bytes).digest("hex");
}
