/** Instances' places in networks: what `--network NAME`, once or several times, means for one. */
import { readFileSync } from "node:fs";
import { isIPv4 } from "node:net";
import { TsukiError } from "../../contracts/errors.ts";
import { networkCardLimit } from "../../contracts/inherited-descriptors.ts";
import { attempt } from "../attempt.ts";
import type { NetworkPlace } from "../instances/instance-record.ts";
import { publishedPort } from "../machine-network.ts";
import {
  addressesOf,
  gatewayHost,
  type Lease,
  type NetworkRecord,
  prefixedAddresses,
  tapOf,
} from "./network-record.ts";
import type { NetworkStore, NewLease } from "./network-store.ts";

/** Characters of a setting that the kernel takes. */
const hostsLimit = 2_000;

/** Places in networks, a card each, and how the kernel learns of them. */
export interface TakenPlaces {
  readonly places: readonly NetworkPlace[];
  /** An app's environment with what its kernel is told of the places, and of neighbours by their names. */
  readonly enter: (environment: readonly string[]) => readonly string[];
}

/**
 * Takes places for this process, or an instance that it makes. What is beyond all networks is reached
 * through the first that leads out, and comes to ports published there. Throws as `NetworkStore.lease`.
 */
export async function takePlaces(
  networks: NetworkStore,
  names: readonly string[],
  publish: readonly string[],
): Promise<TakenPlaces> {
  checkPlaces(names, publish);
  const leases: NewLease[] = [];
  for (const name of names) leases.push(await networks.lease(name));
  const wayOut = Math.max(
    0,
    leases.findIndex(({ record }) => !record.isInternal),
  );
  const places = leases.map(({ record: { name, id }, host }, index) => {
    return { name, id, host, publish: index === wayOut ? [...publish] : [] };
  });
  const cards = leases.map(({ record, host }, index) =>
    kernelSettings(record, host, index === wayOut),
  );
  const net = `TSUKI_NET=${cards.map((entries) => `tap=${entries.join(",")}`).join(",")}`;
  const neighbours = leases.flatMap(({ record, neighbours: others }) =>
    others.flatMap((one) => namedAddresses(record, one)),
  );
  return { places, enter: (environment) => [...withNames(environment, neighbours), net] };
}

function checkPlaces(names: readonly string[], publish: readonly string[]): void {
  for (const port of publish) {
    if (isIPv4(publishedPort(port).hostAddress)) continue;
    throw new TsukiError("usage", `-p ${port}: networks publish at IPv4 addresses, or at all`);
  }
  const twice = names.find((name, place) => names.indexOf(name) !== place);
  if (twice !== undefined) throw new TsukiError("usage", `the network ${twice} is named twice`);
  if (names.length <= networkCardLimit) return;
  const problem = `${names.length} networks are more than an instance's cards`;
  throw new TsukiError("usage", `${problem}, which are ${networkCardLimit} at most`);
}

/** `address name`, for each of an instance's addresses. */
function namedAddresses(record: NetworkRecord, { host, name }: Lease): readonly string[] {
  if (name === "") return [];
  const { address, address6 } = addressesOf(record, host);
  return [address, address6].filter((one) => one !== "").map((one) => `${one} ${name}`);
}

const hostsVariable = "TSUKI_HOSTS=";

/** As many as the kernel has room for, behind those that the environment names. */
function withNames(environment: readonly string[], names: readonly string[]): readonly string[] {
  const given = environment.findLast((entry) => entry.startsWith(hostsVariable));
  let hosts = given?.slice(hostsVariable.length) ?? "";
  for (const name of names) {
    const longer = hosts === "" ? name : `${hosts},${name}`;
    if (longer.length <= hostsLimit) hosts = longer;
  }
  const others = environment.filter((entry) => !entry.startsWith(hostsVariable));
  return hosts === "" ? others : [...others, `${hostsVariable}${hosts}`];
}

/** Makes the host ready for the instance at its places. Throws as `NetworkStore.attach` does. */
export async function attachPlaces(
  networks: NetworkStore,
  places: readonly NetworkPlace[],
  instanceName: string,
): Promise<void> {
  for (const { name, host, publish } of places) {
    await networks.attach(name, host, { name: instanceName, ports: publish.map(publishedPort) });
  }
}

function kernelSettings(record: NetworkRecord, host: number, leadsOut: boolean): readonly string[] {
  const own = [tapOf(record, host), ...prefixedAddresses(record, host)];
  // Nothing leads out of an internal network: who tries finds out at once.
  if (record.isInternal || !leadsOut) return own;
  const { address, address6 } = addressesOf(record, gatewayHost);
  const gateways = [address, address6].filter((one) => one !== "").map((one) => `gateway=${one}`);
  return [...own, ...gateways, ...nameServers().map((server) => `dns=${server}`)];
}

const serverLimit = 2;

/** The host's name servers that others can ask, too (resolv.conf(5)); a stub on the host has its own list. */
function nameServers(): readonly string[] {
  const files = ["/etc/resolv.conf", "/run/systemd/resolve/resolv.conf"];
  const lists = files.map((path) => {
    const text = attempt(() => readFileSync(path, "utf8")) ?? "";
    const servers = [...text.matchAll(/^nameserver\s+([0-9a-f.:]+)\s*$/gim)];
    return servers.map(([, server = ""]) => server).filter((one) => !/^(?:127\.|::1$)/.test(one));
  });
  return (lists.find((servers) => servers.length > 0) ?? []).slice(0, serverLimit);
}
