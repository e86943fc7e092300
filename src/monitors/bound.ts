/** Children that die when this process does, however it ends. */

/** A program and its arguments. */
export interface Program {
  readonly path: string;
  readonly arguments: readonly string[];
}

/** The program by way of `tsuki-host`, whose path it is, which binds it; as it is where that cannot run. */
export function bound(hostPath: string | undefined, program: Program): Program {
  const canRun = process.platform === "linux" && process.arch === "x64";
  if (hostPath === undefined || !canRun) return program;
  const words = ["bound", `${process.pid}`, program.path, ...program.arguments];
  return { path: hostPath, arguments: words };
}
