/** How debuggers find from any instruction of a function what called or interrupted it. */

/**
 * What a function's code does to the way back. A `call` left the program counter at the top of the
 * stack, above which the caller's frame begins; an `interrupt` left registers anywhere; behind what
 * is `outermost` there is nothing.
 */
export interface Unwinding {
  readonly kind: "call" | "interrupt" | "outermost";
  /** See `StackSteps`. */
  readonly steps: Int32Array;
  /**
   * Registers by their hardware numbers and how many bytes below the saved program counter they
   * lie, as soon as the stack reaches there; of an interrupt the stack pointer among them.
   */
  readonly saved: readonly (readonly [register: number, bytesBelow: number])[];
}

const wordBytes = 8;

/** Numbers of `StackSteps` for each step. */
export const stepWords = 3;

/**
 * How far the saved program counter is from the stack pointer, in triples that ascend: an offset in
 * the code, the distance in bytes from there on, and 1 or -1 where the bit of value 8 of the stack
 * pointer is to be added or subtracted besides, because the processor has aligned it (else 0).
 */
export class StackSteps {
  private readonly words: number[] = [];

  /** From an offset on, the saved program counter lies so far above the stack pointer. */
  add(offset: number, bytes: number, alignment = 0): void {
    const { words } = this;
    if (words.at(-stepWords) === offset) words.length -= stepWords;
    const isKnown = words.at(1 - stepWords) === bytes && words.at(2 - stepWords) === alignment;
    if (!isKnown) words.push(offset, bytes, alignment);
  }

  /** All of them, for `Unwinding`. */
  finish(): Int32Array {
    return Int32Array.from(this.words);
  }
}

/** A called function that has pushed some registers first of all, in this order. */
export function callUnwinding(steps: Int32Array, pushed: readonly number[]): Unwinding {
  return {
    kind: "call",
    steps,
    saved: pushed.map((register, index) => [register, wordBytes * (index + 1)]),
  };
}

/** Code that leaves the stack as it found it. */
export const stacklessUnwinding: Unwinding = callUnwinding(Int32Array.of(0, 0, 0), []);

/** Code to which nothing returns. */
export const outermostUnwinding: Unwinding = { ...stacklessUnwinding, kind: "outermost" };
