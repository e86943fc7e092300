/** `--network`: an instance's place in a network, from the command line to its end. */
import type { NetworkPlace } from "../../engine/instances/instance-record.ts";
import { attachPlace, type TakenPlace, takePlace } from "../../engine/networks/places.ts";
import { networks } from "./network-verbs.ts";

/** Takes a place for as long as this process runs, or an instance has it. */
export async function take(network: string, publish: readonly string[]): Promise<TakenPlace> {
  return await takePlace(networks(), network, publish);
}

/** Makes the host ready for an instance that `work` runs, and takes that back when it has ended. */
export async function withPlace<Result>(
  place: NetworkPlace,
  instanceName: string,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    await attachPlace(networks(), place, instanceName);
    return await work();
  } finally {
    await networks().release(place.name, place.host);
  }
}
