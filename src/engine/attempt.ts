/** Looks at what may not be there. */

/** What `work` returns; undefined where it throws, because a file is missing, say. */
export function attempt<Result>(work: () => Result): Result | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
