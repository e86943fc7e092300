/** `tsuki run --trace boot`. */
import { TsukiError } from "../../contracts/errors.ts";
import { traceBoot } from "../../engine/boot-trace.ts";
import { build } from "../../engine/build.ts";
import { programName } from "../../engine/program.ts";
import { type RunOptions } from "../../engine/run.ts";
import { offeringInstall } from "./sources.ts";

const defaultMemoryMebibytes = 256;

/** Builds, boots under QEMU's eyes and prints a table; the exit status. */
export async function traceRun(what: string, options: RunOptions): Promise<number> {
  if (what !== "boot") throw new TsukiError("usage", `cannot trace ${what}; there is boot`);
  const image = await offeringInstall(() => build({ ...options, platform: "pc" }));
  if (image.warnings !== "") options.onWarnings(image.warnings);
  const trace = await traceBoot({
    imagePath: image.path,
    machine: options.machine,
    arguments: [programName(options.sources[0] ?? "app"), ...options.arguments],
    environment: options.appEnvironment,
    memoryMebibytes: options.memoryMebibytes ?? defaultMemoryMebibytes,
    hostEnvironment: options.environment,
  });
  const rows = [
    ...trace.phases.map(({ name, instructions }) => [name, instructions] as const),
    [`before ${trace.firstFunction}`, trace.instructions] as const,
    ["different ones", trace.different] as const,
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  for (const [name, count] of rows) {
    process.stdout.write(`${name.padEnd(width)}  ${count.toLocaleString("en").padStart(12)}\n`);
  }
  return 0;
}
