/** An image with a stack of its own, on a tap in a namespace. */
import { dirname, join } from "node:path";
import {
  addresses,
  type Running,
  type TestNetwork,
  tapName,
} from "../../tools/network/namespaces.ts";
import type { Bench } from "../bench.ts";

/** Starts an image that was built with `--net tap=...`. */
export function startOnTap(
  bench: Bench,
  network: TestNetwork,
  image: string,
  words: readonly string[],
): Running {
  const host = join(dirname(bench.commandLine), "tsuki-host");
  const environment = { TSUKI_NET: `tap=${tapName},${addresses.instance}/24` };
  return network.start(network.near, host, ["tap", tapName, image, ...words], {
    ...process.env,
    ...environment,
  });
}
