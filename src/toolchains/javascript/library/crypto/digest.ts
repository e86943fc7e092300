/** Digests, by the functions of noble-hashes. */
import { hmac } from "@noble/hashes/hmac.js";
import { md5, sha1 } from "@noble/hashes/legacy.js";
import { sha256, sha384, sha512 } from "@noble/hashes/sha2.js";

/** A digest that is fed piece by piece. */
export interface RunningDigest {
  update(bytes: Uint8Array): RunningDigest;
  digest(): Uint8Array;
  clone(): RunningDigest;
}

const hashes = {
  MD5: md5,
  "SHA-1": sha1,
  "SHA-256": sha256,
  "SHA-384": sha384,
  "SHA-512": sha512,
} as const;

/** By the names of Web Cryptography; MD5 is for `node:crypto` only. */
export type HashName = keyof typeof hashes;

/** The name as the standard writes it, in any case, with or without the hyphen. */
export function hashName(name: string): HashName | undefined {
  const wanted = name.toUpperCase().replace(/^SHA-?/, "SHA-");
  return wanted in hashes ? (wanted as HashName) : undefined;
}

/** Starts a digest. */
export function startDigest(name: HashName): RunningDigest {
  return hashes[name].create();
}

/** Starts a digest with a key (RFC 2104). */
export function startHmac(name: HashName, key: Uint8Array): RunningDigest {
  return hmac.create(hashes[name], key);
}

/** The digest of some bytes. */
export function digest(name: HashName, bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return hashes[name](bytes);
}

/** Bytes that a block has, which is also the usual length of a key. */
export function blockLength(name: HashName): number {
  return hashes[name].blockLen;
}

/** Whether two lists of bytes are equal, in a time that does not tell where they differ. */
export function isEqualInConstantTime(one: Uint8Array, other: Uint8Array): boolean {
  if (one.length !== other.length) return false;
  let difference = 0;
  for (let index = 0; index < one.length; index++)
    difference |= (one[index] ?? 0) ^ (other[index] ?? 0);
  return difference === 0;
}
