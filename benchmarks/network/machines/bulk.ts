/** One TCP connection's throughput, both ways, beside another host with the same program. */
import { addresses, compileProgram } from "../../../tools/network/namespaces.ts";
import type { Bench } from "../../bench.ts";
import type { Finding } from "../../report/finding.ts";
import { median, pairedRatio } from "../../report/statistics.ts";
import { type Guest, runBeside } from "./guest.ts";
import { trafficPort } from "./linux-peer.ts";

const thoroughRounds = 7;
const transferBytes = 400_000_000;

/** The traffic program's kinds whose bytes nobody looks at. */
const ways = { into: "i", "out of": "o" } as const;

/** Transfers by turns; `what` is measured against what. A goal is the least ratio. */
export async function measureBulk(
  bench: Bench,
  what: string,
  ours: Guest,
  linux: Guest,
  goal?: number,
): Promise<Finding[]> {
  const client = compileProgram("traffic", bench.folder);
  const findings: Finding[] = [];
  for (const [way, kind] of Object.entries(ways)) {
    bench.note(`network: bulk, ${way} ${what}`);
    const [rates, others]: [number[], number[]] = [[], []];
    for (let round = 0; round < bench.rounds(thoroughRounds); round++) {
      rates.push(await gigabits(ours, client, kind));
      others.push(await gigabits(linux, client, kind));
    }
    const { value, ...range } = pairedRatio(rates, others);
    findings.push({
      area: "network",
      measure: `TCP ${way} ${what}`,
      value,
      range,
      unit: "x",
      ...(goal === undefined ? {} : { goal, isGoalLeast: true }),
      detail: `${median(rates).toFixed(2)} : ${median(others).toFixed(2)} Gbit/s, the same C program in both`,
    });
  }
  return findings;
}

async function gigabits(guest: Guest, client: string, kind: string): Promise<number> {
  const words = [kind, addresses.instance, `${trafficPort}`, `${transferBytes}`];
  const seconds = Number(await runBeside(guest, client, ...words));
  return (transferBytes * 8) / seconds / 1e9;
}
