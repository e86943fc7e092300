/** The launch record (contracts/control-channel.ts): arguments, environment and entropy. */
import { randomBytes } from "node:crypto";
import { launchRecord } from "../../contracts/control-channel.ts";

/** Encodes one launch; the entropy is fresh unless given. */
export function encodeLaunchRecord(
  programArguments: readonly string[],
  environment: readonly string[],
  entropy: Uint8Array = randomBytes(launchRecord.entropyBytes),
): Uint8Array {
  const header = new Uint8Array(launchRecord.headerBytes);
  const view = new DataView(header.buffer);
  view.setUint32(0, launchRecord.magic, true);
  view.setUint32(4, programArguments.length, true);
  view.setUint32(8, environment.length, true);
  header.set(entropy.subarray(0, launchRecord.entropyBytes), launchRecord.entropyOffset);
  const strings = [...programArguments, ...environment].map((text) => `${text}\0`).join("");
  return Buffer.concat([header, Buffer.from(strings, "utf8")]);
}
