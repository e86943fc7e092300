/** The commands on volumes. */
import type { Command } from "commander";
import { guarded } from "./guarded.ts";

type Verbs = typeof import("./volume-verbs.ts")["volumeVerbs"];

/** Options as commander gives them, of all these commands. */
export interface VolumeVerbOptions {
  readonly debug?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly label?: readonly string[];
}

/** Adds the commands to the program. */
export function defineVolumeVerbs(
  program: Command,
  labels: (value: string, before?: readonly string[]) => readonly string[],
): void {
  const volume = program.command("volume").summary("keep folders that outlive instances");
  const create = verb(volume, "create", "make an empty volume")
    .argument("<name>", "what it is called")
    .option("--label <name=value>", "label the volume", labels);
  act(create, (verbs, [name = ""], options) => verbs.create(name, options));
  const list = verb(volume, "ls", "list volumes")
    .option("-q, --quiet", "print names only")
    .option("--json", "print one JSON document");
  act(list, (verbs, _names, options) => verbs.list(options));
  const inspect = verb(volume, "inspect", "print all there is to know of volumes as JSON");
  act(inspect.argument("<volume...>"), (verbs, names) => verbs.inspect(names));
  const remove = verb(volume, "rm", "remove volumes that nobody uses, and what is in them");
  act(remove.argument("<volume...>"), (verbs, names) => verbs.rm(names));
  act(verb(volume, "prune", "remove all volumes that nobody uses"), (verbs) => verbs.prune());
}

function verb(parent: Command, name: string, summary: string): Command {
  const description = `${summary.slice(0, 1).toUpperCase()}${summary.slice(1)}.`;
  const command = parent.command(name).summary(summary).description(description);
  return command.option("--debug", "print the stack of an error");
}

function act(
  command: Command,
  work: (verbs: Verbs, names: readonly string[], options: VolumeVerbOptions) => Promise<number>,
): void {
  command.action(async () => {
    const { volumeVerbs } = await import("./volume-verbs.ts");
    const options: VolumeVerbOptions = command.opts();
    await guarded("volume", options, () => work(volumeVerbs, command.args, options));
  });
}
