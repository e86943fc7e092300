/** Limits by Linux's control groups: version 2, version 1, or both beside each other (cgroups(7)). */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { TsukiError } from "../../contracts/errors.ts";
import { attempt } from "../attempt.ts";

const cpuPeriodUs = 100_000;
const leastQuotaUs = 1000;
const groupsFolder = "tsuki";

/** What an instance's processes may use together. */
export interface Limits {
  readonly processors?: number | undefined;
  readonly memoryBytes?: number | undefined;
  /** Of processes and threads. */
  readonly processLimit?: number | undefined;
}

/** Where control groups are, and which one this process is in (/proc/self/cgroup). */
export interface GroupsHost {
  readonly root: string;
  readonly ownGroups: string;
}

/** This host. */
export function thisGroupsHost(): GroupsHost {
  const ownGroups = attempt(() => readFileSync("/proc/self/cgroup", "utf8")) ?? "";
  return { root: "/sys/fs/cgroup", ownGroups };
}

/** Makes an instance's groups and returns their folders; none without limits. Throws `limits-missing`. */
export function makeGroups(
  id: string,
  { processors, memoryBytes, processLimit }: Limits,
  host: GroupsHost,
): readonly string[] {
  const quotaUs = Math.max(leastQuotaUs, Math.round((processors ?? 0) * cpuPeriodUs));
  const wanted = [
    {
      controller: "cpu",
      isWanted: processors !== undefined,
      version1: [
        ["cpu.cfs_period_us", String(cpuPeriodUs)],
        ["cpu.cfs_quota_us", String(quotaUs)],
      ],
      version2: [["cpu.max", `${quotaUs} ${cpuPeriodUs}`]],
    },
    {
      controller: "memory",
      isWanted: memoryBytes !== undefined,
      version1: [["memory.limit_in_bytes", String(memoryBytes)]],
      version2: [["memory.max", String(memoryBytes)]],
    },
    {
      controller: "pids",
      isWanted: processLimit !== undefined,
      version1: [["pids.max", String(processLimit)]],
      version2: [["pids.max", String(processLimit)]],
    },
  ].filter(({ isWanted }) => isWanted);
  const groups = wanted.map(({ controller, version1, version2 }) => {
    const parents = parentsOf(controller, host);
    const group = parents
      .map(({ parent, isVersion2 }) =>
        attempt(() => makeGroup(join(parent, id), isVersion2 ? version2 : version1)),
      )
      .find((one) => one !== undefined);
    return group ?? missing(controller);
  });
  return [...new Set(groups)];
}

/** Removes an instance's groups; those in which something still runs stay until the next time. */
export function removeGroups(id: string, host: GroupsHost): void {
  for (const group of findGroups(id, host)) attempt(() => rmdirSync(group));
}

/** Whether its limit of memory ended one of an instance's processes. */
export function wasOutOfMemory(id: string, host: GroupsHost): boolean {
  const files = findGroups(id, host).flatMap((group) => [
    join(group, "memory.events"),
    join(group, "memory.oom_control"),
  ]);
  const texts = files.map((path) => attempt(() => readFileSync(path, "utf8")) ?? "");
  return texts.some((text) => /^oom_kill [1-9]/m.test(text));
}

function findGroups(id: string, { root, ownGroups }: GroupsHost): readonly string[] {
  const names = attempt(() => readdirSync(root)) ?? [];
  const own = delegatedFolder(ownGroups);
  const places = [".", ...names, ...(own === undefined ? [] : [own])];
  return places.map((place) => join(root, place, groupsFolder, id)).filter(existsSync);
}

interface Parent {
  readonly parent: string;
  readonly isVersion2: boolean;
}

/** Folders in which groups of a controller may be made, the best one first. */
function parentsOf(controller: string, { root, ownGroups }: GroupsHost): readonly Parent[] {
  const own = delegatedFolder(ownGroups);
  const version2 = [root, ...(own === undefined ? [] : [join(root, own)])]
    .filter((folder) => controllersOf(folder).includes(controller))
    .map((folder) => ({ parent: join(folder, groupsFolder), isVersion2: true }));
  const version1 = join(root, controller);
  if (!existsSync(join(version1, "cgroup.procs"))) return version2;
  return [...version2, { parent: join(version1, groupsFolder), isVersion2: false }];
}

function controllersOf(folder: string): readonly string[] {
  const text = attempt(() => readFileSync(join(folder, "cgroup.controllers"), "utf8"));
  return text?.trim().split(" ") ?? [];
}

/** The folder that systemd gives to a user, where this process is in it. */
function delegatedFolder(ownGroups: string): string | undefined {
  return /^0::\/(.*?user@\d+\.service)\//m.exec(ownGroups)?.[1];
}

function makeGroup(group: string, settings: readonly (readonly string[])[]): string {
  const parent = join(group, "..");
  mkdirSync(parent, { recursive: true });
  // Version 2 hands a controller down from folder to folder.
  const names = settings.map(([name = ""]) => `+${name.split(".")[0] ?? ""}`).join(" ");
  for (const folder of [join(parent, ".."), parent]) {
    const control = join(folder, "cgroup.subtree_control");
    if (existsSync(control)) attempt(() => writeFileSync(control, names));
  }
  mkdirSync(group, { recursive: true });
  for (const [name = "", value = ""] of settings) writeFileSync(join(group, name), value);
  return group;
}

function missing(controller: string): never {
  const need = `limits need the control group of ${controller}`;
  const advice = "run as root, or in `systemd-run --user --scope -p Delegate=yes`";
  throw new TsukiError("limits-missing", `${need}, which may not be made here; ${advice}`);
}
