/** Timed runs of several programs by turns, through the small launcher in C. */
import { fileURLToPath } from "node:url";
import { outputOf } from "../programs.ts";
import { compilerMissing, compileStatic, findCompiler } from "./c-compiler.ts";
import { parseRuns, type Runs } from "./runs.ts";

/** One program to be timed, and how it must end. */
export interface TimedCommand {
  /** The program's path and its arguments. */
  readonly words: readonly string[];
  readonly expectedStatus: number;
}

/** Where the time of a run ends: at the program's end, or at its first byte of output. */
export type Finish = "exit" | "byte";

/** The compiled launcher. */
export class Launcher {
  readonly #path: string;

  private constructor(path: string) {
    this.#path = path;
  }

  /** Compiles the launcher to `path`; a reason in words where that is not possible. */
  static compile(path: string): Launcher | string {
    const compiler = findCompiler();
    if (compiler === undefined) return compilerMissing;
    const source = fileURLToPath(new URL("launcher.c", import.meta.url));
    return compileStatic(compiler, source, path)
      ? new Launcher(path)
      : `${compiler} -static does not work here`;
  }

  /** Runs all commands once a round, by turns; the times in the order of the commands. */
  time(finish: Finish, rounds: number, commands: readonly TimedCommand[]): readonly Runs[] {
    const words = commands.flatMap((command) => [`${command.words.length}`, ...command.words]);
    const printed = outputOf(this.#path, [finish, `${rounds}`, ...words]);
    return parseRuns(
      printed,
      finish,
      commands.map(({ expectedStatus }) => expectedStatus),
    );
  }
}
