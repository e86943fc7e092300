import { sptSystemCalls } from "../../contracts/solo5.ts";

const allowed: ReadonlySet<number> = new Set(Object.values(sptSystemCalls));

/** Throws for a program that would be killed by its tender: that is a bug of the kernel's. */
export function checkAllowedCalls(systemCalls: readonly number[]): void {
  const others = systemCalls.filter((number) => !allowed.has(number));
  if (others.length === 0) return;
  throw new Error(`the kernel makes system calls that solo5-spt forbids: ${others.join(", ")}`);
}
