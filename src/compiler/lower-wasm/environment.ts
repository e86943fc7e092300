import type { MachineImportName } from "../../contracts/machine-interface.ts";
import type { SymbolId } from "../object/symbols.ts";

/** A constant's bits; `high` is 0 for 32-bit types. */
export interface ConstantBits {
  readonly low: number;
  readonly high: number;
}

/**
 * A table as code sees it: 8-byte entries in kernel memory, the code address in the low half and
 * the signature's id in the high half; 0 is null.
 */
export interface TableLayout {
  readonly entries: SymbolId;
  readonly initial: number;
  /** u32 variable with the current size, where the table can grow. */
  readonly sizeVariable: SymbolId | undefined;
  /** Entries that there is room for. */
  readonly capacity: number;
}

/** A passive data or element segment: its contents and, where it can be dropped, its length. */
export interface SegmentLayout {
  readonly contents: SymbolId;
  /** Bytes of data, or entries. */
  readonly length: number;
  /** u32 variable with the current length (0 once dropped), where something drops it. */
  readonly lengthVariable: SymbolId | undefined;
}

/** What lowering must know of the world outside the function; the driver provides it. */
export interface LoweringEnvironment {
  /** `Space.kernel` or `Space.app`: what the module's first memory is; further ones follow it. */
  readonly memorySpace: number;
  /** Whether each access of the app's memories is compared with their size. */
  readonly checksMemory: boolean;
  /** The symbol at whose address the app's first memory begins; undefined where that is `appBase`. */
  readonly appBaseSymbol: SymbolId | undefined;
  /** Bytes that a memory has from the start, as far as code may know. */
  certainBytes(memoryIndex: number): number;
  /** The locals of a function that are to be found in machine code (`SsaFunction.localValues`). */
  trackedLocals(functionIndex: number): ReadonlySet<number>;
  /** The machine import that a function index stands for, if it does. */
  machineImport(functionIndex: number): MachineImportName | undefined;
  /** The symbol of any other function. */
  functionSymbol(functionIndex: number): SymbolId;
  /** The value of a global that never changes and is known now. */
  globalConstant(globalIndex: number): ConstantBits | undefined;
  /** The symbol whose address is the value of a global that only layout knows. */
  globalAddress(globalIndex: number): SymbolId | undefined;
  /** The symbol of any other global, an 8-byte variable. */
  globalSymbol(globalIndex: number): SymbolId;
  table(tableIndex: number): TableLayout;
  dataSegment(segmentIndex: number): SegmentLayout;
  elementSegment(segmentIndex: number): SegmentLayout;
  /** A number from 1 on, the same for equal signatures in all modules of the program. */
  signatureId(typeIndex: number): number;
  /** A symbol by its name, for `wellKnownSymbols`. */
  symbol(name: string): SymbolId;
  /** What `app.start` and `app.initialize` call, if the app has it. */
  readonly appStart: SymbolId | undefined;
  readonly appInitialize: SymbolId | undefined;
  /** Declared maximum of the app's memory in pages, 65536 when there is none. */
  readonly appMaximumPages: number;
  /** What a memory of the module must not grow beyond, in pages. */
  maximumPages(memoryIndex: number): number;
}
