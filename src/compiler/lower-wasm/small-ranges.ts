/**
 * Copies and fills of a small constant length, without the runtime's help. A range is in memory if
 * its last byte is: everything is loaded before anything is stored, and what lies last is stored
 * first, so that a range that ends outside faults before memory has changed.
 */
import { isConstant } from "../ssa/bits.ts";
import { none, type Value } from "../ssa/function.ts";
import { Access, Operation, ValueType, type ValueTypeId } from "../ssa/operations.ts";
import type { FunctionLowering } from "./function-lowering.ts";

/** Longer ranges go to the runtime: its loops are no slower then. */
const largestLength = 64;

/** A part of a range that one load or store moves. */
interface Word {
  readonly offset: number;
  readonly access: number;
  readonly type: ValueTypeId;
}

const { i32, i64, v128 } = ValueType;

/** Widths in bytes, the largest first, and how so many bytes are accessed. */
const widths = [
  { bytes: 16, access: Access.whole128, type: v128 },
  { bytes: 8, access: Access.whole64, type: i64 },
  { bytes: 4, access: Access.unsigned32, type: i32 },
  { bytes: 2, access: Access.unsigned16, type: i32 },
  { bytes: 1, access: Access.unsigned8, type: i32 },
] as const;

/** Copies a small constant number of bytes between places in two spaces; false if it is not that. */
export function copySmall(
  lowering: FunctionLowering,
  [target, source, length]: readonly [Value, Value, Value],
  targetSpace: number,
  sourceSpace: number,
): boolean {
  const { builder } = lowering;
  const words = wordsOf(lowering, length);
  if (words === undefined) return false;
  const values = words.map(({ access, offset, type }) =>
    builder.emit(Operation.load, type, source, none, none, access | (sourceSpace << 4), offset),
  );
  storeBackwards(lowering, target, targetSpace, words, values);
  return true;
}

/** Fills a small constant number of bytes with a constant; false if it is not that. */
export function fillSmall(
  lowering: FunctionLowering,
  [target, byte, length]: readonly [Value, Value, Value],
  space: number,
): boolean {
  const { builder } = lowering;
  const { fn } = builder;
  const words = isConstant(fn, byte) ? wordsOf(lowering, length) : undefined;
  if (words === undefined) return false;
  const pattern = Math.imul((fn.low[byte] as number) & 0xff, 0x0101_0101);
  const values = words.map(({ type }) => {
    if (type !== v128) return builder.constant(type, pattern, type === i64 ? pattern : 0);
    const half = builder.constant(i64, pattern, pattern);
    return builder.operate(Operation.pair, v128, half, half);
  });
  storeBackwards(lowering, target, space, words, values);
  return true;
}

function storeBackwards(
  { builder }: FunctionLowering,
  target: Value,
  space: number,
  words: readonly Word[],
  values: readonly Value[],
): void {
  for (let index = words.length - 1; index >= 0; index--) {
    const { access, offset } = words[index] as Word;
    const value = values[index] as Value;
    const aux = access | (space << 4);
    builder.emit(Operation.store, ValueType.none, target, value, none, aux, offset);
  }
}

/** The words that cover a length, ascending; the last one may overlap the one before it. */
function wordsOf({ builder }: FunctionLowering, length: Value): Word[] | undefined {
  const { fn } = builder;
  if (!isConstant(fn, length)) return undefined;
  const bytes = (fn.low[length] as number) >>> 0;
  const widest = widths.find((width) => width.bytes <= bytes);
  if (widest === undefined || bytes > largestLength) return undefined;
  const words: Word[] = [];
  let offset = 0;
  for (; offset + widest.bytes <= bytes; offset += widest.bytes) words.push({ ...widest, offset });
  if (offset === bytes) return words;
  // Three bytes: two and one; otherwise the rest is the end of a word that lies inside.
  const last = widest.bytes === 2 ? widths[4] : widest;
  return [...words, { ...last, offset: bytes - last.bytes }];
}
