import { type Chunk, RelocationKind } from "../../compiler/object/object.ts";
import type { SymbolTable } from "../../compiler/object/symbols.ts";

/** The chunk that holds the global descriptor table and, behind it, the task state. */
export const descriptorsSymbol = "pc.descriptors";

/** Selectors in the global descriptor table, which are its offsets too. */
export const selectors = { code: 0x08, data: 0x10, task: 0x18 } as const;

/** Where the task state segment begins in the chunk; its descriptor's base must be filled in. */
export const taskStateOffset = 40;

const taskStateBytes = 104;
const firstInterruptStack = 0x24;

/** 64-bit code and flat data, present, ring 0, accessed already (Intel SDM volume 3, 3.4.5). */
const codeDescriptor = 0x00af_9b00_0000_ffffn;
const dataDescriptor = 0x00cf_9300_0000_ffffn;
/** An available 64-bit task state segment, base 0 (volume 3, 8.2.3). */
const taskDescriptor = 0x0000_8900_0000_0000n | BigInt(taskStateBytes - 1);

/**
 * The global descriptor table, with its own limit and base for `lgdt` in the null descriptor, and
 * the task state, whose only use is the stack of the exceptions (IST1).
 */
export function descriptorsChunk(symbols: SymbolTable): Chunk {
  const bytes = new Uint8Array(taskStateOffset + taskStateBytes);
  const view = new DataView(bytes.buffer);
  const symbol = symbols.intern(descriptorsSymbol);
  view.setUint16(0, taskStateOffset - 1, true);
  view.setBigUint64(selectors.code, codeDescriptor, true);
  view.setBigUint64(selectors.data, dataDescriptor, true);
  view.setBigUint64(selectors.task, taskDescriptor, true);
  view.setUint16(taskStateOffset + 102, taskStateBytes, true); // no I/O permission map
  return {
    symbol,
    section: "data",
    bytes,
    size: bytes.length,
    alignment: 16,
    relocations: [
      { offset: 2, kind: RelocationKind.absolute32, symbol, addend: 0 },
      {
        offset: taskStateOffset + firstInterruptStack,
        kind: RelocationKind.absolute64,
        symbol: symbols.intern("config.faultStack"),
        addend: 0,
      },
    ],
  };
}
