/** `tsuki inspect --map`. */

import { parsePlatform } from "../../../engine/choices.ts";
import {
  componentSizes,
  findItems,
  type ImageMap,
  mapImage,
  wayTo,
} from "../../../engine/image-map.ts";
import { checkOutput, writeOutput } from "../../../engine/output-file.ts";
import { configured } from "../configured.ts";
import { note } from "../report.ts";
import { type SourceOptions, sourcesOf } from "../sources.ts";
import { formatSize, formatTable } from "../table.ts";
import { mapPage } from "./page.ts";

/** Options as commander gives them. */
export interface MapCommandOptions {
  readonly platform?: string;
  readonly output?: string;
  readonly why?: string;
  readonly all?: boolean;
  readonly json?: boolean;
  readonly embed?: readonly string[];
}

const pageMode = 0o644;
const usualItems = 20;

/** Shows what takes the bytes of an image; the exit status. */
export async function mapCommand(
  names: readonly string[],
  options: MapCommandOptions,
): Promise<number> {
  const given: SourceOptions = options.embed === undefined ? {} : { embed: options.embed };
  const words = await configured(names, given);
  if (options.output !== undefined) checkOutput(options.output, []);
  const map = await mapImage({
    ...sourcesOf(words.sources, words.options),
    platform: parsePlatform(options.platform ?? "linux"),
  });
  if (options.output !== undefined) {
    writeOutput(options.output, Buffer.from(mapPage(map)), pageMode);
    note(`${options.output}: what takes the ${formatSize(map.fileBytes)} of ${map.title}`);
    return 0;
  }
  if (options.json === true) print(`${JSON.stringify(map)}\n`);
  else if (options.why !== undefined) print(whyText(map, options.why));
  else print(mapText(map, options.all === true));
  return 0;
}

function mapText(map: ImageMap, isAll: boolean): string {
  const width = process.stdout.columns;
  const share = (bytes: number): string => `${((bytes / map.fileBytes) * 100).toFixed(1)} %`;
  const components = formatTable(
    ["COMPONENT", "BYTES", "SHARE", "MEMORY", "ITEMS"],
    componentSizes(map).map(({ component, fileBytes, memoryBytes, items }) => [
      component,
      String(fileBytes),
      share(fileBytes),
      String(memoryBytes),
      String(items),
    ]),
    width,
  );
  const sorted = map.items.toSorted((a, b) => b.fileBytes - a.fileBytes);
  const shown = isAll ? sorted : sorted.slice(0, usualItems);
  const items = formatTable(
    ["ITEM", "BYTES", "KIND", "COMPONENT"],
    shown.map(({ name, fileBytes, kind, component }) => [name, String(fileBytes), kind, component]),
    width,
  );
  const rest = sorted.length - shown.length;
  return `${components}\n${items}${rest > 0 ? `and ${rest} more (--all)\n` : ""}`;
}

/** Each way from an entry, a line for each step. */
function whyText(map: ImageMap, name: string): string {
  const ways = findItems(map, name).map((item) =>
    wayTo(map, item)
      .map((step, depth) => {
        const { name: called = "", component = "" } = map.items[step] ?? {};
        return `${"  ".repeat(depth)}${called}   ${component}\n`;
      })
      .join(""),
  );
  return ways.join("\n");
}

function print(text: string): void {
  process.stdout.write(text);
}
