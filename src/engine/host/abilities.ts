/** What this host offers to keep processes apart, found out by trying it. */
import { spawnSync } from "node:child_process";
import { type NamespaceName, namespaceNames } from "../../contracts/isolation.ts";
import { builtFile } from "../package-files.ts";

const patienceMs = 5000;

/** What a host offers to keep processes apart. */
export interface Abilities {
  /** Namespaces that this user's processes may have of their own. */
  readonly namespaces: readonly NamespaceName[];
  /** The version of Landlock (landlock_create_ruleset(2)); 0 for none. */
  readonly landlock: number;
}

/** What this host offers. */
export function hostAbilities(): Abilities {
  const options = { encoding: "utf8", timeout: patienceMs } as const;
  const { stdout } = spawnSync(builtFile("tsuki-host"), ["abilities"], options);
  return parseAbilities(stdout ?? "");
}

/** Reads what `tsuki-host abilities` says: `NAMESPACE yes|no` and `landlock VERSION`, a line each. */
export function parseAbilities(text: string): Abilities {
  const pairs = [...text.matchAll(/^(\S+) (\S+)$/gm)].map(
    ([, name, value]) => [name, value] as const,
  );
  const lines = new Map(pairs);
  return {
    namespaces: namespaceNames.filter((name) => lines.get(name) === "yes"),
    landlock: Number(lines.get("landlock") ?? 0),
  };
}
