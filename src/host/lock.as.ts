// tsuki-host lock [ro]: locks the disk that is its standard input. The lock is the open file's, and
// so its caller's, who has it open still when this has ended.
import { text } from "../kernel/base/text.as";
import { lockDisk } from "../kernel/platform/linux/disk-lock.as";
import { linuxExit } from "../kernel/platform/linux/process.as";
import { argumentCount, isArgument } from "./arguments.as";
import { failUsage } from "./failure.as";

const standardInput: u32 = 0;

/** Exit status when others use the disk so that it cannot be locked. */
const isTaken: u32 = 1;

/** Does it, and ends the process. */
export function runLock(): void {
  const isReadOnly = argumentCount() == 3 && isArgument(2, text("ro"));
  if (argumentCount() > 2 && !isReadOnly) failUsage(text("tsuki-host lock [ro] < DISK"));
  linuxExit(lockDisk(standardInput, isReadOnly) ? 0 : isTaken);
}
