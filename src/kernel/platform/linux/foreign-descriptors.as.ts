// Descriptors that whoever started the process left open for no purpose: closed before anything
// else is opened (close_range(2), since Linux 5.9).
import * as config from "../../base/config.as";
import * as host from "../../base/machine/host.as";
import { text } from "../../base/text.as";
import { inheritedDescriptors, malformedDescriptor } from "./inherited.as";
import { linuxInheritedCount } from "./listeners.as";
import { tapLimit } from "./tap.as";

const closeRange = 436;
const firstOther: u32 = 3;
const last: u32 = 0xffff_ffff;
const wordBytes: usize = 4;

const kept = memory.data(20, 4); // i32 each: the control channel, taps, and their trace
let keptEnd: usize = 0;

/** Closes all but the standard ones and what settings name; false, with a line, at a bad name. */
export function closeForeignDescriptors(): bool {
  keptEnd = kept;
  if (config.canWait && !keep(text("TSUKI_CONTROL"), 1)) return false;
  if (config.usesOwnStack) {
    if (!keep(text("TSUKI_TAP"), tapLimit) || !keep(text("TSUKI_PCAP"), 1)) return false;
  }
  let start = firstOther;
  if (config.opensSockets && !config.usesOwnStack) start += linuxInheritedCount();
  for (let next = firstKept(start); next != last; next = firstKept(start)) {
    if (next > start) closeAll(start, next - 1);
    start = next + 1;
  }
  closeAll(start, last);
  return true;
}

function keep(name: usize, limit: u32): bool {
  const count = inheritedDescriptors(name, keptEnd, limit);
  keptEnd += max(count, 0) * wordBytes;
  return count != malformedDescriptor;
}

/** The first one to keep that is not below `start`; `last` for none. */
function firstKept(start: u32): u32 {
  let first = last;
  for (let place: usize = kept; place < keptEnd; place += wordBytes) {
    const descriptor = load<u32>(place);
    if (descriptor >= start) first = min(first, descriptor);
  }
  return first;
}

function closeAll(from: u32, to: u32): void {
  host.setup(closeRange, from, to, 0, 0, 0, 0);
}
