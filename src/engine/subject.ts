/** What a user means by the word behind `tsuki run`: sources, or an image of the store. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { ToolchainName } from "../toolchains/toolchain.ts";
import { makeProgram, type Program, type ProgramSources, programName } from "./program.ts";
import { parseReference } from "./store/reference.ts";

/** A program to be run, and what is built in with it. */
export interface Subject {
  /** What the program finds as its own name. */
  readonly name: string;
  readonly arguments: readonly string[];
  readonly environment: readonly string[];
  /** Makes or reads the program, once; `onMaking` is told by which toolchain, when one has to run. */
  program(onMaking?: (toolchain: ToolchainName) => void): Promise<Program>;
}

/** Sources where there are any of that name, an image otherwise. Throws a TsukiError. */
export async function findSubject(options: ProgramSources): Promise<Subject> {
  const [source = "app"] = options.sources;
  const isSource = existsSync(resolve(options.workingDirectory, source));
  const mayBeImage = !isSource && parseReference(source) !== undefined;
  return (
    (mayBeImage ? await findImage(source, options.environment) : undefined) ?? fromSources(options)
  );
}

function fromSources(options: ProgramSources): Subject {
  let program: Promise<Program> | undefined;
  return {
    name: programName(options.sources[0] ?? "app"),
    arguments: [],
    environment: [],
    program: (onMaking) => (program ??= makeProgram(options, onMaking)),
  };
}

async function findImage(
  name: string,
  environment: NodeJS.ProcessEnv,
): Promise<Subject | undefined> {
  // Most runs are of sources; what reads images is loaded for the others.
  const { imageStore, programInImage } = await import("./images.ts");
  const store = imageStore(environment);
  const image = store.find(name);
  if (image === undefined) return undefined;
  const { program, defaults } = await programInImage(store, image);
  return {
    name: programName(program.source),
    ...defaults,
    program: () => Promise.resolve(program),
  };
}
