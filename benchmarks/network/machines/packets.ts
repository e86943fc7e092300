/** Small UDP packets that a machine answers, beside a Linux guest with the same program. */
import { fileURLToPath } from "node:url";
import { addresses, compileProgram } from "../../../tools/network/namespaces.ts";
import type { Bench } from "../../bench.ts";
import type { Finding } from "../../report/finding.ts";
import { median, pairedRatio } from "../../report/statistics.ts";
import { type Guest, runBeside } from "./guest.ts";

/** The program that answers, the same for images and for Linux. */
export const echoSource = fileURLToPath(new URL("../../../examples/udp-c/udp.c", import.meta.url));

/** Where it listens. */
export const echoPort = 7000;

const thoroughRounds = 9;
const secondsOfRound = 1;

/** Packets under way: one for the latency of each, more for how many there can be. */
const windows = [1, 32] as const;

/** Loads both by turns. */
export async function measurePackets(bench: Bench, ours: Guest, linux: Guest): Promise<Finding[]> {
  const client = compileProgram("packets", bench.folder);
  const findings: Finding[] = [];
  for (const window of windows) {
    bench.note(`network: machines, packets, ${window} at once`);
    const [rates, others]: [number[], number[]] = [[], []];
    for (let round = 0; round < bench.rounds(thoroughRounds); round++) {
      rates.push(await answersPerSecond(ours, client, window));
      others.push(await answersPerSecond(linux, client, window));
    }
    const { value, ...range } = pairedRatio(rates, others);
    const thousands = (values: readonly number[]) => `${(median(values) / 1000).toFixed(1)}k`;
    findings.push({
      area: "network",
      measure: `UDP packets answered by a machine, ${window} at once, against a Linux guest`,
      value,
      range,
      unit: "x",
      goal: 1,
      isGoalLeast: true,
      detail: `${thousands(rates)} : ${thousands(others)} a second, as many each way, the same C program in both; ${bench.accelerator}`,
    });
  }
  return findings;
}

async function answersPerSecond(guest: Guest, client: string, window: number): Promise<number> {
  const words = [addresses.instance, `${echoPort}`, `${secondsOfRound}`, `${window}`];
  return Number(await runBeside(guest, client, ...words));
}
