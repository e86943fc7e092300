/** Networks of the instances in a folder: what starting and ending one changes on the host. */
import { dirname, join } from "node:path";
import { attempt } from "../attempt.ts";
import type { NetworkPlace } from "../instances/instance-record.ts";
import { InstanceStore } from "../instances/instance-store.ts";
import {
  addressesOf,
  gatewayHost,
  type NetworkRecord,
  prefixBits6,
  tapOf,
} from "./network-record.ts";
import { NetworkStore } from "./network-store.ts";
import { attachPlaces } from "./places.ts";
import { parseSubnet } from "./subnet.ts";

/** Makes the host ready for an instance. Throws as `NetworkStore.attach` does. */
export async function attachInstance(
  instancesFolder: string,
  places: readonly NetworkPlace[],
  name: string,
): Promise<void> {
  await attachPlaces(networksBeside(instancesFolder), places, name);
}

/** Takes away what instances that do not run left of networks. */
export async function settleNetworks(
  instancesFolder: string,
  places: readonly NetworkPlace[],
): Promise<void> {
  const networks = networksBeside(instancesFolder);
  for (const { name } of places) await networks.settle(name);
}

/** Takes away those of these taps that are of networks in which nobody runs who has them. */
export async function removeStrayTaps(
  instancesFolder: string,
  taps: readonly string[],
): Promise<void> {
  const networks = networksBeside(instancesFolder);
  for (const { record, leases } of networks.list()) {
    const used = leases.filter(({ isRunning }) => isRunning).map(({ host }) => tapOf(record, host));
    const isStray = (tap: string) => tap.startsWith(`${record.bridge}.`) && !used.includes(tap);
    if (taps.some(isStray)) await networks.settle(record.name);
  }
}

/** What `tsuki inspect` says of places, by the names of networks (Docker Engine API, EndpointSettings). */
export function describePlaces(
  instancesFolder: string,
  places: readonly NetworkPlace[],
): Readonly<Record<string, object>> {
  const all = attempt(() => networksBeside(instancesFolder).list()) ?? [];
  const described = places.map(({ name, id, host }) => {
    const record = all.find((one) => one.record.id === id)?.record;
    return [name, record === undefined ? { NetworkID: id } : describePlace(record, host)] as const;
  });
  return Object.fromEntries(described);
}

function describePlace(record: NetworkRecord, host: number): object {
  const { address, address6 } = addressesOf(record, host);
  const gateway = addressesOf(record, gatewayHost);
  return {
    NetworkID: record.id,
    Tap: tapOf(record, host),
    Gateway: gateway.address,
    IPAddress: address,
    IPPrefixLen: parseSubnet(record.subnet).bits,
    IPv6Gateway: gateway.address6,
    GlobalIPv6Address: address6,
    GlobalIPv6PrefixLen: address6 === "" ? 0 : prefixBits6,
  };
}

function networksBeside(instancesFolder: string): NetworkStore {
  const instances = new InstanceStore(instancesFolder);
  return new NetworkStore(join(dirname(instancesFolder), "networks"), () => instances.list());
}
