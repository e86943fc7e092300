import { each, suite } from "../cases.fixture.ts";

type CryptoKey = Awaited<ReturnType<typeof crypto.subtle.importKey>>;
type KeyUsage = CryptoKey["usages"][number];

const hex = (buffer: ArrayBuffer): string =>
  [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const bytes = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);
const hashes = ["SHA-1", "SHA-256", "SHA-384", "SHA-512"];
const inputs = ["", "abc", "x".repeat(200)];

async function key(
  hash: string,
  usages: KeyUsage[] = ["sign", "verify"],
  extractable = true,
): Promise<CryptoKey> {
  return await crypto.subtle.importKey(
    "raw",
    bytes("a secret"),
    { name: "HMAC", hash },
    extractable,
    usages,
  );
}

/** Randomness, digests and HMAC. */
export const cases = suite({
  ...each(
    hashes.flatMap((hash) => inputs.map((input) => ({ hash, input }))),
    ({ hash, input }) => `${hash} of ${input.length} bytes`,
    async ({ hash, input }) => hex(await crypto.subtle.digest(hash, bytes(input))),
  ),
  ...each(
    hashes,
    (hash) => `HMAC with ${hash}`,
    async (hash) => {
      const signature = await crypto.subtle.sign("HMAC", await key(hash), bytes("text"));
      const isRight = await crypto.subtle.verify("HMAC", await key(hash), signature, bytes("text"));
      return [
        hex(signature),
        isRight,
        await crypto.subtle.verify("HMAC", await key(hash), signature, bytes("other")),
      ];
    },
  ),
  "a key's properties": async () => {
    const { type, extractable, algorithm, usages } = await key("SHA-256");
    return [type, extractable, algorithm, usages];
  },
  export: async () => [
    hex(await crypto.subtle.exportKey("raw", await key("SHA-256"))),
    await crypto.subtle.exportKey("jwk", await key("SHA-512")),
  ],
  "import of a JSON key": async () => {
    const json = await crypto.subtle.exportKey("jwk", await key("SHA-256"));
    const again = await crypto.subtle.importKey(
      "jwk",
      json,
      { name: "HMAC", hash: "SHA-256" },
      false,
      ["sign"],
    );
    return hex(await crypto.subtle.sign("HMAC", again, bytes("x")));
  },
  "a generated key": async () => {
    const made = await crypto.subtle.generateKey({ name: "HMAC", hash: "SHA-256" }, true, ["sign"]);
    return (await crypto.subtle.exportKey("raw", made)).byteLength;
  },
  "a key that must not be exported": async () =>
    await crypto.subtle
      .exportKey("raw", await key("SHA-256", ["sign"], false))
      .catch(() => "refused"),
  "a key for something else": async () =>
    await crypto.subtle.sign("HMAC", await key("SHA-256", ["verify"]), bytes("x")),
  "an unknown hash": async () => await crypto.subtle.digest("SHA-9", bytes("x")),
  "random values": () => {
    const list = new Uint32Array(4);
    return [crypto.getRandomValues(list) === list, list.some((value) => value !== 0)];
  },
  "too many random values": () => crypto.getRandomValues(new Uint8Array(65_537)),
  "random values of the wrong type": () =>
    crypto.getRandomValues(new Float64Array(1) as unknown as Uint8Array<ArrayBuffer>),
  UUIDs: () =>
    /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(
      crypto.randomUUID(),
    ) && crypto.randomUUID() !== crypto.randomUUID(),
});
