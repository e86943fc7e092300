/** Everything that is measured of services: the figures of TypeScript and of servers in C. */
import type { Bench } from "../bench.ts";
import { type Finding, skipped } from "../report/finding.ts";
import { measureComputeSpeed } from "./compute-speed.ts";
import { measureFirstResponse } from "./first-response.ts";
import { measureFootprint } from "./footprint.ts";
import { buildServices } from "./images.ts";
import { measureRebuild } from "./rebuild.ts";
import { measureRestart } from "./restart.ts";
import { measureThroughput } from "./throughput.ts";

/** Runs the measurements of services as sealed processes. */
export async function measureServices(bench: Bench): Promise<Finding[]> {
  if (process.platform !== "linux" || process.arch !== "x64") {
    return [skipped("services", "everything", "needs x86-64 Linux")];
  }
  const images = buildServices(bench);
  return [
    ...(await measureThroughput(bench, images)),
    await measureFirstResponse(bench, images),
    measureComputeSpeed(bench, images),
    ...(await measureFootprint(bench, images)),
    ...measureRebuild(bench),
    await measureRestart(bench),
  ];
}
