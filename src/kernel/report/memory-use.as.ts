// Memory in numbers, for reports: bytes beside those of the image.
import * as config from "../base/config.as";
import * as app from "../base/machine/app.as";
import { availableFrames, frameBytes, leastFrames, totalFrames } from "../memory/frames.as";
import { pcAppFrames } from "../platform/pc/app-pages.as";
import { highFrameCount } from "../platform/pc/high-frames.as";

/** What kernel and app may take: the machine's; of a process, as far as its app may grow. */
export function memoryBytes(): u64 {
  if (config.platform == config.pc) return <u64>pcAppFrames() * frameBytes;
  return <u64>totalFrames() * frameBytes + (<u64>app.maximum() << 16);
}

/** What they have taken; with `peak`, the most that it ever was. */
export function memoryUsedBytes(peak: bool): u64 {
  const free = peak ? leastFrames() : availableFrames();
  if (config.platform == config.pc) {
    return <u64>(pcAppFrames() - free - highFrameCount()) * frameBytes;
  }
  return <u64>(totalFrames() - free) * frameBytes + (<u64>app.size() << 16);
}
