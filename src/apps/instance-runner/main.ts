/** What a supervisor starts where Node holds the monitor: runs the instance of the working directory. */
import { runHere } from "../../engine/instances/prepare.ts";
import { reportError } from "../cli/report.ts";
import { endOnSignals } from "../cli/signals.ts";

try {
  const instance = await runHere(process.cwd(), process.env);
  const signals = endOnSignals(instance);
  const status = await instance.wait();
  process.stdin.destroy();
  process.exitCode = signals.status() ?? status;
} catch (error) {
  process.exitCode = reportError(error, "run", false);
}
