// What lies in memory because a monitor or firmware left it there: it is mapped to be read.
import * as config from "../../base/config.as";
import { imageStart, mapWindow, readOnly } from "./page-tables.as";
import { ioApicBase } from "./io-apic.as";

/** Maps a range of memory below the devices; false when what is looked for cannot lie there. */
export function makeReadable(start: u64, length: u64): bool {
  const end = start + length;
  const isOutside = (start - 1 >= ioApicBase - 1) | (length > ioApicBase - start);
  // Nothing lies in the image but the image itself.
  if (isOutside | ((end > imageStart) & (start < <u64>config.heapStart))) return false;
  mapWindow(start, end, readOnly);
  return true;
}
