// tsuki-host bound PARENT PROGRAM [ARGUMENT...]: becomes the program, which dies when its parent
// does, however that ends (prctl(2), PR_SET_PDEATHSIG). PARENT is the number of that process.
import { text } from "../kernel/base/text.as";
import { linuxStringPlace } from "../kernel/platform/linux/arguments.as";
import { linuxExit } from "../kernel/platform/linux/process.as";
import { argumentCount, argumentPlace, argumentText, readNumber } from "./arguments.as";
import { failByHost, failUsage, startFailure } from "./failure.as";
import { execute, parentId, processControl } from "./system-calls.as";

const parentIndex: u32 = 2;
const programIndex: u32 = 3;
const setDeathSignal: u32 = 1; // PR_SET_PDEATHSIG
const killSignal: u32 = 9;
const processLimit: u64 = 0x7fff_ffff;

/** Does it; ends the process where something is wrong. */
export function runBound(): void {
  if (argumentCount() <= programIndex) failUsage(text("tsuki-host bound PARENT PROGRAM ..."));
  const parent = <u32>readNumber(parentIndex, processLimit);
  processControl(setDeathSignal, killSignal);
  // Whoever died before that was asked for sends no signal any more.
  if (parentId() != parent) linuxExit(startFailure);
  const path = argumentText(programIndex);
  const result = execute(path, argumentPlace(programIndex), linuxStringPlace(1, 0));
  failByHost(path, text("cannot be started"), result);
}
