/**
 * `#include "../a.h"`: the file system in which clang runs takes `..` for `.`, so that such names
 * are replaced by absolute ones before clang sees them.
 */
import { dirname, resolve } from "node:path";
import { type PlacedFiles, placeBytes } from "./file-tree.ts";
import { renameClimbing } from "./include-scan.ts";

/** Rewrites the placed copies of all files that include others by way of `..`. */
export function resolveClimbing(
  gathered: ReadonlyMap<string, Uint8Array>,
  placed: PlacedFiles,
  includeDirectories: readonly string[],
): void {
  for (const [path, bytes] of gathered) {
    // Latin-1 maps each byte to one character and back, whatever the file's encoding.
    const text = Buffer.from(bytes).toString("latin1");
    const renamed = renameClimbing(text, (name) => {
      const target = [dirname(path), ...includeDirectories]
        .map((folder) => resolve(folder, name))
        .find((candidate) => gathered.has(candidate));
      return target === undefined ? name : `/${placed.inside(target)}`;
    });
    if (renamed !== text) placeBytes(placed, path, Buffer.from(renamed, "latin1"));
  }
}
