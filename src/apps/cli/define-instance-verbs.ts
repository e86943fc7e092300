/** The commands on instances that run in the background, or did. */
import type { Command } from "commander";
import type { AttachOptions } from "./attach-command.ts";
import type { EventsOptions } from "./events-command.ts";
import { guarded } from "./guarded.ts";
import type { InspectOptions } from "./inspect-command.ts";
import type { MapCommandOptions } from "./map/map-command.ts";
import type { StatsOptions } from "./stats-command.ts";

type Verbs = typeof import("./instance-verbs.ts")["instanceVerbs"];

/** Options as commander gives them, of all these commands. */
export interface InstanceVerbOptions {
  readonly debug?: boolean;
  readonly json?: boolean;
  readonly all?: boolean;
  readonly quiet?: boolean;
  readonly format?: string;
  readonly filter?: readonly string[];
  readonly trunc?: boolean;
  readonly force?: boolean;
  readonly time?: string;
  readonly signal?: string;
  readonly follow?: boolean;
  readonly since?: string;
  readonly until?: string;
  readonly tail?: string;
  readonly timestamps?: boolean;
  readonly attach?: boolean;
  readonly interactive?: boolean;
}

interface MapOptions extends MapCommandOptions {
  readonly map?: boolean;
}

/** Adds the commands to the program. */
export function defineInstanceVerbs(program: Command): void {
  defineListings(program);
  defineObservations(program);
  defineChanges(program);
}

function defineObservations(program: Command): void {
  program
    .command("inspect")
    .summary("print all there is to know of instances and images")
    .argument("<instance...>", "names or ids of instances or images")
    .option("-f, --format <template>", "print by a template, such as {{.State.Status}}")
    .option("--type <name>", "instance or image, where both have the name")
    .option("--map", "tell what takes the bytes of an image, or of the one that sources become")
    .option("-o, --output <file>", "with --map: write a treemap, one HTML page")
    .option("--why <name>", "with --map: tell by whom a function or datum got into the image")
    .option("--all", "with --map: list all functions and data, not the largest alone")
    .option("-p, --platform <name>", "with --map: linux (default) or pc")
    .option("--embed <folder[:path]>", "with --map: build a folder or file in", collect)
    .option("--json", "with --map: print one JSON document")
    .option("--debug", "print the stack of an error")
    .action(async (names: string[], options: InspectOptions & MapOptions) => {
      if (options.map === true) {
        const { mapCommand } = await import("./map/map-command.ts");
        await guarded("inspect", options, () => mapCommand(names, options));
        return;
      }
      const { inspectCommand } = await import("./inspect-command.ts");
      await guarded("inspect", options, () => inspectCommand(names, options));
    });
  verb(program, "attach", "connect this terminal to an instance that runs")
    .argument("<instance>", "its name or id")
    .option("--no-stdin", "only show what it writes")
    .action(async (name: string, options: AttachOptions) => {
      const { attachCommand } = await import("./attach-command.ts");
      await guarded("run", options, () => attachCommand(name, options));
    });
  verb(program, "events", "print what happens to instances, while it happens")
    .option("--since <time>", "also what came after: 2026-01-02T03:04:05Z, or 10m ago")
    .option("--until <time>", "only what comes before")
    .option("--json", "print one JSON document a line")
    .action(async (options: EventsOptions) => {
      const { eventsCommand } = await import("./events-command.ts");
      await guarded("events", options, () => eventsCommand(options));
    });
  verb(program, "stats", "show what instances use, every second")
    .argument("[instance...]", "names or ids; all that run otherwise")
    .option("-a, --all", "those too that do not run")
    .option("--no-stream", "show it once")
    .option("--json", "print one JSON document a line")
    .action(async (names: string[], options: StatsOptions) => {
      const { statsCommand } = await import("./stats-command.ts");
      await guarded("stats", options, () => statsCommand(names, options));
    });
}

function defineListings(program: Command): void {
  const list = verb(program, "ps", "list instances")
    .option("-a, --all", "those too that have ended")
    .option("-q, --quiet", "print ids only")
    .option("--no-trunc", "print ids whole")
    .option("-f, --filter <name=value>", "only those of a status, name, label or health", collect)
    .option("--format <template>", "print by a template, such as {{.Names}}")
    .option("--json", "print one JSON document");
  onNothing(list, (verbs, options) => verbs.ps(options));
  const logs = verb(program, "logs", "print what an instance wrote")
    .argument("<instance>", "its name or id")
    .option("-f, --follow", "go on until it has ended")
    .option("--since <time>", "only what came after: 2026-01-02T03:04:05Z, or 10m ago")
    .option("--until <time>", "only what came before")
    .option("-n, --tail <lines>", "only the last lines")
    .option("-t, --timestamps", "print when each line came");
  onOne(logs, (verbs, name, options) => verbs.logs(name, options));
  onSome(
    verb(program, "wait", "wait until instances have ended, and print their exit statuses"),
    (verbs, names) => verbs.wait(names),
  );
  verb(program, "port", "tell where ports of an instance are on the host")
    .argument("<instance>", "its name or id")
    .argument("[port]", "the port as the app calls it, such as 80 or 53/udp; all otherwise")
    .option("--json", "print one JSON document")
    .action(async (name: string, port: string | undefined, options: InstanceVerbOptions) => {
      const { instanceVerbs } = await import("./instance-verbs.ts");
      await guarded("port", options, () => instanceVerbs.port(name, port, options));
    });
}

function defineChanges(program: Command): void {
  onSome(
    verb(program, "start", "start instances that were made or have ended")
      .option("-a, --attach", "show what one writes, pass signals on, and end with its status")
      .option("-i, --interactive", "with -a: give it what is typed"),
    (verbs, names, options) => verbs.start(names, options),
  );
  const time = ["-t, --time <seconds>", "how long to wait before they are ended"] as const;
  onSome(
    verb(program, "stop", "ask instances to end, and end them if they do not").option(...time),
    (verbs, names, options) => verbs.stop(names, options),
  );
  onSome(
    verb(program, "restart", "stop instances and start them again").option(...time),
    (verbs, names, options) => verbs.restart(names, options),
  );
  onSome(
    verb(program, "kill", "end instances at once, or send them a signal").option(
      "-s, --signal <name>",
      "the signal",
      "KILL",
    ),
    (verbs, names, options) => verbs.kill(names, options),
  );
  onSome(verb(program, "pause", "hold instances where they are"), (verbs, names) =>
    verbs.pause(names),
  );
  onSome(verb(program, "unpause", "let held instances go on"), (verbs, names) =>
    verbs.unpause(names),
  );
  onSome(
    verb(program, "rm", "remove instances").option("-f, --force", "those too that run"),
    (verbs, names, options) => verbs.rm(names, options),
  );
  verb(program, "rename", "give an instance another name")
    .argument("<instance>", "its name or id")
    .argument("<name>", "the new name")
    .action(async (instance: string, name: string, options: InstanceVerbOptions) => {
      const { instanceVerbs } = await import("./instance-verbs.ts");
      await guarded("rename", options, () => instanceVerbs.rename(instance, name));
    });
  onNothing(verb(program, "prune", "remove all instances that have ended"), (verbs) =>
    verbs.prune(),
  );
}

function verb(program: Command, name: string, summary: string): Command {
  return program.command(name).summary(summary).option("--debug", "print the stack of an error");
}

function onNothing(
  command: Command,
  work: (verbs: Verbs, options: InstanceVerbOptions) => Promise<number>,
): void {
  command.action(async (options: InstanceVerbOptions) => {
    const { instanceVerbs } = await import("./instance-verbs.ts");
    await guarded(command.name(), options, () => work(instanceVerbs, options));
  });
}

function onOne(
  command: Command,
  work: (verbs: Verbs, name: string, options: InstanceVerbOptions) => Promise<number>,
): void {
  command.action(async (name: string, options: InstanceVerbOptions) => {
    const { instanceVerbs } = await import("./instance-verbs.ts");
    await guarded(command.name(), options, () => work(instanceVerbs, name, options));
  });
}

function onSome(
  command: Command,
  work: (verbs: Verbs, names: readonly string[], options: InstanceVerbOptions) => Promise<number>,
): void {
  command
    .argument("<instance...>", "names or ids")
    .action(async (names: string[], options: InstanceVerbOptions) => {
      const { instanceVerbs } = await import("./instance-verbs.ts");
      await guarded(command.name(), options, () => work(instanceVerbs, names, options));
    });
}

function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}
