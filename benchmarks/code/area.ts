/** The speed of compiled code: the same programs by gcc, by clang, in V8 and by our compiler. */
import { fileURLToPath } from "node:url";
import type { Bench } from "../bench.ts";
import { outputOf } from "../programs.ts";
import { type Finding, skipped } from "../report/finding.ts";
import { geometricMean, median, pairedRatio } from "../report/statistics.ts";
import { buildPeers, type PeerCommands, type PeerName, peerNames } from "./peers.ts";
import { type Program, programs } from "./program.ts";
import { findSqlite } from "./sqlite-source.ts";

const thoroughRounds = 7;
const goalMean = 1;
/** Whose times are compared with whose besides, all programs at once. */
const variantNames = [
  ["with --cpu v3, against v2", "level3", "ours"],
  ["with --memory-checks, against without", "checked", "ours"],
  ["with --fast, against without", "fast", "ours"],
  ["with --fast, against V8's Liftoff", "fast", "liftoff"],
] as const;

const nanosecondsPerMs = 1e6;

/** Within node_modules, where caches of this repository's tools lie. */
const cacheFolder = fileURLToPath(new URL("../../node_modules/.cache/tsuki-code", import.meta.url));

/** Times of a program's fourth round in milliseconds, by peer, in the order of the rounds. */
type Times = ReadonlyMap<PeerName, readonly number[]>;

/** Builds all programs, runs them by turns, and compares. */
export async function measureCode(bench: Bench): Promise<Finding[]> {
  if (process.platform !== "linux" || process.arch !== "x64") {
    return [skipped("code", "everything", "needs x86-64 Linux")];
  }
  const sqlite = findSqlite(cacheFolder);
  const findings: Finding[] = [];
  const ratios: number[] = [];
  const variants = variantNames.map((): number[] => []);
  for (const program of programs) {
    if (program.needsSqlite && sqlite === undefined) {
      findings.push(skipped("code", program.name, "npm cannot fetch SQLite's source"));
      continue;
    }
    bench.note(`code: ${program.name}`);
    const includes = program.needsSqlite && sqlite !== undefined ? [sqlite] : [];
    const peers = await buildPeers(bench, program, includes, cacheFolder);
    const times = runByTurns(peers, bench.rounds(thoroughRounds));
    const finding = compared(program, times);
    variantNames.forEach(([, peer, other], index) => {
      variants[index]?.push(pairedRatio(times.get(peer) ?? [], times.get(other) ?? []).value);
    });
    findings.push(finding);
    if (finding.value !== undefined) ratios.push(finding.value);
  }
  const others = variantNames.map(([measure], index) =>
    compareVariant(measure, variants[index] ?? []),
  );
  return [...findings, { ...mean(ratios), goal: goalMean }, ...others];
}

/** Runs every peer once a round, each round beginning with another one. */
function runByTurns(peers: PeerCommands, rounds: number): Times {
  const names = [...peers.keys()];
  const times = new Map<PeerName, number[]>(names.map((name) => [name, []]));
  const checksums = new Set<string>();
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < names.length; turn++) {
      const name = names[(round + turn) % names.length] as PeerName;
      const [program = "", ...words] = peers.get(name) ?? [];
      const [checksum = "", nanoseconds] = outputOf(program, words).trim().split(" ");
      checksums.add(checksum);
      times.get(name)?.push(Number(nanoseconds) / nanosecondsPerMs);
    }
  }
  if (checksums.size > 1) throw new Error(`checksums differ: ${[...checksums].join(", ")}`);
  return times;
}

function compared({ name, goalRatio }: Program, times: Times): Finding {
  const ours = times.get("ours") ?? [];
  const { value, ...range } = pairedRatio(ours, times.get("v8") ?? []);
  const all = peerNames.flatMap((peer) => {
    const runs = times.get(peer);
    return runs === undefined ? [] : [`${peer} ${median(runs).toFixed(1)}`];
  });
  const native = times.get("gcc");
  const against = native && `; ${pairedRatio(ours, native).value.toFixed(2)}x of gcc`;
  const detail = `${all.join(", ")} ms${against ?? ""}`;
  return { area: "code", measure: name, value, range, unit: "x", goal: goalRatio, detail };
}

function mean(ratios: readonly number[]): Finding {
  return {
    area: "code",
    measure: "geometric mean",
    value: geometricMean(ratios),
    unit: "x",
    detail: `${ratios.length} programs`,
  };
}

function compareVariant(measure: string, ratios: readonly number[]): Finding {
  if (ratios.some(Number.isNaN)) return skipped("code", measure, "a peer is missing");
  const detail = `by program: ${ratios.map((ratio) => ratio.toFixed(2)).join(", ")}`;
  return { ...mean(ratios), measure, detail };
}
