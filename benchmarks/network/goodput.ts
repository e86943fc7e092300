/** How much of a lossy link our stack makes use of, beside Linux's CUBIC behind the same cable. */
import { fileURLToPath } from "node:url";
import {
  addresses,
  bridgeName,
  compileProgram,
  TestNetwork,
} from "../../tools/network/namespaces.ts";
import type { Bench } from "../bench.ts";
import type { Finding } from "../report/finding.ts";
import { median, pairedRatio } from "../report/statistics.ts";
import { startOnTap } from "./tap-instance.ts";

const source = fileURLToPath(new URL("../../tools/network/programs/traffic.c", import.meta.url));
const port = "40000";
const thoroughRounds = 9;
const transferBytes = 4_000_000;

/** Each way: 20 ms there and back. */
const delayMs = 10;

/** Has both send behind the same cable, by turns. */
export async function measureGoodput(bench: Bench): Promise<Finding[]> {
  const image = bench.image(source, "linux", "traffic-tap", ["--net", "tap=tap0"]);
  const native = compileProgram("traffic", bench.folder);
  const findings: Finding[] = [];
  for (const loss of [0.01, 0.05]) {
    bench.note(`network: goodput at ${loss * 100} % loss`);
    const [ours, others]: [number[], number[]] = [[], []];
    for (let round = 0; round < bench.rounds(thoroughRounds); round++) {
      const turns = [
        async () => ours.push(await goodput(bench, native, loss, round, image)),
        async () => others.push(await goodput(bench, native, loss, round, undefined)),
      ];
      for (const turn of round % 2 === 0 ? turns : turns.reverse()) await turn();
    }
    findings.push(finding(loss, ours, others));
  }
  return findings;
}

function finding(loss: number, ours: readonly number[], others: readonly number[]): Finding {
  const { value, ...range } = pairedRatio(ours, others);
  const megabits = (rates: readonly number[]) => ((median(rates) * 8) / 1e6).toFixed(1);
  return {
    area: "network",
    measure: `goodput at ${loss * 100} % loss and 20 ms, against Linux's CUBIC`,
    value,
    range,
    unit: "x",
    goal: 1,
    isGoalLeast: true,
    detail: `${megabits(ours)} : ${megabits(others)} Mbit/s; 4 MB, loss both ways`,
  };
}

/** Bytes a second that an image sends, or for want of one Linux. */
async function goodput(
  bench: Bench,
  native: string,
  loss: number,
  seed: number,
  image: string | undefined,
): Promise<number> {
  const network = await TestNetwork.withCable({ delayMs, loss }, seed + 1);
  try {
    const serve = ["serve", port];
    if (image === undefined) network.giveInstanceAddress(bridgeName);
    const server =
      image === undefined
        ? network.start(network.near, native, serve)
        : startOnTap(bench, network, image, serve);
    await server.said(/ready/);
    const seconds = await network.run(native, "d", addresses.instance, port, `${transferBytes}`);
    return transferBytes / Number(seconds);
  } finally {
    await network.close();
  }
}
