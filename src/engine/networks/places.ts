/** Instances' places in networks: what `--network NAME` means for one. */
import { readFileSync } from "node:fs";
import { isIPv4 } from "node:net";
import { TsukiError } from "../../contracts/errors.ts";
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
import type { NetworkStore } from "./network-store.ts";

/** Characters of a setting that the kernel takes. */
const hostsLimit = 2_000;

/** A place, and how the kernel learns of it. */
export interface TakenPlace {
  readonly place: NetworkPlace;
  /** An app's environment with what its kernel is told of the place, and of neighbours by their names. */
  readonly enter: (environment: readonly string[]) => readonly string[];
}

/** Takes a place for this process, or an instance that it makes. Throws as `NetworkStore.lease` does. */
export async function takePlace(
  networks: NetworkStore,
  name: string,
  publish: readonly string[],
): Promise<TakenPlace> {
  for (const port of publish) {
    if (isIPv4(publishedPort(port).hostAddress)) continue;
    throw new TsukiError("usage", `-p ${port}: networks publish at IPv4 addresses, or at all`);
  }
  const { record, host, neighbours } = await networks.lease(name);
  const place = { name, id: record.id, host, publish: [...publish] };
  const net = `TSUKI_NET=tap=${kernelSettings(record, host).join(",")}`;
  const names = neighbours.flatMap((one) => namedAddresses(record, one));
  return { place, enter: (environment) => [...withNames(environment, names), net] };
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

/** Makes the host ready for the instance at a place. Throws as `NetworkStore.attach` does. */
export async function attachPlace(
  networks: NetworkStore,
  { name, host, publish }: NetworkPlace,
  instanceName: string,
): Promise<void> {
  await networks.attach(name, host, { name: instanceName, ports: publish.map(publishedPort) });
}

function kernelSettings(record: NetworkRecord, host: number): readonly string[] {
  const own = [tapOf(record, host), ...prefixedAddresses(record, host)];
  // Nothing leads out of an internal network: who tries finds out at once.
  if (record.isInternal) return own;
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
