/**
 * Locations before slots have numbers: a physical register, or the negative code of the slot of a
 * value, each of which has at most one.
 */
export function slotCode(value: number): number {
  return -1 - value;
}

/** The value to which a negative location code belongs. */
export function valueOfSlot(code: number): number {
  return -1 - code;
}
