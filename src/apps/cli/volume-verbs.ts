/** `tsuki volume create`, `ls`, `inspect`, `rm` and `prune`. */
import { parseLabels } from "../../engine/choices.ts";
import { instanceStore } from "../../engine/instances/lifecycle.ts";
import { parseDiskSize } from "../../engine/volumes/disk-image.ts";
import { checkDisksAreFree } from "../../engine/volumes/disk-users.ts";
import { type VolumeStore, volumeStore } from "../../engine/volumes/volume-store.ts";
import type { VolumeVerbOptions } from "./define-volume-verbs.ts";
import { onEachName } from "./on-each-name.ts";
import { formatAge, formatSize, formatTable } from "./table.ts";

/** The volumes of whoever calls. */
export function volumes(): VolumeStore {
  return volumeStore(process.env, () => instanceStore(process.env).list());
}

/** Refuses what would meet an instance that runs on a disk. Throws `disk-busy`. */
export function checkDisks(appEnvironment: readonly string[]): void {
  checkDisksAreFree(
    appEnvironment,
    instanceStore(process.env).list(() => undefined),
  );
}

async function createCommand(name: string, options: VolumeVerbOptions): Promise<number> {
  const size = options.size === undefined ? undefined : parseDiskSize(options.size);
  await volumes().create(name, parseLabels(options.label ?? []), new Date().toISOString(), size);
  process.stdout.write(`${name}\n`);
  return 0;
}

async function listCommand(options: VolumeVerbOptions): Promise<number> {
  const all = volumes().list();
  const table = () =>
    formatTable(
      ["VOLUME", "KIND", "SIZE", "CREATED", "USED BY"],
      all.map(({ name, kind, size, created, usedBy }) => [
        name,
        kind,
        size === undefined ? "" : formatSize(size),
        formatAge(created, Date.now()),
        usedBy.join(", "),
      ]),
      process.stdout.columns,
    );
  if (options.quiet === true) process.stdout.write(all.map(({ name }) => `${name}\n`).join(""));
  else process.stdout.write(options.json === true ? `${JSON.stringify(all)}\n` : table());
  return 0;
}

async function inspectCommand(names: readonly string[]): Promise<number> {
  process.stdout.write(`${JSON.stringify(volumes().require(names), undefined, 2)}\n`);
  return 0;
}

async function removeCommand(names: readonly string[]): Promise<number> {
  const store = volumes();
  return await onEachName("volume", names, async (name) => store.remove(name));
}

async function pruneCommand(): Promise<number> {
  for (const name of await volumes().prune()) process.stdout.write(`${name}\n`);
  return 0;
}

/** What each command does with its words and options; each returns the exit status. */
export const volumeVerbs = {
  create: createCommand,
  list: listCommand,
  inspect: inspectCommand,
  rm: removeCommand,
  prune: pruneCommand,
};
