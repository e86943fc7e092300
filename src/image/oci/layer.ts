/** Layers: archives of files (image specification, layer.md), and the archives images travel in. */
import { packTar, unpackTar } from "modern-tar";
import { TsukiError } from "../../contracts/errors.ts";

/** A file of an archive. */
export interface ArchiveFile {
  /** Without a slash in front. */
  readonly path: string;
  readonly bytes: Uint8Array;
  /** Permission bits; 0o644 when undefined. */
  readonly mode?: number;
}

/** A tar archive: the same bytes for the same files in the same order; nobody owns them. */
export async function packFiles(files: readonly ArchiveFile[]): Promise<Uint8Array> {
  return await packTar(
    files.map(({ path, bytes, mode = 0o644 }) => ({
      header: { name: path, size: bytes.length, mode, mtime: new Date(0), uid: 0, gid: 0 },
      body: bytes,
    })),
  );
}

/** The regular files of a tar archive, by path. Throws `image-unusable`, naming `name`. */
export async function unpackFiles(
  archive: Uint8Array<ArrayBuffer>,
  name: string,
): Promise<ReadonlyMap<string, Uint8Array>> {
  try {
    const entries = await unpackTar(archive, { strict: true });
    return new Map(
      entries
        .filter(({ header }) => header.type === "file")
        .map(({ header, data }) => [header.name.replace(/^\.\//, ""), data ?? new Uint8Array()]),
    );
  } catch (error) {
    throw new TsukiError("image-unusable", `${name}: is no tar archive, or damaged`, {
      cause: error,
    });
  }
}
