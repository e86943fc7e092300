import type { CodeOptions } from "../src/contracts/build.ts";

/** Options of the fuzzer and of the specification's runner that say how code is made. */
export const codeOptionWords = {
  memory: { type: "string", default: "reserved" },
} as const;

/** What such options ask for; throws for names that there are not. */
export function codeOptionsOf({
  memory,
}: Readonly<Record<keyof typeof codeOptionWords, string>>): CodeOptions {
  if (memory !== "reserved" && memory !== "checked") {
    throw new Error(`--memory is reserved or checked, not ${memory}`);
  }
  return { memory, isVerified: true };
}
