/** The verbs on instances. */
import { copyFileSync, linkSync } from "node:fs";
import { constants } from "node:os";
import { dirname, join } from "node:path";
import { TsukiError } from "../../contracts/errors.ts";
import type { SupervisorRequest } from "../../contracts/supervisor.ts";
import { flushToDiskNow } from "../atomic-file.ts";
import { dataFolder } from "../data-folder.ts";
import { namesDisks } from "../machine-disks.ts";
import { portOf } from "../machine-network.ts";
import { strayTaps } from "../networks/stray-taps.ts";
import { type InstanceRecord, imageFile } from "./instance-record.ts";
import { InstanceStore, type StoredInstance } from "./instance-store.ts";
import { removeGroups, thisGroupsHost } from "./limits.ts";
import { askSupervisor, startSupervisor } from "./supervisor.ts";

/** A new instance. */
export interface InstanceOptions
  extends Omit<InstanceRecord, "version" | "id" | "name" | "created"> {
  /** Invented when undefined. */
  readonly name: string | undefined;
  /** Its image, which becomes its own: it can be started again whatever happens to this file. */
  readonly imagePath: string;
}

const signalLimit = 64;

/** The instances of a user with this environment. */
export function instanceStore(environment: NodeJS.ProcessEnv): InstanceStore {
  return new InstanceStore(join(dataFolder(environment), "instances"));
}

/** Makes an instance that does not run yet. */
export async function createInstance(
  store: InstanceStore,
  options: InstanceOptions,
  now: string,
): Promise<StoredInstance> {
  const { imagePath, ...settings } = options;
  return await store.create({ version: 1, created: now, ...settings }, (folder) => {
    keepImage(imagePath, join(folder, imageFile));
  });
}

/** A link where it can be: the cache drops files of its own, and theirs stay. */
function keepImage(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch {
    copyFileSync(from, to);
    flushToDiskNow(to);
  }
}

/** Starts an instance; nothing happens when it runs already. Throws `instance-failed`, `network-failed`. */
export async function startInstance({ record, state, folder }: StoredInstance): Promise<void> {
  if (isLiving(state.status)) return;
  if (namesDisks(record.environment)) await checkDisks(record, folder);
  await mendNetworks(dirname(folder), () =>
    new InstanceStore(dirname(folder)).list(() => undefined),
  );
  if (record.networks !== undefined) {
    const { attachInstance } = await import("../networks/instance-places.ts");
    await attachInstance(dirname(folder), record.networks, record.name);
  } else if (record.ports.length > 0) {
    await checkPorts(record, folder);
  }
  await startSupervisor(record, folder);
}

/** Throws `network-failed` when somebody has a port of an instance's that does not run. */
async function checkPorts({ id, ports }: InstanceRecord, folder: string): Promise<void> {
  const { isPortOpen } = await import("../networks/open-ports.ts");
  const taken = ports.map(portOf).find((port) => isPortOpen(port));
  if (taken === undefined) return;
  // Another command may have started it meanwhile.
  if (isLiving(new InstanceStore(dirname(folder)).require(id).state.status)) return;
  const { hostAddress, hostPort } = taken;
  const advice = "stop what has it, or publish another";
  throw new TsukiError("network-failed", `port ${hostAddress}:${hostPort} is in use; ${advice}`);
}

/** Throws `disk-busy` when another instance has a disk of this one. */
async function checkDisks({ id, environment }: InstanceRecord, folder: string): Promise<void> {
  const { checkDisksAreFree } = await import("../volumes/disk-users.ts");
  const all = new InstanceStore(dirname(folder)).list(() => undefined);
  const others = all.filter(({ record }) => record.id !== id);
  checkDisksAreFree(environment, others);
}

/** What whoever was killed left of networks goes; what is wrong with those is told by their own commands. */
async function mendNetworks(folder: string, list: () => readonly StoredInstance[]): Promise<void> {
  const taps = strayTaps(() => list().filter(({ state }) => isLiving(state.status)));
  if (taps.length === 0) return;
  const { removeStrayTaps } = await import("../networks/instance-places.ts");
  await removeStrayTaps(folder, taps).catch(() => undefined);
}

/** Whether something of an instance runs, or will again by itself. */
export function isLiving(status: StoredInstance["state"]["status"]): boolean {
  return status === "running" || status === "paused" || status === "restarting";
}

/** Asks an instance to end, and ends it after its time of grace; returns when it has ended. */
export async function stopInstance(
  { record, state, folder }: StoredInstance,
  timeoutSeconds = record.stopTimeoutSeconds,
): Promise<void> {
  if (isLiving(state.status)) await askSupervisor(record.id, `stop ${timeoutSeconds}`);
  await leaveNetworks(folder, record);
}

/** What an instance that does not run any more leaves on the host goes. */
async function leaveNetworks(folder: string, { networks }: InstanceRecord): Promise<void> {
  if (networks === undefined) return;
  const { settleNetworks } = await import("../networks/instance-places.ts");
  await settleNetworks(dirname(folder), networks);
}

/** Sends a signal, by name or number. Throws `instance-idle`, `usage`. */
export async function killInstance(instance: StoredInstance, signal: string): Promise<void> {
  await demand(instance, `kill ${signalNumber(signal)}`);
}

function signalNumber(text: string): number {
  const names: Readonly<Record<string, number>> = constants.signals;
  const number = /^\d+$/.test(text)
    ? Number(text)
    : names[`SIG${text.toUpperCase().replace(/^SIG/, "")}`];
  if (number !== undefined && number > 0 && number <= signalLimit) return number;
  throw new TsukiError("usage", `there is no signal ${text}`);
}

/** Holds an instance where it is. Throws `instance-idle`. */
export async function pauseInstance(instance: StoredInstance): Promise<void> {
  await demand(instance, "pause");
}

/** Lets it go on. Throws `instance-idle`. */
export async function resumeInstance(instance: StoredInstance): Promise<void> {
  await demand(instance, "resume");
}

async function demand({ record }: StoredInstance, request: SupervisorRequest): Promise<void> {
  if ((await askSupervisor(record.id, request)) === "done") return;
  const advice = `start it with \`tsuki start ${record.name}\``;
  throw new TsukiError("instance-idle", `${record.name} is not running; ${advice}`);
}

/** Waits until an instance has ended for good; its exit status. */
export async function waitForInstance(
  store: InstanceStore,
  { record, state }: StoredInstance,
): Promise<number> {
  if (isLiving(state.status)) {
    const answer = await askSupervisor(record.id, "wait");
    const [, status] = /^exited (\d+)$/.exec(answer ?? "") ?? [];
    if (status !== undefined) return Number(status);
  }
  return store.require(record.id).state.exitStatus ?? 0;
}

/** Removes an instance; one that runs only if `isForced`. Throws `instance-busy`. */
export async function removeInstance(
  store: InstanceStore,
  instance: StoredInstance,
  isForced: boolean,
): Promise<void> {
  const { record, state } = instance;
  if (isLiving(state.status)) {
    if (!isForced) {
      const advice = `stop it first, or remove it with \`tsuki rm -f ${record.name}\``;
      throw new TsukiError("instance-busy", `${record.name} is ${state.status}; ${advice}`);
    }
    await askSupervisor(record.id, "stop 0");
  }
  await store.remove(instance);
  removeGroups(record.id, thisGroupsHost());
  await leaveNetworks(instance.folder, record);
}

/** All instances, the newest first, but those that were to go once they had ended: these go now. */
export async function listInstances(
  store: InstanceStore,
  onDamaged: (error: TsukiError) => void,
): Promise<readonly StoredInstance[]> {
  const instances = store.list(onDamaged);
  await mendNetworks(store.folder, () => instances);
  const gone = instances.filter(
    ({ record, state }) => record.isTemporary && state.status === "exited",
  );
  for (const instance of gone) await store.remove(instance);
  return instances.filter((instance) => !gone.includes(instance));
}
