/** The ways an app can trap: number as the compiler, kernel and monitors pass it, and its text. */
export const trapKinds = {
  unreachable: { id: 0, message: "unreachable" },
  divideByZero: { id: 1, message: "integer divide by zero" },
  integerOverflow: { id: 2, message: "integer overflow" },
  invalidConversion: { id: 3, message: "invalid conversion to integer" },
  memoryOutOfBounds: { id: 4, message: "out of bounds memory access" },
  tableOutOfBounds: { id: 5, message: "out of bounds table access" },
  undefinedElement: { id: 6, message: "undefined element" },
  uninitializedElement: { id: 7, message: "uninitialized element" },
  indirectCallType: { id: 8, message: "indirect call type mismatch" },
  stackOverflow: { id: 9, message: "call stack exhausted" },
  machineFault: { id: 10, message: "unexpected processor exception" },
  nullException: { id: 11, message: "null exception reference" },
  uncaughtException: { id: 12, message: "uncaught exception" },
  unalignedAtomic: { id: 13, message: "unaligned atomic" },
  unsharedWait: { id: 14, message: "expected shared memory" },
  deadlock: { id: 15, message: "deadlock: the only thread waits for a notification" },
} as const;

/** The name of one kind of trap. */
export type TrapKind = keyof typeof trapKinds;

/** Exit status of an instance whose app trapped (128 + SIGABRT). */
export const trapExitStatus = 134;

/** Exit status of an instance that ran out of memory (128 + SIGKILL). */
export const outOfMemoryExitStatus = 137;
