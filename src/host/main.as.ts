// tsuki-host: reads the verb.
import { text } from "../kernel/base/text.as";
import { findLinuxArguments } from "../kernel/platform/linux/arguments.as";
import { runAbilities } from "./abilities.as";
import { argumentCount, isArgument } from "./arguments.as";
import { runBound } from "./bound.as";
import { failUsage } from "./failure.as";
import { runLaunch } from "./launch.as";
import { runLock } from "./lock.as";
import { runSupervise } from "./supervise/supervise.as";
import { runTap } from "./tap.as";

/** Where the process begins; `record` is the address of argc (System V ABI for x86-64, 3.4.1). */
export function boot(record: u64): void {
  findLinuxArguments(record);
  if (argumentCount() > 1 && isArgument(1, text("tap"))) runTap();
  if (argumentCount() > 1 && isArgument(1, text("supervise"))) runSupervise();
  if (argumentCount() == 2 && isArgument(1, text("launch"))) runLaunch();
  if (argumentCount() > 1 && isArgument(1, text("lock"))) runLock();
  if (argumentCount() == 2 && isArgument(1, text("abilities"))) runAbilities();
  if (argumentCount() > 1 && isArgument(1, text("bound"))) runBound();
  failUsage(text("tsuki-host tap|supervise|launch|lock|abilities|bound ..."));
}
