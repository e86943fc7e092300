import { type MachineFunction, RegisterClass } from "../machine/machine-function.ts";
import type { BlockValues } from "./block-values.ts";
import type { SlotColours } from "./slot-colouring.ts";

/**
 * One slot for each value that needs one. Those of values that belong to one block are shared with
 * those of the other blocks, but not with the other class: see `colourSlots`.
 */
export function homeSlots(fn: MachineFunction, values: BlockValues): SlotColours {
  const slotOf = new Int32Array(values.needsSlot.length).fill(-1);
  let slotCount = 0;
  for (let value = 0; value < slotOf.length; value++) {
    if (values.needsSlot[value] === 0 || values.isCrossing[value] === 0) continue;
    slotOf[value] = slotCount;
    slotCount += fn.wordsOfClass[fn.registerClasses[value] ?? 0];
  }
  for (const registerClass of Object.values(RegisterClass)) {
    const words = fn.wordsOfClass[registerClass];
    /** Slots of this class in each block so far. */
    const counts = new Int32Array(fn.blockCount);
    let most = 0;
    for (let value = 0; value < slotOf.length; value++) {
      if (values.needsSlot[value] === 0 || values.isCrossing[value] === 1) continue;
      if (fn.registerClasses[value] !== registerClass) continue;
      const block = values.home[value] as number;
      const position = counts[block] as number;
      slotOf[value] = slotCount + position * words;
      counts[block] = position + 1;
      most = Math.max(most, position + 1);
    }
    slotCount += most * words;
  }
  return { slotOf, slotCount };
}
