/** Everything that is measured of an image under Solo5's own tender. */
import { existsSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { findTender } from "../../src/monitors/solo5/find-tender.ts";
import { addresses, networkNeeds, TestNetwork, tapName } from "../../tools/network/namespaces.ts";
import { type Bench, sources } from "../bench.ts";
import { startOnTap } from "../network/tap-instance.ts";
import { answering, compareRequests, loadedPort } from "../network/tap-load.ts";
import { type Finding, skipped } from "../report/finding.ts";
import { median, pairedRatio } from "../report/statistics.ts";

const http = fileURLToPath(new URL("../../examples/http-c/http.c", import.meta.url));
const startRounds = 1_000;
const requestRounds = 9;
const net = `tap=${tapName},${addresses.instance}/24`;

/** Runs the measurements of `solo5` images, if the tender is here. */
export async function measureSolo5(bench: Bench): Promise<Finding[]> {
  const tender = findTender(process.env);
  if (tender === undefined) return [skipped("solo5", "everything", "solo5-spt is not here")];
  return [...measureStart(bench, tender), ...(await measureRequests(bench, tender))];
}

/** Hello in C against the hello of Solo5's tests, which lies beside a tender that was just built. */
function measureStart(bench: Bench, tender: string): Finding[] {
  const measure = "hello (C), start to exit, against Solo5's own";
  const { launcher } = bench;
  if (typeof launcher === "string") return [skipped("solo5", measure, launcher)];
  const peer = join(dirname(tender), "../../tests/test_hello/test_hello.spt");
  if (!existsSync(peer))
    return [skipped("solo5", measure, "no tests/test_hello beside the tender")];
  bench.note("solo5: start to exit");
  const image = bench.image(sources.helloC, "solo5", "hello.spt");
  const commands = [[image], [peer, "Hello_Solo5"]].map((words) => ({
    words: [tender, "--mem=3", ...words],
    expectedStatus: 0,
  }));
  const times = launcher.time("exit", bench.rounds(startRounds), commands);
  const [own = [], other = []] = times;
  const { value, ...range } = pairedRatio(own, other);
  const [ours, theirs] = [own, other].map((runs) => `${median(runs).toFixed(2)} ms`);
  const detail = `${ours} : ${theirs}`;
  return [
    { area: "solo5", measure, value, range, unit: "x", detail },
    {
      area: "solo5",
      measure: "hello (C), image",
      value: statSync(image).size,
      unit: "bytes",
      detail: `Solo5's own: ${(statSync(peer).size / 1024).toFixed(1)} KiB, with symbols`,
    },
  ];
}

/** The same web server in C on a tap of Solo5's tender, and on one of a process that seals itself. */
async function measureRequests(bench: Bench, tender: string): Promise<Finding[]> {
  const measure = "http (C) over a tap, against the monitor process";
  if (networkNeeds !== "") {
    return [skipped("solo5", measure, networkNeeds.trim().replaceAll(/[()]/g, ""))];
  }
  bench.note("solo5: requests over a tap");
  const image = bench.image(http, "solo5", "http.spt");
  const sealed = bench.image(http, "linux", "http-sealed", ["--net", net]);
  const [guest, native] = [TestNetwork.direct(), TestNetwork.direct()];
  try {
    const words = ["--mem=128", `--net:service=${tapName}`, image, `TSUKI_NET=${net}`, "--"];
    await answering(guest, guest.start(guest.near, tender, [...words, loadedPort]));
    await answering(native, startOnTap(bench, native, sealed, [loadedPort]));
    const findings: Finding[] = [];
    for (const connections of [1, 16, 256]) {
      const rounds = bench.rounds(requestRounds);
      const compared = await compareRequests(guest, native, connections, rounds);
      const what = `${measure}, ${connections} connections`;
      findings.push({ area: "solo5", measure: what, unit: "x", ...compared });
    }
    return findings;
  } finally {
    await guest.close();
    await native.close();
  }
}
