/** Taps that killed commands and supervisors left: found by one look, which every command can afford. */
import { readFileSync } from "node:fs";
import { attempt } from "../attempt.ts";
import type { StoredInstance } from "../instances/instance-store.ts";
import { tapNames } from "../machine-network.ts";

/** A network's bridge, and behind the dot an instance's number (network-record.ts). */
const tapForm = /^\s*(tsuki-[0-9a-f]{4}\.[0-9a-f]+):/gm;

/** Names of taps on this host that no instance has which runs; they may be of others, or of no instance. */
export function strayTaps(running: () => readonly StoredInstance[]): readonly string[] {
  const devices = attempt(() => readFileSync("/proc/net/dev", "utf8")) ?? "";
  const taps = [...devices.matchAll(tapForm)].map(([, name = ""]) => name);
  if (taps.length === 0) return [];
  const used = new Set(running().flatMap(({ record }) => tapNames(record.environment)));
  return taps.filter((name) => !used.has(name));
}
