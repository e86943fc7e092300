/** The commands on networks. */
import type { Command } from "commander";
import { act, groupVerb } from "./verb-group.ts";

type Verbs = typeof import("./network-verbs.ts")["networkVerbs"];

/** Options as commander gives them, of all these commands. */
export interface NetworkVerbOptions {
  readonly debug?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly label?: readonly string[];
  readonly subnet?: string;
  readonly internal?: boolean;
}

/** Adds the commands to the program; `collect` makes a list of an option that is repeated. */
export function defineNetworkVerbs(
  program: Command,
  collect: (value: string, before?: readonly string[]) => readonly string[],
): void {
  const network = program.command("network").summary("connect instances, as root");
  const create = groupVerb(network, "create", "make a network of this host, as root")
    .argument("<name>", "what it is called")
    .option("--subnet <address/bits>", "its IPv4 addresses, such as 10.1.2.0/24; chosen otherwise")
    .option("--internal", "let nothing lead out of it, and nothing in")
    .option("--label <name=value>", "label the network", collect);
  onNetworks(create, (verbs, [name = ""], options) => verbs.create(name, options));
  const list = groupVerb(network, "ls", "list networks")
    .option("-q, --quiet", "print names only")
    .option("--json", "print one JSON document");
  onNetworks(list, (verbs, _names, options) => verbs.list(options));
  const inspect = groupVerb(network, "inspect", "print all there is to know of networks as JSON");
  onNetworks(inspect.argument("<network...>"), (verbs, names) => verbs.inspect(names));
  const remove = groupVerb(network, "rm", "remove networks in which no instance is");
  onNetworks(remove.argument("<network...>"), (verbs, names) => verbs.rm(names));
  const prune = groupVerb(network, "prune", "remove all networks in which no instance is");
  onNetworks(prune, (verbs) => verbs.prune());
}

function onNetworks(
  command: Command,
  work: (verbs: Verbs, names: readonly string[], options: NetworkVerbOptions) => Promise<number>,
): void {
  const load = async () => (await import("./network-verbs.ts")).networkVerbs;
  act(command, load, (verbs, names) => work(verbs, names, command.opts()));
}
