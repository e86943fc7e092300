/**
 * An image as OCI has it: an index with one entry for each platform that it was made for. The entry
 * for `node` is the app itself, from which entries for all others can be made again.
 */
import type { Platform } from "../../contracts/machine-interface.ts";
import { type Digest, digestOf } from "./digest.ts";
import {
  type Config,
  type Descriptor,
  encodeDocument,
  type Index,
  type Manifest,
  mediaTypes,
} from "./documents.ts";
import { packFiles } from "./layer.ts";
import { uruncAnnotations, uruncFiles } from "./urunc.ts";

/** What an image is made of. */
export interface ImageContents {
  /** The program's name, which is its first argument. */
  readonly name: string;
  /** What each platform runs. */
  readonly entries: readonly { readonly platform: Platform; readonly program: Uint8Array }[];
  /** Arguments behind the name, and variables: those that were built in. */
  readonly arguments: readonly string[];
  readonly environment: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  /** `8080/tcp` each. */
  readonly ports: readonly string[];
  /** The command that made it, without anything of the host. */
  readonly createdBy: string;
}

/** An image's index and all that hangs on it. */
export interface OciImage {
  readonly index: Descriptor;
  readonly blobs: ReadonlyMap<Digest, Uint8Array>;
}

/**
 * How platforms are called in OCI's documents, where `os` names what an entry runs on: container engines
 * choose the one for their own system and leave the others alone.
 */
export const ociPlatforms: Readonly<Record<Platform, { architecture: string; os: string }>> = {
  linux: { architecture: "amd64", os: "linux" },
  pc: { architecture: "amd64", os: "pc" },
  node: { architecture: "wasm", os: "node" },
  solo5: { architecture: "amd64", os: "solo5" },
};

/** Where each entry's program lies in its layer. */
export const programPaths: Readonly<Record<Platform, string>> = {
  linux: "app",
  pc: "app.elf",
  node: "app.wasm",
  solo5: "app.spt",
};

/** Makes an image. Entries that container engines look for first stand first. */
export async function makeOciImage(contents: ImageContents): Promise<OciImage> {
  const blobs = new Map<Digest, Uint8Array>();
  const manifests: Descriptor[] = [];
  for (const { platform, program } of contents.entries) {
    manifests.push(await addEntry(blobs, contents, platform, program));
  }
  const index: Index = { schemaVersion: 2, mediaType: mediaTypes.index, manifests };
  return { index: addBlob(blobs, mediaTypes.index, encodeDocument(index)), blobs };
}

async function addEntry(
  blobs: Map<Digest, Uint8Array>,
  contents: ImageContents,
  platform: Platform,
  program: Uint8Array,
): Promise<Descriptor> {
  const annotations = uruncAnnotations(platform, programPaths[platform], contents);
  const mode = platform === "linux" ? 0o755 : 0o644;
  const files = [
    { path: programPaths[platform], bytes: program, mode },
    ...uruncFiles(annotations),
  ];
  const layer = addBlob(blobs, mediaTypes.layer, await packFiles(files));
  const labels = { ...contents.labels, ...annotations };
  const config = configOf(contents, platform, layer.digest, labels);
  const manifest: Manifest = {
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    config: addBlob(blobs, mediaTypes.config, encodeDocument(config)),
    layers: [layer],
    ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
  };
  const descriptor = addBlob(blobs, mediaTypes.manifest, encodeDocument(manifest));
  return { ...descriptor, platform: ociPlatforms[platform] };
}

function configOf(
  contents: ImageContents,
  platform: Platform,
  layer: Digest,
  labels: Readonly<Record<string, string>>,
): Config {
  return {
    ...ociPlatforms[platform],
    config: {
      Entrypoint: [`/${programPaths[platform]}`],
      ...(contents.arguments.length === 0 ? {} : { Cmd: [...contents.arguments] }),
      ...(contents.environment.length === 0 ? {} : { Env: [...contents.environment] }),
      ...(contents.ports.length === 0
        ? {}
        : { ExposedPorts: Object.fromEntries(contents.ports.map((port) => [port, {}])) }),
      Labels: labels,
      StopSignal: "SIGTERM",
    },
    rootfs: { type: "layers", diff_ids: [layer] },
    history: [{ created_by: contents.createdBy }],
  };
}

function addBlob(blobs: Map<Digest, Uint8Array>, mediaType: string, bytes: Uint8Array): Descriptor {
  const digest = digestOf(bytes);
  blobs.set(digest, bytes);
  return { mediaType, digest, size: bytes.length };
}
