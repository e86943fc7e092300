/** Parts of a program that do not fit together: a fault of ours. */
export class LinkError extends Error {
  readonly code = "TSUKI_LINK";

  constructor(problem: string) {
    super(`linking failed: ${problem}`);
    this.name = "LinkError";
  }
}
