/** Web Cryptography, 14: digests and HMAC. */
import { type ByteSource, bytesOf, toArrayBuffer } from "../text/bytes.ts";
import { fromBase64Url, toBase64Url } from "./base64-url.ts";
import {
  blockLength,
  digest,
  type HashName,
  hashName,
  isEqualInConstantTime,
  startHmac,
} from "./digest.ts";
import { randomBytes } from "./random.ts";

type Usage = "sign" | "verify";
type Algorithm =
  | string
  | { readonly name: string; readonly hash?: Algorithm; readonly length?: number };

/** RFC 7517: a key as JSON. */
interface JsonKey {
  readonly kty?: string;
  readonly k?: string;
  readonly alg?: string;
  readonly ext?: boolean;
  readonly key_ops?: readonly string[];
}

let secretOf: (key: CryptoKey) => Uint8Array<ArrayBuffer>;
const constructorKey = Symbol("CryptoKey");

/** Web Cryptography, 13: a key, whose bytes only these functions see. */
export class CryptoKey {
  static {
    secretOf = (key) => key.#secret;
  }

  readonly type = "secret";
  readonly extractable: boolean;
  readonly algorithm: {
    readonly name: "HMAC";
    readonly hash: { readonly name: HashName };
    readonly length: number;
  };
  readonly usages: readonly Usage[];
  readonly #secret: Uint8Array<ArrayBuffer>;

  constructor(
    secret: typeof constructorKey,
    hash: HashName,
    bytes: Uint8Array<ArrayBuffer>,
    options: { readonly extractable: boolean; readonly usages: readonly Usage[] },
  ) {
    if (secret !== constructorKey) throw new TypeError("Illegal constructor");
    this.#secret = bytes;
    this.algorithm = { name: "HMAC", hash: { name: hash }, length: bytes.length * 8 };
    this.extractable = options.extractable;
    this.usages = options.usages;
  }

  get [Symbol.toStringTag](): string {
    return "CryptoKey";
  }
}

function refuse(what: string): never {
  throw new DOMException(`${what} is not supported`, "NotSupportedError");
}

function nameOf(algorithm: Algorithm): string {
  return String(typeof algorithm === "object" ? algorithm.name : algorithm);
}

function hashOf(algorithm: Algorithm | undefined): HashName {
  const name = algorithm === undefined ? undefined : nameOf(algorithm);
  const found = name?.includes("-") === true ? hashName(name) : undefined;
  return found ?? refuse(`The hash ${name}`);
}

/** The hash of an HMAC algorithm, which is the only one with keys. */
function hmacHash(algorithm: Algorithm): HashName {
  if (nameOf(algorithm).toUpperCase() !== "HMAC") refuse(`The algorithm ${nameOf(algorithm)}`);
  return hashOf(typeof algorithm === "object" ? algorithm.hash : undefined);
}

function demand(key: CryptoKey, usage: Usage): void {
  if (!(key instanceof CryptoKey)) throw new TypeError("A CryptoKey is needed");
  if (key.usages.includes(usage)) return;
  throw new DOMException(`The key is not for ${usage}`, "InvalidAccessError");
}

function mac(key: CryptoKey, data: ByteSource): Uint8Array {
  return startHmac(key.algorithm.hash.name, secretOf(key)).update(bytesOf(data)).digest();
}

/** Web Cryptography, 14. */
export class SubtleCrypto {
  async digest(algorithm: Algorithm, data: ByteSource): Promise<ArrayBuffer> {
    return await Promise.resolve(toArrayBuffer(digest(hashOf(algorithm), bytesOf(data))));
  }

  async importKey(
    format: string,
    data: ByteSource | JsonKey,
    algorithm: Algorithm,
    extractable: boolean,
    usages: readonly Usage[],
  ): Promise<CryptoKey> {
    const hash = hmacHash(algorithm);
    if (format !== "raw" && format !== "jwk") refuse(`The key format ${format}`);
    const { k = "", kty } = data as JsonKey;
    if (format === "jwk" && kty !== "oct")
      throw new DOMException("The key is no secret", "DataError");
    const bytes = format === "jwk" ? fromBase64Url(k) : bytesOf(data as ByteSource).slice();
    if (bytes.length === 0) throw new DOMException("Zero-length key is not supported", "DataError");
    if (usages.length === 0) throw new DOMException("A key needs a usage", "SyntaxError");
    return await Promise.resolve(
      new CryptoKey(constructorKey, hash, bytes, { extractable, usages: [...usages] }),
    );
  }

  async generateKey(
    algorithm: Algorithm,
    extractable: boolean,
    usages: readonly Usage[],
  ): Promise<CryptoKey> {
    const hash = hmacHash(algorithm);
    const bits = typeof algorithm === "object" ? algorithm.length : undefined;
    const bytes = randomBytes(bits === undefined ? blockLength(hash) : Math.ceil(bits / 8));
    return await Promise.resolve(
      new CryptoKey(constructorKey, hash, bytes, { extractable, usages: [...usages] }),
    );
  }

  async exportKey(format: string, key: CryptoKey): Promise<ArrayBuffer | JsonKey> {
    if (!key.extractable)
      throw new DOMException("The key must not be exported", "InvalidAccessError");
    const secret = secretOf(key);
    if (format === "raw") return await Promise.resolve(secret.slice().buffer);
    if (format !== "jwk") refuse(`The key format ${format}`);
    const alg = `HS${key.algorithm.hash.name.slice("SHA-".length)}`;
    return { key_ops: [...key.usages], ext: true, kty: "oct", k: toBase64Url(secret), alg };
  }

  async sign(algorithm: Algorithm, key: CryptoKey, data: ByteSource): Promise<ArrayBuffer> {
    if (nameOf(algorithm).toUpperCase() !== "HMAC") refuse(`The algorithm ${nameOf(algorithm)}`);
    demand(key, "sign");
    return await Promise.resolve(toArrayBuffer(mac(key, data)));
  }

  async verify(
    algorithm: Algorithm,
    key: CryptoKey,
    signature: ByteSource,
    data: ByteSource,
  ): Promise<boolean> {
    if (nameOf(algorithm).toUpperCase() !== "HMAC") refuse(`The algorithm ${nameOf(algorithm)}`);
    demand(key, "verify");
    return await Promise.resolve(isEqualInConstantTime(bytesOf(signature), mac(key, data)));
  }

  get [Symbol.toStringTag](): string {
    return "SubtleCrypto";
  }
}

for (const name of ["encrypt", "decrypt", "deriveBits", "deriveKey", "wrapKey", "unwrapKey"]) {
  const value = async (): Promise<never> =>
    await Promise.reject(
      new DOMException(`crypto.subtle.${name} is not supported`, "NotSupportedError"),
    );
  Object.defineProperty(SubtleCrypto.prototype, name, {
    value,
    writable: true,
    configurable: true,
  });
}
