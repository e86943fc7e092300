import type { CodeOptions } from "../src/contracts/build.ts";
import { parseCodeOptions } from "../src/engine/choices.ts";

/** Options of the fuzzer and of the specification's runner that say how code is made. */
export const codeOptionWords = {
  cpu: { type: "string", default: "v2" },
  memory: { type: "string", default: "reserved" },
  level: { type: "string", default: "optimising" },
} as const;

/** What such options ask for; throws for names that there are not. */
export function codeOptionsOf({
  cpu,
  level,
  memory,
}: Readonly<Record<keyof typeof codeOptionWords, string>>): CodeOptions {
  if (memory !== "reserved" && memory !== "checked") {
    throw new Error(`--memory is reserved or checked, not ${memory}`);
  }
  if (level !== "optimising" && level !== "fast") {
    throw new Error(`--level is optimising or fast, not ${level}`);
  }
  return { ...parseCodeOptions(cpu, memory === "checked"), level, isVerified: true };
}
