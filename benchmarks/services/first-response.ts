/** The time from a server's start to its first response, against Node's. */
import { fileURLToPath } from "node:url";
import type { Bench } from "../bench.ts";
import { compilerMissing, compileStatic, findCompiler } from "../launcher/c-compiler.ts";
import { outputOf } from "../programs.ts";
import { type Finding, skipped } from "../report/finding.ts";
import { median, pairedRatio } from "../report/statistics.ts";
import type { ServiceImages } from "./images.ts";
import { freePorts } from "./server.ts";

/** The program that starts servers and asks them. */
export const firstResponseSource = fileURLToPath(new URL("first-response.c", import.meta.url));

const thoroughRounds = 30;
const goalRatio = 0.1;
const nanosecondsPerMs = 1e6;
const measure = "hello (TypeScript), start to first response, against Node";

/** Starts both by turns. */
export async function measureFirstResponse(bench: Bench, images: ServiceImages): Promise<Finding> {
  const compiler = findCompiler();
  const program = bench.path("first-response");
  if (compiler === undefined || !compileStatic(compiler, firstResponseSource, program)) {
    return skipped("services", measure, compilerMissing);
  }
  bench.note("services: first response");
  const [port = 0] = await freePorts(1);
  const servers = [[images.hello], images.node];
  const words = servers.flatMap((server) => [`${server.length}`, ...server]);
  const environment = { ...process.env, HOST: "127.0.0.1", PORT: `${port}` };
  const rounds = bench.rounds(thoroughRounds);
  const printed = outputOf(program, [`${rounds}`, "127.0.0.1", `${port}`, ...words], environment);
  const [ours = [], nodes = []] = responseTimes(printed, servers.length);
  const { value, ...range } = pairedRatio(ours, nodes);
  const detail = `${median(ours).toFixed(2)} ms : ${median(nodes).toFixed(1)} ms`;
  return { area: "services", measure, value, range, unit: "x", goal: goalRatio, detail };
}

/** Milliseconds of each server in the order of the rounds, from what the program printed. */
export function responseTimes(printed: string, servers: number): number[][] {
  const times: number[][] = Array.from({ length: servers }, () => []);
  for (const line of printed.trim().split("\n")) {
    const [server = 0, nanoseconds = 0] = line.split(" ").map(Number);
    times[server]?.push(nanoseconds / nanosecondsPerMs);
  }
  return times;
}
