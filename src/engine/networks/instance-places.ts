/** Networks of the instances in a folder: what starting and ending one changes on the host. */
import { dirname, join } from "node:path";
import type { NetworkPlace } from "../instances/instance-record.ts";
import { InstanceStore } from "../instances/instance-store.ts";
import { tapOf } from "./network-record.ts";
import { NetworkStore } from "./network-store.ts";
import { attachPlace } from "./places.ts";

/** Makes the host ready for an instance. Throws as `NetworkStore.attach` does. */
export async function attachInstance(
  instancesFolder: string,
  place: NetworkPlace,
  name: string,
): Promise<void> {
  await attachPlace(networksBeside(instancesFolder), place, name);
}

/** Takes away what instances that do not run left of a network. */
export async function settleNetwork(
  instancesFolder: string,
  { name }: NetworkPlace,
): Promise<void> {
  await networksBeside(instancesFolder).settle(name);
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

function networksBeside(instancesFolder: string): NetworkStore {
  const instances = new InstanceStore(instancesFolder);
  return new NetworkStore(join(dirname(instancesFolder), "networks"), () => instances.list());
}
