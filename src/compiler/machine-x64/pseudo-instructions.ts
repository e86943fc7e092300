import { formNames } from "./encoding.ts";

/**
 * Machine instructions that are more, or less, than one encoding: the emitter expands them. They
 * stand behind the forms of the encoding table in the opcode column.
 */
const names = [
  /** Defines the function's parameters in their registers. */
  "entry",
  /** Epilogue and ret; uses the results in their registers. */
  "return",
  /** Epilogue and a jump to the symbol; uses the arguments in their registers. */
  "tailCall",
  /** The same to the address in a register: use r, then the arguments. */
  "tailCallPointer",
  /**
   * A call, by symbol or by the address in a register (use r, then the arguments), whose exceptions
   * go to the second successor; else its results in registers are stored behind those that travel
   * on the stack, from word `displacement` on: see `storedResult`; then to the first successor.
   */
  "callCatching",
  "callPointerCatching",
  /** To the only successor. */
  "jump",
  /** To the first successor when condition `immediateLow` holds, else to the second. */
  "branch",
  /** As branch, when the flags of ucomis say equal. */
  "branchFloatEqual",
  /**
   * Through a table of code addresses: use index; `immediateLow` successors, the last for what lies
   * beyond the table. Of an index below `immediateHigh`, if that is not 0, none does.
   */
  "switch",
  /** Cold stub for trap `immediateHigh` when condition `immediateLow` holds. */
  "trapIf",
  /** Traps: kind `immediateLow`. */
  "trap",
  /** Divide or remainder: see `Division`. */
  "divide",
  /** useDefine x, use x: minimum or maximum as WebAssembly defines them; see `FloatWidth`. */
  "floatMinimum",
  "floatMaximum",
  /** useDefine x, use x: the second operand when condition `immediateLow` holds. */
  "floatSelect",
  /** define r, use x: float to integer; see `Truncation`. */
  "truncate",
  /** define x, use r: unsigned 64-bit integer to float; `immediateLow` 1 for f64. */
  "convertUnsigned64",
  /** define x: all bits 0, or 1. */
  "vectorZero",
  "vectorOnes",
  /** earlyDefine rax, use r value, use r address: see `AtomicUpdate`. */
  "atomicUpdate",
  /** use r: into control register 3. */
  "loadPageTables",
  /** define r: from rdrand, tried ten times, 0 when it fails. */
  "random",
] as const;

/** The name of a pseudo instruction. */
export type PseudoName = (typeof names)[number];

const first = formNames.length;

/** Opcode of each pseudo instruction. */
export const Pseudo = Object.fromEntries(
  names.map((name, index) => [name, first + index]),
) as Readonly<Record<PseudoName, number>>;

/** The first opcode that is no form of the encoding table. */
export const firstPseudo = first;

/** Bits of `divide`'s `immediateLow`. */
export const Division = {
  wide: 1,
  signed: 2,
  remainder: 4,
  /** The divisor may be 0: trap. */
  mayBeZero: 8,
  /** The divisor may be -1: trap on overflow, remainder 0. */
  mayBeMinusOne: 16,
} as const;

/** Bits of `truncate`'s `immediateLow`. */
export const Truncation = { wide: 1, signed: 2, saturating: 4, fromDouble: 8 } as const;

/** What of a result's register a catching call stores; 0: nothing. */
export const StoredKind = { integer: 1, float: 2, vector: 3 } as const;

/** The bits of a catching call's `immediateLow` for its result at a position. */
export function storedResult(position: number, kind: number): number {
  return kind << (2 * position);
}

/** The `StoredKind` of the result at a position, or 0. */
export function storedKind(bits: number, position: number): number {
  return (bits >> (2 * position)) & 3;
}

/** `atomicUpdate`'s `immediateLow`; `immediateHigh` is the access's size as an exponent of two. */
export const AtomicUpdate = { and: 0, or: 1, xor: 2 } as const;
