/** How many requests a process with a stack of its own answers, beside a native server over veth. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { addresses, type Running, TestNetwork } from "../../tools/network/namespaces.ts";
import type { Bench } from "../bench.ts";
import { compileStatic, findCompiler } from "../launcher/c-compiler.ts";
import type { Finding } from "../report/finding.ts";
import { median, pairedRatio } from "../report/statistics.ts";
import { startOnTap } from "./tap-instance.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const port = "8080";
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
    await answering(tap, startOnTap(bench, tap, image, [port]));
    await answering(hosts, hosts.start(hosts.near, epoll, [port, addresses.instance]));
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
  const [ours, others]: [number[], number[]] = [[], []];
  for (let round = 0; round < bench.rounds(thoroughRounds); round++) {
    const turns = [
      async () => ours.push(await requestsPerSecond(tap, connections)),
      async () => others.push(await requestsPerSecond(hosts, connections)),
    ];
    for (const turn of round % 2 === 0 ? turns : turns.reverse()) await turn();
  }
  const { value, ...range } = pairedRatio(ours, others);
  const thousands = (rates: readonly number[]) => `${(median(rates) / 1000).toFixed(1)}k`;
  return {
    area: "network",
    measure: `http (C) over a tap, ${connections} connections, against epoll in C over veth`,
    value,
    range,
    unit: "x",
    goal,
    isGoalLeast: true,
    detail: `${thousands(ours)} : ${thousands(others)} a second, by wrk`,
  };
}

const url = `http://${addresses.instance}:${port}/`;

async function answering(network: TestNetwork, server: Running): Promise<void> {
  const words = ["-sS", "-m", "10", "--retry", "50", "--retry-all-errors", "--retry-delay", "0"];
  await network.run("curl", ...words, url).catch((error: unknown) => {
    throw new Error(`no answer: ${server.errors}`, { cause: error });
  });
}

async function requestsPerSecond(network: TestNetwork, connections: number): Promise<number> {
  const report = await network.run("wrk", "-t1", `-c${connections}`, "-d1s", url);
  const [, requests, period] = /(\d+) requests in ([\d.]+)s/.exec(report) ?? [];
  if (requests === undefined || /Non-2xx|Socket errors/.test(report)) throw new Error(report);
  return Number(requests) / Number(period);
}
