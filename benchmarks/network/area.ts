/** Everything that is measured of the kernel's own network stack. */
import { networkNeeds } from "../../tools/network/namespaces.ts";
import type { Bench } from "../bench.ts";
import { type Finding, skipped } from "../report/finding.ts";
import { measureGoodput } from "./goodput.ts";
import { measureMachines } from "./machines/area.ts";
import { measureTapBulk } from "./tap-bulk.ts";
import { measureTapRequests } from "./tap-requests.ts";

/** Runs the measurements of the network. */
export async function measureNetwork(bench: Bench): Promise<Finding[]> {
  if (networkNeeds !== "") {
    return [skipped("network", "everything", networkNeeds.trim().replaceAll(/[()]/g, ""))];
  }
  return [
    ...(await measureTapRequests(bench)),
    ...(await measureTapBulk(bench)),
    ...(await measureGoodput(bench)),
    ...(await measureMachines(bench)),
  ];
}
