/** Code that no machine instruction stands for: a fault of the kernel or of an earlier stage. */
export class SelectionError extends Error {
  readonly code = "TSUKI_SELECTION";

  constructor(problem: string, functionName: string) {
    super(`${functionName}: ${problem}`);
    this.name = "SelectionError";
  }
}
