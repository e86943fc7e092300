/** The round trip of an echo between host and guest, by ping. */
import { addresses } from "../../../tools/network/namespaces.ts";
import type { Bench } from "../../bench.ts";
import type { Finding } from "../../report/finding.ts";
import { estimate, median, pairedRatio } from "../../report/statistics.ts";
import { type Guest, runBeside } from "./guest.ts";

const thoroughRounds = 9;
const echoes = 1000;
const goalMs = 0.03;

/** Averages of a thousand echoes, one behind the other, by turns. */
export async function measureRoundTrip(bench: Bench, ours: Guest, linux: Guest): Promise<Finding> {
  bench.note("network: machines, ping");
  const [times, others]: [number[], number[]] = [[], []];
  let fastestMs = Number.POSITIVE_INFINITY;
  for (let round = 0; round < bench.rounds(thoroughRounds); round++) {
    const { averageMs, leastMs } = await ping(ours);
    times.push(averageMs);
    fastestMs = Math.min(fastestMs, leastMs);
    others.push((await ping(linux)).averageMs);
  }
  const ratio = pairedRatio(times, others).value.toFixed(2);
  const { value, ...range } = estimate(times);
  return {
    area: "network",
    measure: "ping of a machine, average round trip",
    value,
    range,
    unit: "ms",
    goal: goalMs,
    detail: `a Linux guest: ${median(others).toFixed(3)} ms, ${ratio} of it; ${echoes} echoes, each when the one before is answered, the fastest ${fastestMs.toFixed(3)} ms; ${bench.accelerator}`,
  };
}

/** What ping says of its echoes; the first, which may wait for a hardware address, is not among them. */
async function ping(guest: Guest): Promise<{ averageMs: number; leastMs: number }> {
  await runBeside(guest, "ping", "-q", "-c", "1", addresses.instance);
  const report = await runBeside(guest, "ping", "-q", "-f", "-c", `${echoes}`, addresses.instance);
  const [, least, average] = /rtt min\/avg\/max\/mdev = ([\d.]+)\/([\d.]+)/.exec(report) ?? [];
  if (least === undefined || average === undefined) throw new Error(report);
  return { averageMs: Number(average), leastMs: Number(least) };
}
