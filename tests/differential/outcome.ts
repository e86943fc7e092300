/** How one run of a command ended. */
export interface Outcome {
  readonly output: string;
  /** "returned", the kind of the trap, or what else ended it. */
  readonly end: string;
}

/** Kinds that WebAssembly's implementations tell apart or not: each stands for its class. */
const classes: readonly (readonly [RegExp, string])[] = [
  [/unreachable/, "unreachable"],
  [/divide by zero|remainder by zero|integer divide/, "integer divide by zero"],
  [/unrepresentable|integer overflow|invalid conversion/, "integer overflow or invalid conversion"],
  [
    /memory access out of bounds|out of bounds memory|data segment out/,
    "out of bounds memory access",
  ],
  [
    /table (index|access)|undefined element|out of bounds table|element segment/,
    "out of bounds table access",
  ],
  [
    /null function or function signature|indirect call|uninitialized element/,
    "indirect call type mismatch",
  ],
  [/unaligned a/, "unaligned atomic"],
  [/rethrowing null|null exception reference/, "null exception reference"],
  [/uncaught exception|WebAssembly\.Exception/, "uncaught exception"],
  [/Maximum call stack|call stack exhausted/, "call stack exhausted"],
];

/** The class of a trap's message. */
export function trapClass(message: string): string {
  return classes.find(([pattern]) => pattern.test(message))?.[1] ?? `unknown: ${message}`;
}

/**
 * Whether V8 and we may end so alike: of an atomic access that is neither aligned nor in bounds, V8 sees
 * the bounds first, and we the alignment.
 */
export function isSameEnd(inV8: string, ours: string): boolean {
  return inV8 === ours || (inV8 === "out of bounds memory access" && ours === "unaligned atomic");
}
