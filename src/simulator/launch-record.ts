import { launchRecord } from "../contracts/control-channel.ts";

/** Encodes a launch record (contracts/control-channel.ts). */
export function encodeLaunchRecord(
  programArguments: readonly string[],
  environment: readonly string[],
  entropy: Uint8Array = new Uint8Array(launchRecord.entropyBytes),
): Uint8Array {
  const strings = [...programArguments, ...environment].map((text) => `${text}\0`).join("");
  const text = new TextEncoder().encode(strings);
  const record = new Uint8Array(launchRecord.headerBytes + text.length);
  const view = new DataView(record.buffer);
  view.setUint32(0, launchRecord.magic, true);
  view.setUint32(4, programArguments.length, true);
  view.setUint32(8, environment.length, true);
  record.set(entropy.subarray(0, launchRecord.entropyBytes), launchRecord.entropyOffset);
  record.set(text, launchRecord.headerBytes);
  return record;
}
