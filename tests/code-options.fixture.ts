import type { CodeOptions } from "../src/contracts/build.ts";
import { parseCodeOptions } from "../src/engine/choices.ts";

/** Options of the fuzzer and of the specification's runner that say how code is made. */
export const codeOptionWords = {
  cpu: { type: "string", default: "v2" },
  memory: { type: "string", default: "reserved" },
} as const;

/** What such options ask for; throws for names that there are not. */
export function codeOptionsOf({
  cpu,
  memory,
}: Readonly<Record<keyof typeof codeOptionWords, string>>): CodeOptions {
  if (memory !== "reserved" && memory !== "checked") {
    throw new Error(`--memory is reserved or checked, not ${memory}`);
  }
  return { ...parseCodeOptions(cpu, memory === "checked"), isVerified: true };
}
