/** One TCP connection's throughput of a process with a stack of its own, beside a native one. */
import { compileProgram, TestNetwork } from "../../tools/network/namespaces.ts";
import type { Bench } from "../bench.ts";
import type { Finding } from "../report/finding.ts";
import { measureBulk } from "./machines/bulk.ts";
import { trafficPort, trafficSource } from "./machines/linux-peer.ts";
import { startOnTap } from "./tap-instance.ts";

/** Ours on a tap, the other over veth. */
export async function measureTapBulk(bench: Bench): Promise<Finding[]> {
  const image = bench.image(trafficSource, "linux", "traffic-bulk", ["--net", "tap=tap0"]);
  const native = compileProgram("traffic", bench.folder);
  const words = ["serve", `${trafficPort}`];
  const [tap, hosts] = [TestNetwork.direct(), TestNetwork.betweenHosts()];
  try {
    const ours = { network: tap, running: startOnTap(bench, tap, image, words) };
    const theirs = { network: hosts, running: hosts.start(hosts.near, native, words) };
    for (const { running } of [ours, theirs]) await running.said(/ready/);
    const what = "a process on a tap, one connection, against a native one over veth";
    return await measureBulk(bench, what, ours, theirs);
  } finally {
    await tap.close();
    await hosts.close();
  }
}
