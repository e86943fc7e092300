/** OCI archives: an image layout (image-layout.md) in one tar file. */
import { TsukiError } from "../../contracts/errors.ts";
import { type Digest, digestOf, digitsOf } from "./digest.ts";
import {
  type Descriptor,
  encodeDocument,
  mediaTypes,
  parseIndex,
  parseManifest,
} from "./documents.ts";
import type { OciImage } from "./image.ts";
import { packFiles, unpackFiles } from "./layer.ts";

/** The annotation that carries an image's name in the index of a layout (annotations.md). */
export const nameAnnotation = "org.opencontainers.image.ref.name";

/** The annotation from which containerd takes the whole name. */
const containerdNameAnnotation = "io.containerd.image.name";

/** The file that makes a folder an image layout. */
export const layoutFile = { path: "oci-layout", text: '{"imageLayoutVersion":"1.0.0"}' } as const;

/** An image and the names that it goes by, such as `web:latest`. */
export interface NamedImage extends OciImage {
  readonly names: readonly string[];
}

/** Where a layout keeps its blobs. */
export const blobFolder = "blobs/sha256";

/** Where a layout keeps a blob. */
export function blobPath(digest: Digest): string {
  return `${blobFolder}/${digitsOf(digest)}`;
}

/** Packs images into one archive; blobs that they share are there once. */
export async function packArchive(images: readonly NamedImage[]): Promise<Uint8Array> {
  const manifests = images.flatMap(({ index, names }) =>
    (names.length === 0 ? [undefined] : names).map((name) => named(index, name)),
  );
  const blobs = new Map(images.flatMap((image) => [...image.blobs]));
  return await packFiles([
    { path: layoutFile.path, bytes: Buffer.from(layoutFile.text) },
    {
      path: "index.json",
      bytes: encodeDocument({ schemaVersion: 2, mediaType: mediaTypes.index, manifests }),
    },
    ...[...blobs]
      .map(([digest, bytes]) => ({ path: blobPath(digest), bytes }))
      .sort((one, other) => (one.path < other.path ? -1 : 1)),
  ]);
}

function named(index: Descriptor, name: string | undefined): Descriptor {
  if (name === undefined) return index;
  return { ...index, annotations: { [nameAnnotation]: name, [containerdNameAnnotation]: name } };
}

/** Unpacks an archive and checks every byte of it. Throws `image-unusable`, naming `source`. */
export async function unpackArchive(
  archive: Uint8Array<ArrayBuffer>,
  source: string,
): Promise<readonly NamedImage[]> {
  const files = await unpackFiles(archive, source);
  const document = files.get("index.json");
  if (document === undefined) {
    const problem = files.has("manifest.json") ? "is a docker archive" : "holds no index.json";
    throw new TsukiError("image-unusable", `${source} ${problem}; an OCI archive is needed`);
  }
  const images = new Map<Digest, NamedImage>();
  for (const descriptor of parseIndex(document, `${source}: index.json`).manifests) {
    const image = gather(files, descriptor, source);
    const before = images.get(descriptor.digest)?.names ?? [];
    const name =
      descriptor.annotations?.[containerdNameAnnotation] ??
      descriptor.annotations?.[nameAnnotation];
    images.set(descriptor.digest, {
      ...image,
      names: name === undefined ? before : [...before, name],
    });
  }
  return [...images.values()];
}

/** Follows an index through the archive. */
function gather(
  files: ReadonlyMap<string, Uint8Array>,
  index: Descriptor,
  source: string,
): OciImage {
  const blobs = new Map<Digest, Uint8Array>();
  const take = ({ digest, size }: Descriptor): Uint8Array => {
    const bytes = files.get(blobPath(digest));
    const isWhole = bytes?.length === size && digestOf(bytes) === digest;
    if (!isWhole) {
      const problem = bytes === undefined ? "is missing" : "is damaged";
      throw new TsukiError("image-unusable", `${source}: ${digest} ${problem}`);
    }
    blobs.set(digest, bytes);
    return bytes;
  };
  if (index.mediaType !== mediaTypes.index) {
    const problem = `holds an image of kind ${index.mediaType}, which Tsuki did not make`;
    throw new TsukiError("image-unusable", `${source} ${problem}`);
  }
  const { manifests } = parseIndex(take(index), `${source}: ${index.digest}`);
  for (const entry of manifests) {
    const { config, layers } = parseManifest(take(entry), `${source}: ${entry.digest}`);
    for (const blob of [config, ...layers]) take(blob);
  }
  const { mediaType, digest, size } = index;
  return { index: { mediaType, digest, size }, blobs };
}
