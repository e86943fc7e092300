/** Where the locals of the source are while machine code runs, for debuggers. */
import type { Allocation, Whereabouts } from "../machine/allocation.ts";
import type { MachineFunction } from "../machine/machine-function.ts";
import type { SsaFunction, Value } from "../ssa/function.ts";
import type { EmittedFunction } from "./emit/emitter.ts";

/** Numbers of an entry of `Chunk.locals`. */
const entryWords = 4;

/** Numbers of an entry of `EmittedFunction.timeline`. */
const timelineWords = 3;

/** What a local holds from an origin on. */
interface Period {
  readonly from: number;
  readonly value: Value;
}

/**
 * The places of a function's locals, for `Chunk.locals`. `registerOf` tells the virtual register of a
 * value, or -1.
 */
export function placeLocals(
  fn: SsaFunction,
  code: MachineFunction,
  allocation: Allocation,
  emitted: EmittedFunction,
  registerOf: (value: Value) => number,
): Int32Array {
  const periods = new Map<number, Period[]>();
  for (const { local, from, value } of fn.localValues) {
    const known = periods.get(local);
    if (known === undefined) periods.set(local, [{ from, value }]);
    else known.push({ from, value });
  }
  const words: number[] = [];
  for (const [local, entries] of periods) {
    const sorted = [...entries].sort((one, other) => one.from - other.from);
    new LocalTracer(local, words, code, allocation, emitted).trace((origin) => {
      const value = valueAt(sorted, origin);
      return value === undefined ? -1 : registerOf(fn.resolve(value));
    });
  }
  return Int32Array.from(words);
}

/** What a local holds when the instruction at an origin begins. */
function valueAt(periods: readonly Period[], origin: number): Value | undefined {
  let low = 0;
  let high = periods.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((periods[middle]?.from ?? 0) <= origin) low = middle + 1;
    else high = middle;
  }
  return periods[low - 1]?.value;
}

/** Follows one local through the code in the order of emission. */
class LocalTracer {
  constructor(
    private readonly local: number,
    private readonly words: number[],
    private readonly code: MachineFunction,
    private readonly allocation: Allocation,
    private readonly emitted: EmittedFunction,
  ) {}

  trace(registerAt: (origin: number) => number): void {
    const { code, emitted } = this;
    const { timeline } = emitted;
    let before = -1;
    for (let at = 0; at < timeline.length; at += timelineWords) {
      const [instruction = 0, moves = 0, start = 0] = timeline.slice(at, at + timelineWords);
      const next = timeline[at + timelineWords + 1] ?? emitted.hotBytes;
      const register = registerAt(code.origin[instruction] ?? 0);
      const place = register < 0 ? undefined : this.placeAt(register, instruction);
      // While moves are under way, only what they leave alone is where it will be.
      const from = place === before ? moves : start;
      if (place === undefined) before = -1;
      else {
        const isSpoilt = this.isSpoilt(instruction, place);
        this.add(from, isSpoilt ? Math.min(next, start + 1) : next, place);
        before = isSpoilt ? -1 : place;
      }
    }
  }

  private placeAt(register: number, instruction: number): number | undefined {
    const places: readonly Whereabouts[] = this.allocation.whereabouts.get(register) ?? [];
    return places.find(({ from, to }) => from <= instruction && instruction < to)?.location;
  }

  /** Whether an instruction destroys what is in a place while it runs, or leaves the frame. */
  private isSpoilt(instruction: number, place: number): boolean {
    if (this.emitted.leaves.has(instruction)) return true;
    const clobbers = this.code.clobbers[instruction] ?? 0;
    return place >= 0 && (clobbers & (1 << place)) !== 0;
  }

  private add(start: number, end: number, location: number): void {
    if (start >= end) return;
    const { words } = this;
    const place = location >= 0 ? location : -1 - this.emitted.slotOffset(location);
    const isSame = words.at(-entryWords) === this.local && words.at(-1) === place;
    if (isSame && words.at(-2) === start) words[words.length - 2] = end;
    else words.push(this.local, start, end, place);
  }
}
