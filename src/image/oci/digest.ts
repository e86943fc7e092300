/** Digests, by which everything in an OCI image is named (image specification, descriptors). */
import { createHash } from "node:crypto";

/** `sha256:` and 64 hexadecimal digits. */
export type Digest = `sha256:${string}`;

/** The digest of some bytes. */
export function digestOf(bytes: Uint8Array): Digest {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}

/** The 64 hexadecimal digits. */
export function digitsOf(digest: Digest): string {
  return digest.slice("sha256:".length);
}
