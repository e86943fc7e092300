/** `tsuki build -t`. */
import { TsukiError } from "../../contracts/errors.ts";
import type { Platform } from "../../contracts/machine-interface.ts";
import { parseLabels, parsePlatform } from "../../engine/choices.ts";
import { buildStoredImage } from "../../engine/images.ts";
import { shortId } from "../../engine/store/image-store.ts";
import { requireReference } from "../../engine/store/reference.ts";
import { type BuildCommandOptions, defaultsOf } from "./build-command.ts";
import { note } from "./report.ts";
import { offeringInstall, sourcesOf } from "./sources.ts";
import { formatSize } from "./table.ts";

const allPlatforms = "linux,pc";

/** Builds an image for several platforms into the store; the exit status. */
export async function buildTaggedCommand(
  sources: readonly string[],
  options: BuildCommandOptions,
  names: readonly string[],
): Promise<number> {
  if (options.output !== undefined) {
    throw new TsukiError("usage", "an image is kept in the store (-t) or written to a file (-o)");
  }
  for (const name of names) requireReference(name);
  const startedMs = performance.now();
  const request = {
    ...sourcesOf(sources, options),
    names,
    platforms: parsePlatforms(options.platform ?? allPlatforms),
    labels: parseLabels(options.label ?? []),
    ports: (options.expose ?? []).map(parsePort),
    defaults: defaultsOf(sources[0] ?? "app", options),
  };
  const now = new Date().toISOString();
  const { image, warnings } = await offeringInstall(() => buildStoredImage(request, now));
  if (warnings !== "") process.stderr.write(warnings);
  if (options.quiet === true) {
    process.stdout.write(`${image.descriptor.digest}\n`);
    return 0;
  }
  const platforms = image.entries.map(({ platform }) => platform).join(", ");
  const time = `${((performance.now() - startedMs) / 1000).toFixed(2)} s`;
  const size = formatSize(image.sizeBytes);
  note(`${names.join(", ")}: image ${shortId(image)} for ${platforms}, ${size}, in ${time}`);
  return 0;
}

/** The entry for `node` is always there. */
function parsePlatforms(text: string): readonly Platform[] {
  const platforms = text.split(",").map(parsePlatform);
  return [...new Set(platforms)].filter((platform) => platform !== "node");
}

function parsePort(text: string): string {
  const [, port = "", protocol = "tcp"] = /^(\d{1,5})(?:\/(tcp|udp))?$/.exec(text) ?? [];
  if (port !== "" && Number(port) > 0 && Number(port) <= 0xffff) return `${port}/${protocol}`;
  throw new TsukiError("usage", `--expose ${text} is malformed; write 8080 or 53/udp`);
}
