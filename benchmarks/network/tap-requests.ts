/** How many requests a process with a stack of its own answers, beside a native server over veth. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { addresses, TestNetwork } from "../../tools/network/namespaces.ts";
import type { Bench } from "../bench.ts";
import { compileStatic, findCompiler } from "../launcher/c-compiler.ts";
import type { Finding } from "../report/finding.ts";
import { startOnTap } from "./tap-instance.ts";
import { answering, compareRequests, loadedPort } from "./tap-load.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const goal = 0.5;
const thoroughRounds = 9;

/** Loads both by turns, with one connection and with several. */
export async function measureTapRequests(bench: Bench): Promise<Finding[]> {
  bench.note("network: requests over a tap");
  const image = bench.image(join(root, "examples", "http-c", "http.c"), "linux", "http-tap", [
    "--net",
    "tap=tap0",
  ]);
  const epoll = bench.path("epoll-any");
  compileStatic(findCompiler() ?? "", join(root, "benchmarks/services/programs/epoll.c"), epoll);
  const [tap, hosts] = [TestNetwork.direct(), TestNetwork.betweenHosts()];
  try {
    await answering(tap, startOnTap(bench, tap, image, [loadedPort]));
    await answering(hosts, hosts.start(hosts.near, epoll, [loadedPort, addresses.instance]));
    const findings: Finding[] = [];
    for (const connections of [1, 16, 256]) {
      findings.push(await compare(bench, tap, hosts, connections));
    }
    return findings;
  } finally {
    await tap.close();
    await hosts.close();
  }
}

async function compare(
  bench: Bench,
  tap: TestNetwork,
  hosts: TestNetwork,
  connections: number,
): Promise<Finding> {
  const compared = await compareRequests(tap, hosts, connections, bench.rounds(thoroughRounds));
  return {
    area: "network",
    measure: `http (C) over a tap, ${connections} connections, against epoll in C over veth`,
    ...compared,
    unit: "x",
    goal,
    isGoalLeast: true,
  };
}
