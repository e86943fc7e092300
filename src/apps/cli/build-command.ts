/** `tsuki build`. */
import { TsukiError } from "../../contracts/errors.ts";
import type { ImageDefaults } from "../../contracts/image-defaults.ts";
import { build } from "../../engine/build.ts";
import { checkDefaults, parsePlatform, parseVariable } from "../../engine/choices.ts";
import { type InstanceSettings, settingVariables } from "../../engine/instance-settings.ts";
import { disksOf } from "../../engine/machine-disks.ts";
import { checkCards, isBuiltForTap } from "../../engine/machine-network.ts";
import { checkOutput, writeOutput } from "../../engine/output-file.ts";
import { programName } from "../../engine/program.ts";
import { imageName } from "../../engine/run.ts";
import { configured } from "./configured.ts";
import { note } from "./report.ts";
import { offeringInstall, type SourceOptions, sourcesOf } from "./sources.ts";

/** Options as commander gives them. */
export interface BuildCommandOptions extends SourceOptions, InstanceSettings {
  readonly output?: string;
  /** Names with commas between them. */
  readonly platform?: string;
  readonly tag?: readonly string[];
  readonly label?: readonly string[];
  readonly expose?: readonly string[];
  readonly env?: readonly string[];
  readonly arg?: readonly string[];
}

/** Builds an image into a file or the store; the exit status. */
export async function buildCommand(
  named: readonly string[],
  flags: BuildCommandOptions,
): Promise<number> {
  const { sources, options: merged, arguments: words } = await configured(named, flags);
  const options = { ...merged, arg: merged.arg ?? words };
  if (options.tag !== undefined) {
    const { buildTaggedCommand } = await import("./build-tagged-command.ts");
    return await buildTaggedCommand(sources, options, options.tag);
  }
  refuseStoreOptions(options);
  const platform = parsePlatform(options.platform ?? "linux");
  const output = options.output ?? imageName(sources[0] ?? "app", platform);
  const request = sourcesOf(sources, options);
  const defaults = defaultsOf(sources[0] ?? "app", options);
  checkDefaults(platform, defaults);
  checkOutput(output, sources);
  const startedMs = performance.now();
  const settings = defaults?.environment ?? [];
  checkCards(platform, settings);
  const devices = {
    hasTap: isBuiltForTap(platform, settings),
    diskCount: disksOf(settings).length,
  };
  const built = await offeringInstall(() => build({ ...request, platform, defaults, ...devices }));
  if (built.warnings !== "") process.stderr.write(built.warnings);
  writeOutput(output, built.image);
  if (options.quiet !== true) {
    const size = `${(built.image.length / 1024).toFixed(1)} KiB`;
    const time = `${((performance.now() - startedMs) / 1000).toFixed(2)} s`;
    note(`${output}: ${size} for ${platform}, ${built.isCached ? "cached" : "built"} in ${time}`);
  }
  return 0;
}

/** What only images in the store can have. */
function refuseStoreOptions({ label, expose }: BuildCommandOptions): void {
  const option = label === undefined ? expose && "--expose" : "--label";
  if (option === undefined) return;
  throw new TsukiError("usage", `${option} is for images in the store; name one with -t`);
}

/** What is built into the image, if anything is. */
export function defaultsOf(
  source: string,
  options: BuildCommandOptions,
): ImageDefaults | undefined {
  const { env = [], arg = [] } = options;
  const environment = [...env.map(parseVariable), ...settingVariables(options)];
  if (environment.length + arg.length === 0) return undefined;
  return { arguments: [programName(source), ...arg], environment };
}
