/** `tsuki image`. */
import { parseVariable } from "../../engine/choices.ts";
import { makeDisk, parseDiskFormat } from "../../engine/disk.ts";
import { checkOutput, writeOutput } from "../../engine/output-file.ts";
import { programName } from "../../engine/program.ts";
import { note } from "./report.ts";
import { offeringInstall, type SourceOptions, sourcesOf } from "./sources.ts";

/** Options as commander gives them. */
export interface ImageCommandOptions extends SourceOptions {
  readonly format: string;
  readonly output?: string;
  readonly env?: readonly string[];
  readonly arg?: readonly string[];
}

const diskMode = 0o644;

/** Makes a disk from an image or from sources; the exit status. */
export async function imageCommand(
  sources: readonly string[],
  options: ImageCommandOptions,
): Promise<number> {
  const format = parseDiskFormat(options.format);
  const name = programName(sources[0] ?? "app");
  const output = options.output ?? `${name}.${format}`;
  checkOutput(output, sources);
  const { env = [], arg = [] } = options;
  const hasDefaults = env.length + arg.length > 0;
  const request = {
    ...sourcesOf(sources, options),
    format,
    ...(hasDefaults
      ? { defaults: { arguments: [name, ...arg], environment: env.map(parseVariable) } }
      : {}),
  };
  const { disk, warnings } = await offeringInstall(() => makeDisk(request));
  if (warnings !== "") process.stderr.write(warnings);
  writeOutput(output, disk, diskMode);
  if (options.quiet !== true) {
    note(`${output}: ${(disk.length / 1024).toFixed(0)} KiB, boots by BIOS and UEFI`);
  }
  return 0;
}
