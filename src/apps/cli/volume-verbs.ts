/** `tsuki volume create`, `ls`, `inspect`, `rm` and `prune`. */
import { parseLabels } from "../../engine/choices.ts";
import { instanceStore } from "../../engine/instances/lifecycle.ts";
import { type VolumeStore, volumeStore } from "../../engine/volumes/volume-store.ts";
import type { VolumeVerbOptions } from "./define-volume-verbs.ts";
import { onEachName } from "./on-each-name.ts";
import { formatAge, formatTable } from "./table.ts";

/** The volumes of whoever calls. */
export function volumes(): VolumeStore {
  return volumeStore(process.env, () => instanceStore(process.env).list());
}

async function createCommand(name: string, options: VolumeVerbOptions): Promise<number> {
  await volumes().create(name, parseLabels(options.label ?? []), new Date().toISOString());
  process.stdout.write(`${name}\n`);
  return 0;
}

async function listCommand(options: VolumeVerbOptions): Promise<number> {
  const all = volumes().list();
  const table = () =>
    formatTable(
      ["VOLUME", "CREATED", "USED BY"],
      all.map(({ name, created, usedBy }) => [
        name,
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
