/** The verbs on images: build into the store, list, look into, save and load. */
import { TsukiError } from "../contracts/errors.ts";
import type { ImageDefaults } from "../contracts/image-defaults.ts";
import type { Platform } from "../contracts/machine-interface.ts";
import { type NamedImage, packArchive, unpackArchive } from "../image/oci/archive.ts";
import {
  type Config,
  type Descriptor,
  type HistoryStep,
  parseConfig,
  parseIndex,
  parseManifest,
} from "../image/oci/documents.ts";
import { makeOciImage, ociPlatforms, programPaths } from "../image/oci/image.ts";
import { unpackFiles } from "../image/oci/layer.ts";
import { type BuildOptions, buildProgram } from "./build.ts";
import { dataFolder } from "./data-folder.ts";
import { disksOf } from "./machine-disks.ts";
import { checkCards, isBuiltForTap } from "./machine-network.ts";
import { makeProgram, moduleOf, type Program, programIn, programName } from "./program.ts";
import { ImageStore, isCalled, type StoredImage, shortId } from "./store/image-store.ts";

/** What to build into the store, and under which names. */
export interface ImageBuildOptions extends Omit<BuildOptions, "platform" | "hasTap"> {
  readonly names: readonly string[];
  /** Platforms besides `node`, which every image has an entry for. */
  readonly platforms: readonly Platform[];
  readonly labels: Readonly<Record<string, string>>;
  /** Ports that the app listens on, `8080/tcp` each. */
  readonly ports: readonly string[];
}

/** One entry of an image, for one platform. */
export interface ImageEntry {
  readonly platform: string;
  readonly descriptor: Descriptor;
  readonly config: Config;
  readonly configDescriptor: Descriptor;
  readonly layers: readonly Descriptor[];
}

/** An image and what is in it. */
export interface OpenedImage extends StoredImage {
  readonly entries: readonly ImageEntry[];
  /** Bytes of all its blobs. */
  readonly sizeBytes: number;
}

/** The store of a user with this environment. */
export function imageStore(environment: NodeJS.ProcessEnv): ImageStore {
  return new ImageStore(`${dataFolder(environment)}/images`);
}

/** The label with the name of an image's first source. */
const sourceLabel = "dev.tsuki.source";

/** Builds a program for several platforms and keeps it as one image. Throws a TsukiError. */
export async function buildStoredImage(
  options: ImageBuildOptions,
  now: string,
): Promise<{ readonly image: OpenedImage; readonly warnings: string }> {
  const program = await makeProgram(options);
  const { arguments: given, environment = [] } = options.defaults ?? {};
  const entries: { platform: Platform; program: Uint8Array }[] = [];
  for (const platform of options.platforms) {
    checkCards(platform, environment);
    const { image } = await buildProgram(program, {
      ...options,
      platform,
      bootsFromDisk: platform === "pc",
      hasTap: isBuiltForTap(platform, environment),
      diskCount: disksOf(environment).length,
    });
    entries.push({ platform, program: image });
  }
  const [name = "app", ...words] = given ?? [programName(program.source)];
  const made = await makeOciImage({
    name,
    entries: [...entries, { platform: "node", program: moduleOf(program) }],
    arguments: words,
    environment,
    labels: { ...options.labels, [sourceLabel]: program.source },
    ports: options.ports,
    createdBy: `tsuki build ${program.source}`,
  });
  const store = imageStore(options.environment);
  const stored = await store.add({ ...made, names: options.names }, now);
  return { image: openImage(store, stored), warnings: program.warnings };
}

/** What an image consists of. Throws `image-unusable`. */
export function openImage(store: ImageStore, image: StoredImage): OpenedImage {
  const { digest, size } = image.descriptor;
  const { manifests } = parseIndex(store.read(digest), digest);
  const entries = manifests.map((descriptor) => openEntry(store, descriptor));
  const blobs = new Map(
    entries
      .flatMap(({ descriptor, configDescriptor, layers }) => [
        descriptor,
        configDescriptor,
        ...layers,
      ])
      .map((blob) => [blob.digest, blob.size]),
  );
  return {
    ...image,
    entries,
    sizeBytes: size + [...blobs.values()].reduce((sum, one) => sum + one, 0),
  };
}

function openEntry(store: ImageStore, descriptor: Descriptor): ImageEntry {
  const manifest = parseManifest(store.read(descriptor.digest), descriptor.digest);
  const config = parseConfig(store.read(manifest.config.digest), manifest.config.digest);
  const { os } = descriptor.platform ?? config;
  return {
    platform: os,
    descriptor,
    config,
    configDescriptor: manifest.config,
    layers: manifest.layers,
  };
}

/** Every image, the newest first. */
export function listImages(environment: NodeJS.ProcessEnv): readonly OpenedImage[] {
  const store = imageStore(environment);
  return store.list().map((image) => openImage(store, image));
}

/** How an image was made, the last step first. */
export function historyOf(image: OpenedImage): readonly HistoryStep[] {
  const [entry] = image.entries;
  return [...(entry?.config.history ?? [])].reverse();
}

/** The program in an image and what was built in with it, from which any platform's is built. */
export async function programInImage(
  store: ImageStore,
  image: StoredImage,
): Promise<{ readonly program: Program; readonly defaults: ImageDefaults }> {
  const { entries } = openImage(store, image);
  const name = image.names[0] ?? shortId(image);
  const entry = entries.find(({ platform }) => platform === ociPlatforms.node.os);
  const [layer] = entry?.layers ?? [];
  if (entry === undefined || layer === undefined) {
    const problem = "has no entry for node, from which Tsuki would build what it runs";
    throw new TsukiError(
      "image-unusable",
      `${name} ${problem}; it was not made by \`tsuki build\``,
    );
  }
  const files = await unpackFiles(Uint8Array.from(store.read(layer.digest)), name);
  const module = files.get(programPaths.node);
  if (module === undefined) {
    throw new TsukiError("image-unusable", `${name}: its entry for node holds no app`);
  }
  const { Labels = {}, Cmd = [], Env = [] } = entry.config.config ?? {};
  const source = Labels[sourceLabel] ?? name;
  return { program: programIn(module, source), defaults: { arguments: Cmd, environment: Env } };
}

/** Packs images, each with the names it was asked for by. Throws `image-missing`. */
export async function saveImages(
  names: readonly string[],
  environment: NodeJS.ProcessEnv,
): Promise<Uint8Array> {
  const store = imageStore(environment);
  const asked = new Map<string, NamedImage>();
  for (const name of names) {
    const image = store.gather(store.require(name));
    const before = asked.get(image.index.digest)?.names ?? [];
    const called = image.names.filter((one) => isCalled(one, name));
    asked.set(image.index.digest, { ...image, names: [...before, ...called] });
  }
  return await packArchive([...asked.values()]);
}

/** Takes the images of an archive into the store; `source` names it in messages. */
export async function loadImages(
  archive: Uint8Array<ArrayBuffer>,
  source: string,
  environment: NodeJS.ProcessEnv,
  now: string,
): Promise<readonly StoredImage[]> {
  const store = imageStore(environment);
  const loaded: StoredImage[] = [];
  for (const image of await unpackArchive(archive, source))
    loaded.push(await store.add(image, now));
  return loaded;
}
