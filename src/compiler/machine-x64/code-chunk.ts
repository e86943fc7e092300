import type { Chunk } from "../object/object.ts";
import type { SymbolTable } from "../object/symbols.ts";
import { stacklessUnwinding } from "../object/unwinding.ts";
import type { Assembler } from "./assembler.ts";

/** Where functions begin: what processors fetch at once. */
export const codeAlignment = 16;

/** The finished code of a hand-written function that keeps nothing on the stack, as a chunk. */
export function codeChunk(assembler: Assembler, symbols: SymbolTable, name: string): Chunk {
  const { bytes, relocations } = assembler.finish();
  return {
    symbol: symbols.intern(name),
    section: "text",
    bytes,
    size: bytes.length,
    alignment: codeAlignment,
    relocations,
    frameBytes: 0,
    displayName: name,
    unwinding: stacklessUnwinding,
  };
}
