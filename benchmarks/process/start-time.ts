/** From start to exit: an image that seals itself, against static C and Node. */
import { type Bench, sources } from "../bench.ts";
import { compileStatic, findCompiler } from "../launcher/c-compiler.ts";
import type { TimedCommand } from "../launcher/launcher.ts";
import { outputOf } from "../programs.ts";
import { type Finding, skipped } from "../report/finding.ts";
import { median, pairedRatio } from "../report/statistics.ts";

const measure = "start to exit, against static C";
const goalRatio = 0.6;
const fastRounds = 1_000;
const nodeRounds = 20;

/** What hello.c prints, as the peers print it. */
const greeting = "Hello from C!\n";

/** Hello in C and AssemblyScript against the same C program linked statically with the host's libc. */
export function measureStartTime(bench: Bench, helloC: string, helloAs: string): Finding[] {
  const { launcher } = bench;
  if (typeof launcher === "string") return [skipped("process", measure, launcher)];
  const peer = bench.path("hello-static");
  const compiler = findCompiler();
  if (compiler === undefined || !compileStatic(compiler, sources.helloC, peer)) {
    return [skipped("process", measure, "the C compiler cannot link statically")];
  }
  for (const path of [helloC, peer]) {
    if (outputOf(path, []) !== greeting) throw new Error(`${path} does not say hello`);
  }
  bench.note("process: start to exit");
  const commands = [helloC, helloAs, peer].map(command);
  const [c = [], as = [], peers = []] = launcher.time("exit", bench.rounds(fastRounds), commands);
  return [
    againstStaticC("hello (C)", c, peers),
    againstStaticC("hello (AssemblyScript)", as, peers),
    againstNode(bench, helloC),
  ];
}

function againstStaticC(name: string, runs: readonly number[], peers: readonly number[]): Finding {
  const { value, ...range } = pairedRatio(runs, peers);
  return {
    area: "process",
    measure: `${name}, ${measure}`,
    value,
    range,
    unit: "x",
    goal: goalRatio,
    detail: `${milliseconds(runs)} : ${milliseconds(peers)}`,
  };
}

function againstNode(bench: Bench, image: string): Finding {
  const name = "hello (C), start to exit, against node -e 0";
  if (typeof bench.launcher === "string") return skipped("process", name, bench.launcher);
  const node = { words: [process.execPath, "-e", "0"], expectedStatus: 0 };
  const commands = [command(image), node];
  const [runs = [], peers = []] = bench.launcher.time("exit", bench.rounds(nodeRounds), commands);
  return {
    area: "process",
    measure: name,
    value: pairedRatio(runs, peers).value,
    unit: "x",
    detail: `${milliseconds(runs)} : ${milliseconds(peers)}`,
  };
}

function command(path: string): TimedCommand {
  return { words: [path], expectedStatus: 0 };
}

function milliseconds(runs: readonly number[]): string {
  return `${median(runs).toFixed(2)} ms`;
}
