import { TsukiError } from "../../contracts/errors.ts";
import { findProgram, isExecutable } from "../find-program.ts";

const programName = "solo5-spt";
const variable = "SOLO5_SPT";

/** What to do about a tender that is not there. */
export const installTender =
  "build it from https://github.com/Solo5/solo5 (./configure.sh && make; Debian and Ubuntu have " +
  `libseccomp-dev for it) and put it into PATH, or name it in ${variable}`;

/** solo5-spt as the environment names it, or as PATH tells; undefined if it is not there. */
export function findTender(environment: NodeJS.ProcessEnv): string | undefined {
  const named = environment[variable] ?? "";
  if (named !== "") return isExecutable(named) ? named : undefined;
  return findProgram(programName, environment);
}

/** solo5-spt, or the error `monitor-missing`. */
export function requireTender(environment: NodeJS.ProcessEnv): string {
  const found = findTender(environment);
  if (found !== undefined) return found;
  throw new TsukiError("monitor-missing", `${programName} is not here; ${installTender}`);
}
