/** A function that register allocation cannot accept: a mistake of the pass that made it. */
export class AllocationError extends Error {
  readonly code = "REGISTER_ALLOCATION";

  constructor(functionName: string, problem: string) {
    super(`register allocation of ${functionName}: ${problem}`);
    this.name = "AllocationError";
  }
}
