import type { Chunk } from "../object/object.ts";
import { RelocationKind, RelocationWriter } from "../object/relocations.ts";
import type { SymbolId } from "../object/symbols.ts";
import type { Unwinding } from "../object/unwinding.ts";
import type { AssembledCode } from "./assembler.ts";
import { codeAlignment } from "./code-chunk.ts";
import type { JumpTable } from "./emit/code-writer.ts";

const tableEntryBytes = 4;

/** Code of one function and what belongs to it. */
interface FunctionCode {
  readonly symbol: SymbolId;
  /** What a backtrace shows. */
  readonly name: string;
  readonly code: AssembledCode;
  readonly frameBytes: number;
  readonly tables: readonly JumpTable[];
  readonly systemCalls?: readonly number[];
  /** Where it comes from, if debuggers want to know: see `Chunk`, as for the next two. */
  readonly origins: Int32Array | undefined;
  readonly unwinding: Unwinding;
  readonly locals: Int32Array | undefined;
}

/** The chunks of one function: its code first, then its jump tables. */
export function functionChunks(fn: FunctionCode): [Chunk, ...Chunk[]] {
  const { code, frameBytes, locals, origins, symbol, systemCalls, unwinding } = fn;
  const body: Chunk = {
    symbol,
    section: "text",
    bytes: code.bytes,
    size: code.bytes.length,
    alignment: codeAlignment,
    relocations: code.relocations,
    frameBytes,
    displayName: fn.name,
    ...(systemCalls && { systemCalls }),
    ...(origins && locals && { origins, unwinding, locals }),
  };
  return [body, ...fn.tables.map((table) => jumpTable(table, symbol))];
}

/** A table of the addresses of places in a function. */
function jumpTable({ offsets, symbol }: JumpTable, code: SymbolId): Chunk {
  const size = offsets.length * tableEntryBytes;
  const relocations = new RelocationWriter();
  offsets.forEach((addend, position) => {
    relocations.add(position * tableEntryBytes, RelocationKind.absolute32, code, addend);
  });
  return {
    symbol,
    section: "readOnly",
    bytes: new Uint8Array(size),
    size,
    alignment: tableEntryBytes,
    relocations: relocations.finish(),
  };
}
