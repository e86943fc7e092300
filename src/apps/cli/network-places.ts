/** `--network`: an instance's places in networks, from the command line to its end. */
import type { NetworkPlace } from "../../engine/instances/instance-record.ts";
import { attachPlaces, type TakenPlaces, takePlaces } from "../../engine/networks/places.ts";
import { networks } from "./network-verbs.ts";

/** Takes places for as long as this process runs, or an instance has them. */
export async function take(
  names: readonly string[],
  publish: readonly string[],
): Promise<TakenPlaces> {
  return await takePlaces(networks(), names, publish);
}

/** Makes the host ready for an instance that `work` runs, and takes that back when it has ended. */
export async function withPlaces<Result>(
  places: readonly NetworkPlace[],
  instanceName: string,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    await attachPlaces(networks(), places, instanceName);
    return await work();
  } finally {
    for (const { name, host } of places) await networks().release(name, host);
  }
}
