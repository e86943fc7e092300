/** The commands on volumes. */
import type { Command } from "commander";
import { act, groupVerb } from "./verb-group.ts";

type Verbs = typeof import("./volume-verbs.ts")["volumeVerbs"];

/** Options as commander gives them, of all these commands. */
export interface VolumeVerbOptions {
  readonly debug?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly label?: readonly string[];
  readonly size?: string;
}

/** Adds the commands to the program; `collect` makes a list of an option that is repeated. */
export function defineVolumeVerbs(
  program: Command,
  collect: (value: string, before?: readonly string[]) => readonly string[],
): void {
  const volume = program.command("volume").summary("keep folders and disks that outlive instances");
  const create = groupVerb(volume, "create", "make an empty volume")
    .argument("<name>", "what it is called")
    .option("--label <name=value>", "label the volume", collect)
    .option("--size <bytes>", "make it a disk of this size, such as 64m, in place of a folder");
  onVolumes(create, (verbs, [name = ""], options) => verbs.create(name, options));
  const list = groupVerb(volume, "ls", "list volumes")
    .option("-q, --quiet", "print names only")
    .option("--json", "print one JSON document");
  onVolumes(list, (verbs, _names, options) => verbs.list(options));
  const inspect = groupVerb(volume, "inspect", "print all there is to know of volumes as JSON");
  onVolumes(inspect.argument("<volume...>"), (verbs, names) => verbs.inspect(names));
  const remove = groupVerb(volume, "rm", "remove volumes that nobody uses, and what is in them");
  onVolumes(remove.argument("<volume...>"), (verbs, names) => verbs.rm(names));
  const prune = groupVerb(volume, "prune", "remove all volumes that nobody uses");
  onVolumes(prune, (verbs) => verbs.prune());
}

function onVolumes(
  command: Command,
  work: (verbs: Verbs, names: readonly string[], options: VolumeVerbOptions) => Promise<number>,
): void {
  const load = async () => (await import("./volume-verbs.ts")).volumeVerbs;
  act(command, load, (verbs, names) => work(verbs, names, command.opts()));
}
