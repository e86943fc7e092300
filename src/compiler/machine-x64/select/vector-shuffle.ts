import { none, type Value } from "../../ssa/function.ts";
import type { Selector } from "./selector.ts";
import { type Packed, type PackedWithImmediate, VectorCode } from "./vector-code.ts";
import { bytesOfVector, isZeroVector, type VectorBits, vectorOfBytes } from "./vector-constants.ts";

/** In a mask of pshufb: a byte that becomes 0. */
const cleared = 0x80;

/** shuffle: one or two instructions for what programs often do, else pshufb of each operand. */
export function selectShuffle(selector: Selector, value: Value): void {
  const { fn } = selector;
  const [a = none, b = none, mask = none] = [fn.a, fn.b, fn.c].map((column) =>
    fn.resolve(column[value] as Value),
  );
  const target = selector.resultRegister(value);
  const code = new VectorCode(selector);
  let lanes = bytesOfVector(selector.vectorConstant(mask));
  if (a === b) lanes = lanes.map((lane) => lane & 15);
  const usesFirst = lanes.some((lane) => lane < 16) && !isZero(selector, a);
  const usesSecond = lanes.some((lane) => lane >= 16) && !isZero(selector, b);
  if (!usesFirst || !usesSecond) {
    const offset = usesFirst ? 0 : 16;
    const own = lanes.map((lane) => (lane >> 4 === offset >> 4 ? lane - offset : cleared));
    shuffleOne(code, target, selector.registerOf(usesFirst ? a : b), own);
    return;
  }
  const first = selector.registerOf(a);
  const second = selector.registerOf(b);
  const exchanged = lanes.map((lane) => lane ^ 16);
  if (joinTwo(code, target, first, second, lanes)) return;
  if (joinTwo(code, target, second, first, exchanged)) return;
  const other = code.copy(second);
  code.applyConstant("pshufb", other, maskOf(exchanged));
  code.copy(first, target);
  code.applyConstant("pshufb", target, maskOf(lanes));
  code.apply("por", target, other);
}

function isZero(selector: Selector, value: Value): boolean {
  return selector.isConstant(value) && isZeroVector(selector.vectorConstant(value));
}

/** The mask of pshufb that takes what is from the first operand. */
function maskOf(lanes: readonly number[]): VectorBits {
  return vectorOfBytes(lanes.map((lane) => (lane < 16 ? lane : cleared)));
}

/** A shuffle of one vector. */
function shuffleOne(code: VectorCode, target: number, source: number, lanes: readonly number[]) {
  const doubles = wholeLanes(lanes, 4);
  if (doubles !== undefined) {
    if (doubles.every((lane, index) => lane === index)) code.copy(source, target);
    else code.apply("pshufd", target, source, immediateOf(doubles));
    return;
  }
  if (shuffleHalf(code, target, source, wholeLanes(lanes, 2) ?? [])) return;
  const copy = code.copy(source, target);
  const interleaved = interleaving(
    lanes.map((lane, index) => (index % 2 === 0 ? lane : lane | 16)),
  );
  const start = lanes[0] ?? 0;
  if (interleaved === "punpcklbw" || interleaved === "punpckhbw") {
    code.apply(interleaved, copy, source);
  } else if (lanes.every((lane, index) => lane === ((start + index) & 15))) {
    code.apply("palignr", copy, source, start);
  } else code.applyConstant("pshufb", copy, maskOf(lanes));
}

/** A shuffle of 16-bit lanes that leaves half of the vector as it is. */
function shuffleHalf(
  code: VectorCode,
  target: number,
  source: number,
  words: readonly number[],
): boolean {
  if (words.length === 0) return false;
  const low = words.slice(0, 4);
  const high = words.slice(4);
  const isWithin = (lanes: readonly number[], first: number) =>
    lanes.every((lane) => lane >= first && lane < first + 4);
  if (isWithin(low, 0) && high.every((lane, index) => lane === index + 4)) {
    code.apply("pshuflw", target, source, immediateOf(low));
  } else if (isWithin(high, 4) && low.every((lane, index) => lane === index)) {
    code.apply("pshufhw", target, source, immediateOf(high.map((lane) => lane - 4)));
  } else return false;
  return true;
}

/** Joins two vectors, the first of which is copied and changed; false where no instruction does. */
function joinTwo(
  code: VectorCode,
  target: number,
  first: number,
  second: number,
  lanes: readonly number[],
): boolean {
  const join = joinOf(lanes);
  if (join === undefined) return false;
  code.copy(first, target);
  code.apply(join.name, target, second, join.immediate);
  return true;
}

interface Join {
  readonly name: Packed | PackedWithImmediate;
  readonly immediate?: number;
}

/** The instruction that overwrites the first of two vectors by their shuffle. */
function joinOf(lanes: readonly number[]): Join | undefined {
  const interleaved = interleaving(lanes);
  if (interleaved !== undefined) return { name: interleaved };
  const words = wholeLanes(lanes, 2);
  if (words?.every((lane, index) => (lane & 7) === index) === true) {
    const immediate = words.reduce((bits, lane, index) => bits | ((lane >> 3) << index), 0);
    return { name: "pblendw", immediate };
  }
  // The bytes of the second from `start` on, then those of the first.
  const start = (lanes[0] ?? 0) ^ 16;
  if (start < 16 && lanes.every((lane, index) => (lane ^ 16) === start + index)) {
    return { name: "palignr", immediate: start };
  }
  const doubles = wholeLanes(lanes, 4);
  const isHalved = doubles?.every((lane, index) => lane >> 2 === index >> 1) === true;
  return isHalved ? { name: "shufps", immediate: immediateOf(doubles) } : undefined;
}

/** Interleavings of halves: bytes of a lane, whether of the upper halves. */
const interleavings: readonly (readonly [Packed, number, number])[] = [
  ["punpcklbw", 1, 0],
  ["punpcklwd", 2, 0],
  ["punpckldq", 4, 0],
  ["punpcklqdq", 8, 0],
  ["punpckhbw", 1, 8],
  ["punpckhwd", 2, 8],
  ["punpckhdq", 4, 8],
  ["punpckhqdq", 8, 8],
];

function interleaving(lanes: readonly number[]): Packed | undefined {
  return interleavings.find(([, bytes, start]) =>
    lanes.every((lane, index) => {
      const position = Math.floor(index / bytes);
      const from = start + (position >> 1) * bytes + (index % bytes);
      return lane === from + (position & 1) * 16;
    }),
  )?.[0];
}

/** The numbers of lanes of some bytes if only whole ones move, else undefined. */
function wholeLanes(lanes: readonly number[], bytes: number): number[] | undefined {
  const whole: number[] = [];
  for (let index = 0; index < lanes.length; index += bytes) {
    const first = lanes[index] ?? 0;
    const isWhole = lanes
      .slice(index, index + bytes)
      .every((lane, offset) => lane === first + offset && lane < cleared);
    if (!isWhole || first % bytes !== 0) return undefined;
    whole.push(first / bytes);
  }
  return whole;
}

/** Four numbers of two bits each, as pshufd takes them. */
function immediateOf(lanes: readonly number[]): number {
  return lanes.reduce((bits, lane, index) => bits | ((lane & 3) << (2 * index)), 0);
}
