/** Commands of two words: `tsuki volume ls`. */
import type { Command } from "commander";
import { guarded } from "./guarded.ts";

/** Adds a command to a group; its summary is its description, too. */
export function groupVerb(group: Command, name: string, summary: string): Command {
  const description = `${summary.slice(0, 1).toUpperCase()}${summary.slice(1)}.`;
  const command = group.command(name).summary(summary).description(description);
  return command.option("--debug", "print the stack of an error");
}

/** Has a command do its work, with its words; `load` brings the module that can. */
export function act<Verbs>(
  command: Command,
  load: () => Promise<Verbs>,
  work: (verbs: Verbs, names: readonly string[]) => Promise<number>,
): void {
  command.action(async () => {
    const group = command.parent?.name() ?? "";
    await guarded(group, command.opts(), async () => work(await load(), command.args));
  });
}
