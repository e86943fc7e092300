import type { Allocation } from "../machine/allocation.ts";
import { type MachineFunction, slotLocation } from "../machine/machine-function.ts";
import type { RegisterFile } from "../machine/register-file.ts";
import { BlockLayout } from "./block-layout.ts";
import { finishAllocation } from "./finish-allocation.ts";
import { buildIntervals } from "./intervals.ts";
import { LinearScan } from "./linear-scan.ts";
import { computeLiveness } from "./liveness.ts";
import { MoveList } from "./move-list.ts";
import { PieceTable } from "./pieces.ts";
import { Resolution } from "./resolution.ts";
import { colourSlots } from "./slot-colouring.ts";
import { SpillStores } from "./spill-stores.ts";
import { whereaboutsOf } from "./whereabouts.ts";

/**
 * Replaces the virtual registers in a function's operands by locations, and returns the moves that
 * go with them, and where the values of the tracked registers are. Throws an `AllocationError` for a
 * function that breaks the rules of its form.
 */
export function allocateRegisters(
  fn: MachineFunction,
  file: RegisterFile,
  tracked: Iterable<number> = [],
): Allocation {
  const layout = new BlockLayout(fn);
  const liveness = computeLiveness(fn);
  const { intervals, hints } = buildIntervals(fn, file, liveness);
  const pieces = new PieceTable(intervals);
  new LinearScan(fn, file, layout, intervals, hints, pieces).run();
  const moves = new MoveList();
  const stores = new SpillStores(fn, layout, liveness, pieces, moves);
  stores.findDefinitions();
  new Resolution(fn, liveness, intervals, pieces, moves).run();
  stores.run();
  const slots = colourSlots(fn, pieces, stores.isKept);
  const whereabouts = whereaboutsOf(tracked, intervals, pieces, (value) =>
    (fn.rematerialization[value] as number) >= 0
      ? undefined
      : slotLocation(slots.slotOf[value] as number),
  );
  return { ...finishAllocation(fn, file, moves, slots), whereabouts };
}
