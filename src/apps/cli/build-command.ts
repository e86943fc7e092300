/** `tsuki build`. */
import { build } from "../../engine/build.ts";
import { parsePlatform } from "../../engine/choices.ts";
import { checkOutput, writeOutput } from "../../engine/output-file.ts";
import { imageName } from "../../engine/run.ts";
import { note } from "./report.ts";
import { offeringInstall, type SourceOptions, sourcesOf } from "./sources.ts";

/** Options as commander gives them. */
export interface BuildCommandOptions extends SourceOptions {
  readonly output?: string;
  readonly platform: string;
}

/** Builds an image into a file; the exit status. */
export async function buildCommand(
  sources: readonly string[],
  options: BuildCommandOptions,
): Promise<number> {
  const platform = parsePlatform(options.platform);
  const output = options.output ?? imageName(sources[0] ?? "app", platform);
  const request = sourcesOf(sources, options);
  checkOutput(output, sources);
  const startedMs = performance.now();
  const built = await offeringInstall(() => build({ ...request, platform }));
  if (built.warnings !== "") process.stderr.write(built.warnings);
  writeOutput(output, built.image);
  if (options.quiet !== true) {
    const size = `${(built.image.length / 1024).toFixed(1)} KiB`;
    const time = `${((performance.now() - startedMs) / 1000).toFixed(2)} s`;
    note(`${output}: ${size} for ${platform}, ${built.isCached ? "cached" : "built"} in ${time}`);
  }
  return 0;
}
