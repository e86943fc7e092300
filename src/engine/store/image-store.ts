/** Images on this host, in one OCI image layout (image specification, image-layout.md). */
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { TsukiError } from "../../contracts/errors.ts";
import {
  blobFolder,
  blobPath,
  layoutFile,
  type NamedImage,
  nameAnnotation,
} from "../../image/oci/archive.ts";
import { type Digest, digestOf, digitsOf } from "../../image/oci/digest.ts";
import {
  type Descriptor,
  encodeDocument,
  type Index,
  mediaTypes,
  parseIndex,
  parseManifest,
} from "../../image/oci/documents.ts";
import { flushToDiskNow, makeFolder, writeFileAtomically } from "../atomic-file.ts";
import { attempt } from "../attempt.ts";
import { withLock } from "../lock.ts";
import { nameOf, requireReference } from "./reference.ts";

/** The annotation that says when an image came into this store, in the store's own index only. */
const storedAnnotation = "dev.tsuki.stored";

const shortIdLength = 12;
const idForm = /^(?:sha256:)?([0-9a-f]{4,64})$/;

/** An image in the store. */
export interface StoredImage {
  /** Its index. */
  readonly descriptor: Descriptor;
  /** Its names, sorted; none once the last one was given to another image. */
  readonly names: readonly string[];
  /** When it came here: ISO 8601. */
  readonly storedAt: string;
}

/** The digits by which people call an image. */
export function shortId({ descriptor }: StoredImage): string {
  return digitsOf(descriptor.digest).slice(0, shortIdLength);
}

/** The store in one folder, which is made when something is first put into it. */
export class ImageStore {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Every image, the newest first. Throws `image-unusable` when the index is damaged. */
  list(): readonly StoredImage[] {
    const images = new Map<Digest, StoredImage>();
    for (const { annotations = {}, ...descriptor } of this.#readIndex().manifests) {
      const name = annotations[nameAnnotation];
      const names = images.get(descriptor.digest)?.names ?? [];
      images.set(descriptor.digest, {
        descriptor,
        names: name === undefined ? names : [...names, name].sort(),
        storedAt: annotations[storedAnnotation] ?? "",
      });
    }
    return [...images.values()].sort((one, other) => (one.storedAt < other.storedAt ? 1 : -1));
  }

  /** The image of a name or of the beginning of an id; undefined if there is none. Throws `usage`. */
  find(text: string): StoredImage | undefined {
    const images = this.list();
    const named = images.find(({ names }) => names.some((name) => isCalled(name, text)));
    const [, digits] = idForm.exec(text) ?? [];
    if (named !== undefined || digits === undefined) return named;
    const found = images.filter(({ descriptor }) => digitsOf(descriptor.digest).startsWith(digits));
    if (found.length < 2) return found[0];
    const problem = `${text} begins the ids of ${found.length} images; write more of it`;
    throw new TsukiError("usage", problem);
  }

  /** As `find`. Throws `image-missing`. */
  require(text: string): StoredImage {
    const image = this.find(text);
    if (image !== undefined) return image;
    const advice = "`tsuki images` lists those there are";
    throw new TsukiError("image-missing", `no image is called ${text}; ${advice}`);
  }

  /** A blob's bytes. Throws `image-unusable` when they are not what they should be. */
  read(digest: Digest): Uint8Array {
    const bytes = attempt(() => readFileSync(join(this.#folder, blobPath(digest))));
    if (bytes !== undefined && digestOf(bytes) === digest) return bytes;
    const problem = bytes === undefined ? "is missing" : "is damaged";
    const advice = "remove the images that need it with `tsuki rmi`, and build or load them again";
    throw new TsukiError("image-unusable", `${digest} in ${this.#folder} ${problem}; ${advice}`);
  }

  /** An image with all its blobs, for an archive. Throws `image-unusable`. */
  gather({ descriptor, names }: StoredImage): NamedImage {
    const blobs = new Map(this.#reachable(descriptor).map((digest) => [digest, this.read(digest)]));
    return { index: descriptor, blobs, names };
  }

  /** Keeps an image and gives it its names, which other images lose. `now`: ISO 8601. */
  async add({ index, blobs, names }: NamedImage, now: string): Promise<StoredImage> {
    const wanted = names.map((name) => nameOf(requireReference(name)));
    await this.#change((images) => {
      for (const [digest, bytes] of blobs) this.#write(blobPath(digest), bytes);
      return withNames(images, { descriptor: index, names: wanted, storedAt: now });
    });
    return this.require(index.digest);
  }

  /** Gives an image one more name, which any other image loses. Throws `image-missing`, `usage`. */
  async tag(text: string, name: string): Promise<void> {
    const wanted = nameOf(requireReference(name));
    await this.#change((images) => withNames(images, { ...this.require(text), names: [wanted] }));
  }

  /**
   * Takes a name away, and with the last one the image; by its id an image goes with all its names.
   * Returns the names that went, and the id if the image did. Throws `image-missing`.
   */
  async remove(text: string): Promise<readonly string[]> {
    const gone: string[] = [];
    await this.#change((images) => {
      const image = this.require(text);
      const name = image.names.find((one) => isCalled(one, text));
      const names = image.names.filter((one) => name !== undefined && one !== name);
      const { digest } = image.descriptor;
      gone.push(...(names.length === 0 ? [...image.names, digest] : [name ?? ""]));
      return images.flatMap((one) => {
        if (one.descriptor.digest !== digest) return [one];
        return names.length === 0 ? [] : [{ ...one, names }];
      });
    });
    return gone;
  }

  /** One change at a time; what no image needs any more goes. */
  async #change(edit: (images: readonly StoredImage[]) => readonly StoredImage[]): Promise<void> {
    await withLock(`images ${this.#folder}`, async () => {
      this.#write(layoutFile.path, Buffer.from(layoutFile.text));
      const images = edit(this.list());
      // After a power cut the index, old or new, names nothing that is not there.
      this.#flush(blobFolder);
      this.#write("index.json", encodeDocument(indexOf(images)));
      this.#flush(".");
      this.#sweep(images);
    });
  }

  #readIndex(): Index {
    const path = join(this.#folder, "index.json");
    const bytes = attempt(() => readFileSync(path));
    return bytes === undefined ? indexOf([]) : parseIndex(bytes, path);
  }

  #reachable(index: Descriptor): Digest[] {
    const { manifests } = parseIndex(this.read(index.digest), index.digest);
    return [
      index.digest,
      ...manifests.flatMap((entry) => {
        const { config, layers } = parseManifest(this.read(entry.digest), entry.digest);
        return [entry.digest, config.digest, ...layers.map(({ digest }) => digest)];
      }),
    ];
  }

  #write(path: string, bytes: Uint8Array): void {
    const target = join(this.#folder, path);
    this.#writing(() => {
      makeFolder(dirname(target));
      if (!existsSync(target) || path === "index.json") writeFileAtomically(target, bytes, 0o600);
    });
  }

  #flush(path: string): void {
    const folder = join(this.#folder, path);
    if (existsSync(folder)) this.#writing(() => flushToDiskNow(folder));
  }

  #writing(work: () => void): void {
    try {
      work();
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      const message = `cannot write the images in ${this.#folder}: ${why}`;
      throw new TsukiError("store-unwritable", message, { cause: error });
    }
  }

  /** Removes the blobs that no image reaches; where one is damaged, nothing is removed. */
  #sweep(images: readonly StoredImage[]): void {
    const blobs = join(this.#folder, blobFolder);
    if (!existsSync(blobs)) return;
    const reached = attempt(() => images.flatMap(({ descriptor }) => this.#reachable(descriptor)));
    if (reached === undefined) return;
    const needed = new Set(reached.map(digitsOf));
    for (const name of readdirSync(blobs)) {
      if (!needed.has(name)) rmSync(join(blobs, name), { force: true });
    }
  }
}

/** The images when one is added, or has more names: no two have the same. */
function withNames(images: readonly StoredImage[], added: StoredImage): readonly StoredImage[] {
  const { digest } = added.descriptor;
  const before = images.find(({ descriptor }) => descriptor.digest === digest);
  const others = images
    .filter(({ descriptor }) => descriptor.digest !== digest)
    .map((one) => ({ ...one, names: one.names.filter((name) => !added.names.includes(name)) }));
  const names = [...new Set([...(before?.names ?? []), ...added.names])];
  return [...others, { ...added, names }];
}

function indexOf(images: readonly StoredImage[]): Index {
  const manifests = images.flatMap(({ descriptor, names, storedAt }) =>
    (names.length === 0 ? [undefined] : names).map((name) => ({
      ...descriptor,
      annotations: {
        [storedAnnotation]: storedAt,
        ...(name === undefined ? {} : { [nameAnnotation]: name }),
      },
    })),
  );
  return { schemaVersion: 2, mediaType: mediaTypes.index, manifests };
}

/** Whether a text means an image of this name: `web` is `web:latest`. */
export function isCalled(name: string, text: string): boolean {
  return name === text || name === `${text}:latest`;
}
