/**
 * Positions number what happens around instruction i. A position is 4i plus a stage:
 * `entry` (values sit where they were; block parameters appear), then the gap's parallel moves,
 * `read` (uses are read, early defines written), `write` (defines written, clobbers strike), and a
 * fourth stage that nothing starts in. Ranges are half open.
 */
export const Stage = { entry: 0, read: 1, write: 2, exit: 3 } as const;

/** A position behind every other. */
export const endOfTime = 0x7fffffff;

/** The position of a stage of an instruction. */
export function positionOf(instruction: number, stage: number): number {
  return instruction * 4 + stage;
}

/** The instruction to which a position belongs. */
export function instructionAt(position: number): number {
  return position >> 2;
}

/** The `Stage` of a position. */
export function stageOf(position: number): number {
  return position & 3;
}
