/** `tsuki network create`, `ls`, `inspect`, `rm` and `prune`. */
import { parseLabels } from "../../engine/choices.ts";
import { instanceStore } from "../../engine/instances/lifecycle.ts";
import { forwardsPackets } from "../../engine/networks/devices.ts";
import {
  addressesOf,
  describeSubnets,
  gatewayHost,
  subnet6Of,
  tapOf,
} from "../../engine/networks/network-record.ts";
import {
  describeLease,
  type Network,
  type NetworkStore,
  networkStore,
} from "../../engine/networks/network-store.ts";
import { parseSubnet } from "../../engine/networks/subnet.ts";
import type { NetworkVerbOptions } from "./define-network-verbs.ts";
import { onEachName } from "./on-each-name.ts";
import { note } from "./report.ts";
import { formatAge, formatTable } from "./table.ts";

/** The networks of whoever calls. */
export function networks(): NetworkStore {
  return networkStore(process.env, () => instanceStore(process.env).list());
}

async function createCommand(name: string, options: NetworkVerbOptions): Promise<number> {
  const isInternal = options.internal === true;
  const subnet = options.subnet === undefined ? undefined : parseSubnet(options.subnet);
  const labels = parseLabels(options.label ?? []);
  await networks().create({ name, subnet, isInternal, labels }, new Date().toISOString());
  process.stdout.write(`${name}\n`);
  if (!isInternal && !forwardsPackets()) {
    const reach = `instances in ${name} reach one another and this host, nothing beyond`;
    note(`${reach}, until it forwards packets: sysctl -w net.ipv4.ip_forward=1`);
  }
  return 0;
}

async function listCommand(options: NetworkVerbOptions): Promise<number> {
  const all = networks().list();
  const table = () =>
    formatTable(
      ["NETWORK", "CREATED", "SUBNETS", "USED BY"],
      all.map(({ record, leases }) => [
        record.name,
        formatAge(record.created, Date.now()),
        describeSubnets(record),
        leases.map(describeLease).join(", "),
      ]),
      process.stdout.columns,
    );
  const names = () => all.map(({ record }) => `${record.name}\n`).join("");
  if (options.quiet === true) process.stdout.write(names());
  else
    process.stdout.write(
      options.json === true ? `${JSON.stringify(all.map(toRecord))}\n` : table(),
    );
  return 0;
}

async function inspectCommand(names: readonly string[]): Promise<number> {
  const store = networks();
  const all = names.map((name) => toRecord(store.require(name)));
  process.stdout.write(`${JSON.stringify(all, undefined, 2)}\n`);
  return 0;
}

function toRecord({ record, leases }: Network): object {
  const { id, name, created, labels, bridge, subnet, isInternal } = record;
  const { address, address6 } = addressesOf(record, gatewayHost);
  const instances = leases.map((lease) => ({
    name: describeLease(lease),
    isRunning: lease.isRunning,
    ...addressesOf(record, lease.host),
    tap: tapOf(record, lease.host),
    ports: lease.ports,
  }));
  const own = { subnet, gateway: address, subnet6: subnet6Of(record), gateway6: address6 };
  return { id, name, created, labels, bridge, ...own, isInternal, instances };
}

async function removeCommand(names: readonly string[]): Promise<number> {
  const store = networks();
  return await onEachName("network", names, async (name) => store.remove(name));
}

async function pruneCommand(): Promise<number> {
  for (const name of await networks().prune()) process.stdout.write(`${name}\n`);
  return 0;
}

/** What each command does with its words and options; each returns the exit status. */
export const networkVerbs = {
  create: createCommand,
  list: listCommand,
  inspect: inspectCommand,
  rm: removeCommand,
  prune: pruneCommand,
};
