/** Load on a web server at a test network's instance address. */
import { addresses, type Running, type TestNetwork } from "../../tools/network/namespaces.ts";
import { median, pairedRatio } from "../report/statistics.ts";

/** The port that such servers listen on. */
export const loadedPort = "8080";

const url = `http://${addresses.instance}:${loadedPort}/`;

/** Resolves once the server answers. */
export async function answering(network: TestNetwork, server: Running): Promise<void> {
  const words = ["-sS", "-m", "10", "--retry", "50", "--retry-all-errors", "--retry-delay", "0"];
  await network.run("curl", ...words, url).catch((error: unknown) => {
    throw new Error(`no answer: ${server.errors}`, { cause: error });
  });
}

/** The ratio of two servers' requests a second, each loaded for a second by turns, and both figures. */
export async function compareRequests(
  ours: TestNetwork,
  others: TestNetwork,
  connections: number,
  rounds: number,
) {
  const rates: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    const turns = [
      async () => rates[0].push(await requestsPerSecond(ours, connections)),
      async () => rates[1].push(await requestsPerSecond(others, connections)),
    ];
    for (const turn of round % 2 === 0 ? turns : turns.reverse()) await turn();
  }
  const { value, ...range } = pairedRatio(...rates);
  const [own, other] = rates.map((all) => `${(median(all) / 1000).toFixed(1)}k`);
  return { value, range, detail: `${own} : ${other} a second, by wrk` };
}

async function requestsPerSecond(network: TestNetwork, connections: number): Promise<number> {
  const report = await network.run("wrk", "-t1", `-c${connections}`, "-d1s", url);
  const [, requests, period] = /(\d+) requests in ([\d.]+)s/.exec(report) ?? [];
  if (requests === undefined || /Non-2xx|Socket errors/.test(report)) throw new Error(report);
  return Number(requests) / Number(period);
}
