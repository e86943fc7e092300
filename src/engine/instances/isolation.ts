/** What keeps an instance from its host, as its process shows it (proc(5), namespaces(7)). */
import { readFileSync, readlinkSync } from "node:fs";
import { type NamespaceName, namespaceNames } from "../../contracts/isolation.ts";
import { attempt } from "../attempt.ts";
import { hostAbilities } from "../host/abilities.ts";

const filterMode = "2";
const bindService = 1n << 10n;

/** The isolation of one process. */
export interface Isolation {
  /** Its own namespaces. */
  readonly Namespaces: readonly NamespaceName[];
  /** Whether it has a root directory without anything in it. */
  readonly EmptyRoot: boolean;
  /** Its user, as this process sees it. */
  readonly User: number;
  readonly Capabilities: readonly string[];
  readonly NoNewPrivileges: boolean;
  readonly Seccomp: boolean;
  /** The version of Landlock that an image makes use of here, if it was asked to; else 0. */
  readonly Landlock: number;
}

/**
 * The isolation of a process, which was asked for or not (contracts/isolation.ts); undefined when it is
 * gone or another user's.
 */
export function isolationOf(pid: number, isWanted: boolean): Isolation | undefined {
  const status = attempt(() => readFileSync(`/proc/${pid}/status`, "utf8"));
  const own = namespaceNames.filter((name) => namespaceOf(pid, name) !== namespaceOf("self", name));
  if (status === undefined || namespaceOf(pid, "mnt") === undefined) return undefined;
  const mounts = attempt(() => readFileSync(`/proc/${pid}/mountinfo`, "utf8")) ?? "";
  return {
    Namespaces: own,
    EmptyRoot: /^\d+ \d+ \S+ \/ \/ ro\S* .*- tmpfs \S+ \S+\n$/.test(mounts),
    User: Number(fieldOf(status, "Uid")),
    Capabilities: capabilityNames(BigInt(`0x${fieldOf(status, "CapEff")}`)),
    NoNewPrivileges: fieldOf(status, "NoNewPrivs") === "1",
    Seccomp: fieldOf(status, "Seccomp") === filterMode,
    // Linux shows this of no process.
    Landlock: isWanted ? hostAbilities().landlock : 0,
  };
}

function namespaceOf(pid: number | "self", name: NamespaceName): string | undefined {
  return attempt(() => readlinkSync(`/proc/${pid}/ns/${name}`));
}

function fieldOf(status: string, name: string): string {
  return new RegExp(`^${name}:\\s+(\\S+)`, "m").exec(status)?.[1] ?? "0";
}

/** The one that an instance may keep by its name, others by their bits. */
function capabilityNames(set: bigint): readonly string[] {
  const other = set & ~bindService;
  return [
    ...((set & bindService) === 0n ? [] : ["CAP_NET_BIND_SERVICE"]),
    ...(other === 0n ? [] : [`0x${other.toString(16)}`]),
  ];
}
