/** `tsuki images`, `history`, `tag`, `rmi`, `save` and `load`. */
import { readFileSync } from "node:fs";
import { buffer } from "node:stream/consumers";
import { TsukiError } from "../../contracts/errors.ts";
import {
  historyOf,
  imageStore,
  listImages,
  loadImages,
  type OpenedImage,
  openImage,
  saveImages,
} from "../../engine/images.ts";
import { checkOutput, writeOutput } from "../../engine/output-file.ts";
import { shortId } from "../../engine/store/image-store.ts";
import { parseReference } from "../../engine/store/reference.ts";
import type {
  ImagesOptions,
  ListingOptions,
  LoadOptions,
  SaveOptions,
} from "./define-image-verbs.ts";
import { formatAge, formatSize, formatTable } from "./table.ts";
import { parseTemplate } from "./template.ts";

const archiveMode = 0o644;
const nameless = { repository: "<none>", tag: "<none>" };

/** Lists images; the exit status. */
export async function imagesCommand(options: ImagesOptions): Promise<number> {
  const rows = listImages(process.env).flatMap((image) => {
    const id = options.trunc ? shortId(image) : image.descriptor.digest;
    const names = image.names.length === 0 ? [undefined] : image.names;
    return names.map((name) => ({ id, image, ...((name && parseReference(name)) || nameless) }));
  });
  const { format } = options;
  if (format !== undefined)
    print(rows.map(toFormatted).map(parseTemplate(format)).map(line).join(""));
  else if (options.quiet === true) print([...new Set(rows.map(({ id }) => id))].map(line).join(""));
  else if (options.json === true) print(line(JSON.stringify(rows.map(toRecord))));
  else print(imageTable(rows));
  return 0;
}

interface ImageRow {
  readonly repository: string;
  readonly tag: string;
  readonly id: string;
  readonly image: OpenedImage;
}

function imageTable(rows: readonly ImageRow[]): string {
  return formatTable(
    ["REPOSITORY", "TAG", "IMAGE ID", "CREATED", "SIZE", "PLATFORMS"],
    rows.map(({ repository, tag, id, image }) => [
      repository,
      tag,
      id,
      formatAge(image.storedAt, Date.now()),
      formatSize(image.sizeBytes),
      platformsOf(image).join(" "),
    ]),
    process.stdout.columns,
  );
}

function toRecord({ repository, tag, image }: ImageRow): object {
  return {
    repository,
    tag,
    id: image.descriptor.digest,
    created: image.storedAt,
    sizeBytes: image.sizeBytes,
    platforms: platformsOf(image),
  };
}

/** By the names of `docker images --format`. */
function toFormatted({ repository, tag, id, image }: ImageRow): object {
  return {
    Repository: repository,
    Tag: tag,
    ID: id,
    CreatedAt: image.storedAt,
    CreatedSince: formatAge(image.storedAt, Date.now()),
    Size: formatSize(image.sizeBytes),
    Platforms: platformsOf(image),
  };
}

function platformsOf({ entries }: OpenedImage): readonly string[] {
  return entries.map(({ platform }) => platform);
}

/** All there is to know of an image. Throws `image-missing`. */
export function describeImage(name: string): object {
  const store = imageStore(process.env);
  const image = openImage(store, store.require(name));
  return {
    Id: image.descriptor.digest,
    RepoTags: image.names,
    Created: image.storedAt,
    Size: image.sizeBytes,
    Entries: image.entries.map(({ platform, descriptor, config, layers }) => ({
      Platform: platform,
      Digest: descriptor.digest,
      Config: config.config ?? {},
      Layers: layers.map(({ digest, size }) => ({ Digest: digest, Size: size })),
    })),
  };
}

/** Tells how an image was made; the exit status. */
export async function historyCommand(name: string, options: ListingOptions): Promise<number> {
  const store = imageStore(process.env);
  const image = openImage(store, store.require(name));
  const steps = historyOf(image);
  if (options.json === true) {
    print(line(JSON.stringify(steps)));
    return 0;
  }
  const rows = steps.map((step) => [
    shortId(image),
    formatAge(image.storedAt, Date.now()),
    step.created_by ?? "",
    formatSize(image.sizeBytes),
  ]);
  const titles = ["IMAGE", "CREATED", "CREATED BY", "SIZE"];
  print(formatTable(titles, rows, process.stdout.columns));
  return 0;
}

/** Gives an image one more name; the exit status. */
export async function tagCommand(image: string, name: string): Promise<number> {
  await imageStore(process.env).tag(image, name);
  return 0;
}

/** Removes images, all that can be, and prints what went; the exit status. */
export async function removeImagesCommand(names: readonly string[]): Promise<number> {
  const store = imageStore(process.env);
  for (const name of names) store.require(name);
  for (const name of names) {
    for (const gone of await store.remove(name)) {
      print(line(`${gone.startsWith("sha256:") ? "Deleted" : "Untagged"}: ${gone}`));
    }
  }
  return 0;
}

/** Writes an archive; the exit status. */
export async function saveCommand(
  names: readonly string[],
  { output }: SaveOptions,
): Promise<number> {
  if (output === undefined && process.stdout.isTTY) {
    throw new TsukiError("usage", "an archive is not for a terminal; name a file with -o");
  }
  if (output !== undefined) checkOutput(output, []);
  const archive = await saveImages(names, process.env);
  if (output === undefined) process.stdout.write(archive);
  else writeOutput(output, archive, archiveMode);
  return 0;
}

/** Takes images from an archive and prints their names; the exit status. */
export async function loadCommand({ input, quiet }: LoadOptions): Promise<number> {
  const archive = Uint8Array.from(
    input === undefined ? await buffer(process.stdin) : readInput(input),
  );
  const images = await loadImages(archive, input ?? "standard input", process.env, now());
  for (const image of images) {
    const name = image.names.join(", ") || image.descriptor.digest;
    print(line(quiet === true ? image.descriptor.digest : `Loaded image: ${name}`));
  }
  return 0;
}

function readInput(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    const message = `${path}: no such file, or it cannot be read`;
    throw new TsukiError("source-missing", message, { cause: error });
  }
}

function now(): string {
  return new Date().toISOString();
}

function line(text: string): string {
  return `${text}\n`;
}

function print(text: string): void {
  process.stdout.write(text);
}
