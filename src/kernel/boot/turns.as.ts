// How often the event loop has turned, and how long it has waited.

let turns: u64 = 0;
let waitedNs: u64 = 0;
let waits = false;

/** Counts a round. */
@inline
export function countTurn(): void {
  turns++;
}

/** Rounds so far. */
export function turnCount(): u64 {
  return turns;
}

/** Notes that the program waits for something. */
@inline
export function noteWait(): void {
  waits = true;
}

/** Whether the program has ever waited for something. */
export function hasWaited(): bool {
  return waits;
}

/** Adds to the time that was spent waiting. */
@inline
export function addWaitedTime(nanoseconds: u64): void {
  waitedNs += nanoseconds;
}

/** Nanoseconds that were spent waiting, where they are counted so. */
export function waitedTime(): u64 {
  return waitedNs;
}
