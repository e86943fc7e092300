/** Requests a second and their latency: servers of ours in machines, beside epoll in a Linux guest. */
import type { Bench } from "../../bench.ts";
import type { Finding } from "../../report/finding.ts";
import { median, pairedRatio } from "../../report/statistics.ts";
import { type Guest, guestUrl, runBeside } from "./guest.ts";

const thoroughRounds = 9;
const connectionCounts = [1, 16, 256] as const;
const goalRate = 1.5;

/** What wrk measured in a second. */
interface Load {
  readonly rate: number;
  /** Milliseconds within which 99 of 100 responses came. */
  readonly slowMs: number;
}

/** Loads all of them by turns; `servers` are ours by their names. */
export async function measureRequests(
  bench: Bench,
  servers: Readonly<Record<string, Guest>>,
  linux: Guest,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  const guests = [linux, ...Object.values(servers)];
  for (const connections of connectionCounts) {
    bench.note(`network: machines, ${connections} connections`);
    const loads: Load[][] = guests.map(() => []);
    for (let round = 0; round < bench.rounds(thoroughRounds); round++) {
      for (let turn = 0; turn < guests.length; turn++) {
        const index = (round + turn) % guests.length;
        const guest = guests[index];
        if (guest !== undefined) loads[index]?.push(await load(guest, connections));
      }
    }
    const [theirs = [], ...ours] = loads;
    for (const [index, name] of Object.keys(servers).entries()) {
      findings.push(...compare(bench, name, connections, ours[index] ?? [], theirs));
    }
  }
  return findings;
}

function compare(
  bench: Bench,
  name: string,
  connections: number,
  ours: readonly Load[],
  theirs: readonly Load[],
): Finding[] {
  const of = (loads: readonly Load[], key: keyof Load) => loads.map((one) => one[key]);
  const row = (key: keyof Load, what: string, format: (value: number) => string) => {
    const { value, ...range } = pairedRatio(of(ours, key), of(theirs, key));
    return {
      area: "network",
      measure: `${name} in a machine, ${connections} connections, ${what} to a Linux guest's epoll`,
      value,
      range,
      unit: "x",
      detail: `${format(median(of(ours, key)))} : ${format(median(of(theirs, key)))}; ${bench.accelerator}`,
    } as const;
  };
  return [
    {
      ...row("rate", "requests a second", (rate) => `${(rate / 1000).toFixed(1)}k`),
      goal: goalRate,
      isGoalLeast: true,
    },
    { ...row("slowMs", "99th percentile", (time) => `${time.toFixed(2)} ms`), goal: 1 },
  ];
}

const milliseconds = { us: 0.001, ms: 1, s: 1000 } as const;

async function load(guest: Guest, connections: number): Promise<Load> {
  const words = ["-t1", `-c${connections}`, "-d1s", "--latency", guestUrl];
  const report = await runBeside(guest, "wrk", ...words);
  const [, requests, period] = /(\d+) requests in ([\d.]+)s/.exec(report) ?? [];
  const [, slow, unit] = /99%\s+([\d.]+)(us|ms|s)/.exec(report) ?? [];
  if (requests === undefined || /Non-2xx|Socket errors/.test(report)) throw new Error(report);
  return {
    rate: Number(requests) / Number(period),
    slowMs: Number(slow) * milliseconds[unit as keyof typeof milliseconds],
  };
}
