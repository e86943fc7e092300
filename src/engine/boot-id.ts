/** Tells one start of the host from another. */
import { readFileSync } from "node:fs";
import { attempt } from "./attempt.ts";

/** The host's start, by a text that no other has. */
export function bootId(): string {
  const id = attempt(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim());
  return id ?? "unknown";
}
