import type { Value } from "../../ssa/function.ts";
import { Operation, type OperationName } from "../../ssa/operations.ts";
import {
  selectAtomicCompareExchange,
  selectAtomicExchange,
  selectAtomicFence,
  selectAtomicStore,
  selectAtomicUpdate,
} from "./atomics.ts";
import { selectCompare, selectSelect } from "./compare.ts";
import { selectTrap, selectTrapIf } from "./control.ts";
import {
  selectFloatWidth,
  selectReinterpret,
  selectSignExtension,
  selectToFloat,
  selectTruncation,
  selectWrap,
} from "./convert.ts";
import {
  selectCopySign,
  selectFloatBinary,
  selectMinimumMaximum,
  selectRounding,
  selectSign,
  selectSquareRoot,
} from "./float.ts";
import {
  selectBinary,
  selectCountZeros,
  selectDivision,
  selectMultiply,
  selectMultiplyHigh,
  selectPopulationCount,
  selectShift,
} from "./integer.ts";
import { selectIntrinsic } from "./intrinsics.ts";
import { selectLoad, selectStore } from "./memory.ts";
import { selectFunctionReference, selectNothing } from "./references.ts";
import type { Selector } from "./selector.ts";
import { selectBitSelect, selectVectorBinary, selectVectorUnary } from "./vector.ts";
import { selectExtractLane, selectPair, selectReplaceLane, selectSplat } from "./vector-lanes.ts";
import { selectVectorShift } from "./vector-shifts.ts";
import { selectShuffle } from "./vector-shuffle.ts";
import { selectVectorTernary } from "./vector-ternary.ts";
import { selectVectorTest } from "./vector-tests.ts";

/** Selects machine instructions for one SSA instruction whose value or effect is needed. */
export type Handler = (selector: Selector, value: Value) => void;

/** The handlers of the operations that neither call nor end a block (those: `select.ts`). */
const byName: Partial<Record<OperationName, Handler>> = {
  constant: selectNothing,
  symbolAddress: selectNothing,
  result: selectNothing,
  functionReference: selectFunctionReference,
  add: selectBinary,
  subtract: selectBinary,
  and: selectBinary,
  or: selectBinary,
  xor: selectBinary,
  multiply: selectMultiply,
  multiplyHigh: selectMultiplyHigh,
  divideSigned: selectDivision,
  divideUnsigned: selectDivision,
  remainderSigned: selectDivision,
  remainderUnsigned: selectDivision,
  shiftLeft: selectShift,
  shiftRightSigned: selectShift,
  shiftRightUnsigned: selectShift,
  rotateLeft: selectShift,
  rotateRight: selectShift,
  leadingZeros: selectCountZeros,
  trailingZeros: selectCountZeros,
  populationCount: selectPopulationCount,
  signExtend8: selectSignExtension,
  signExtend16: selectSignExtension,
  signExtend32: selectSignExtension,
  extendSigned: selectSignExtension,
  extendUnsigned: selectNothing,
  wrap: selectWrap,
  compare: selectCompare,
  select: selectSelect,
  floatAdd: selectFloatBinary,
  floatSubtract: selectFloatBinary,
  floatMultiply: selectFloatBinary,
  floatDivide: selectFloatBinary,
  floatMinimum: selectMinimumMaximum,
  floatMaximum: selectMinimumMaximum,
  copySign: selectCopySign,
  absolute: selectSign,
  negate: selectSign,
  squareRoot: selectSquareRoot,
  ceiling: selectRounding,
  floor: selectRounding,
  truncateFloat: selectRounding,
  nearest: selectRounding,
  truncateSigned: selectTruncation,
  truncateUnsigned: selectTruncation,
  saturateSigned: selectTruncation,
  saturateUnsigned: selectTruncation,
  convertSigned: selectToFloat,
  convertUnsigned: selectToFloat,
  demote: selectFloatWidth,
  promote: selectFloatWidth,
  reinterpret: selectReinterpret,
  pair: selectPair,
  splat: selectSplat,
  extractLane: selectExtractLane,
  replaceLane: selectReplaceLane,
  shuffle: selectShuffle,
  bitSelect: selectBitSelect,
  vectorUnary: selectVectorUnary,
  vectorBinary: selectVectorBinary,
  vectorTernary: selectVectorTernary,
  vectorShift: selectVectorShift,
  vectorTest: selectVectorTest,
  load: selectLoad,
  loadSymbol: selectLoad,
  store: selectStore,
  storeSymbol: selectStore,
  atomicLoad: selectLoad,
  atomicStore: selectAtomicStore,
  atomicAdd: selectAtomicExchange,
  atomicAnd: selectAtomicUpdate,
  atomicOr: selectAtomicUpdate,
  atomicXor: selectAtomicUpdate,
  atomicExchange: selectAtomicExchange,
  atomicCompareExchange: selectAtomicCompareExchange,
  atomicFence: selectAtomicFence,
  intrinsic: selectIntrinsic,
  trapIf: selectTrapIf,
  trap: selectTrap,
};

/** Handlers by operation number. */
export const handlers: readonly (Handler | undefined)[] = Object.keys(Operation).map(
  (name) => byName[name as OperationName],
);
