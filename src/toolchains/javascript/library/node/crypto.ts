/** Node's crypto, as far as it is digests, HMAC and randomness. */
import { crypto } from "../crypto/crypto.ts";
import {
  type HashName,
  hashName,
  isEqualInConstantTime,
  type RunningDigest,
  startDigest,
  startHmac,
} from "../crypto/digest.ts";
import { randomBytes as takeBytes } from "../crypto/random.ts";
import { Buffer, encodeText } from "./buffer.ts";

type Data = string | Uint8Array;

function toBytes(data: Data, encoding?: string): Uint8Array {
  return typeof data === "string" ? encodeText(data, encoding) : data;
}

function checkedName(name: string): HashName {
  const found = hashName(name);
  if (found === undefined) throw new Error(`Digest method not supported: ${name}`);
  return found;
}

/** A digest, with or without a key. */
export class Hash {
  #digest: RunningDigest | undefined;

  constructor(digest: RunningDigest) {
    this.#digest = digest;
  }

  update(data: Data, encoding?: string): this {
    this.#running().update(toBytes(data, encoding));
    return this;
  }

  digest(): Buffer;
  digest(encoding: string): string;
  digest(encoding?: string): Buffer | string {
    const bytes = Buffer.from(this.#running().digest());
    this.#digest = undefined;
    return encoding === undefined || encoding === "buffer" ? bytes : bytes.toString(encoding);
  }

  copy(): Hash {
    return new Hash(this.#running().clone());
  }

  #running(): RunningDigest {
    if (this.#digest !== undefined) return this.#digest;
    throw Object.assign(new Error("Digest already called"), { code: "ERR_CRYPTO_HASH_FINALIZED" });
  }
}

/** Starts a digest. */
export function createHash(name: string): Hash {
  return new Hash(startDigest(checkedName(name)));
}

/** Starts a digest with a key. */
export function createHmac(name: string, key: Data): Hash {
  return new Hash(startHmac(checkedName(name), toBytes(key)));
}

/** A digest in one call. */
export function hash(name: string, data: Data, encoding = "hex"): string | Buffer {
  return createHash(name).update(data).digest(encoding);
}

/** The digests there are. */
export function getHashes(): string[] {
  return ["md5", "sha1", "sha256", "sha384", "sha512"];
}

type Callback<Value> = (error: Error | null, value: Value) => void;

/** Random bytes, now or by a callback. */
export function randomBytes(size: number, callback?: Callback<Buffer>): Buffer {
  const bytes = Buffer.from(takeBytes(size).buffer);
  if (callback !== undefined) queueMicrotask(() => callback(null, bytes));
  return bytes;
}

/** A random integer from the least up to, but not, the end. */
export function randomInt(leastOrEnd: number, end?: number): number {
  const least = end === undefined ? 0 : leastOrEnd;
  const count = (end ?? leastOrEnd) - least;
  // 48 bits, of which those are left out that would make some results likelier.
  const limit = 2 ** 48 - (2 ** 48 % count);
  for (;;) {
    const value = randomBytes(6).readUIntBE(0, 6);
    if (value < limit) return least + (value % count);
  }
}

/** Fills bytes with random ones. */
export function randomFillSync<Bytes extends Uint8Array>(bytes: Bytes): Bytes {
  bytes.set(takeBytes(bytes.length));
  return bytes;
}

/** A UUID of version 4. */
export function randomUUID(): string {
  return crypto.randomUUID();
}

/** Whether bytes are equal, in a time that does not tell where they differ. */
export function timingSafeEqual(one: Uint8Array, other: Uint8Array): boolean {
  if (one.length !== other.length) {
    throw Object.assign(new RangeError("Input buffers must have the same byte length"), {
      code: "ERR_CRYPTO_TIMING_SAFE_EQUAL_LENGTH",
    });
  }
  return isEqualInConstantTime(one, other);
}

export const { subtle } = crypto;
/** As the web's. */
export function getRandomValues<List extends ArrayBufferView>(list: List): List {
  return crypto.getRandomValues(list);
}
export { crypto as webcrypto };

const whole = {
  createHash,
  createHmac,
  getHashes,
  getRandomValues,
  hash,
  randomBytes,
  randomFillSync,
  randomInt,
  randomUUID,
  subtle,
  timingSafeEqual,
  webcrypto: crypto,
};

export { whole as default };
