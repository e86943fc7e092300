/** How fast JavaScript computes in an image, against Node: an interpreter against a compiler. */

import type { Bench } from "../bench.ts";
import { outputOf } from "../programs.ts";
import type { Finding } from "../report/finding.ts";
import { median, pairedRatio } from "../report/statistics.ts";
import { nodeWords, type ServiceImages } from "./images.ts";

const thoroughRounds = 5;

/** Runs the same work in both by turns. */
export function measureComputeSpeed(bench: Bench, images: ServiceImages): Finding {
  bench.note("services: computing");
  const [node = "", ...script] = nodeWords(bench, "compute");
  const ours: number[] = [];
  const nodes: number[] = [];
  for (let round = 0; round < bench.rounds(thoroughRounds); round++) {
    ours.push(workTime(images.compute, []));
    nodes.push(workTime(node, script));
  }
  const { value, ...range } = pairedRatio(ours, nodes);
  const detail = `${median(ours).toFixed(0)} ms : ${median(nodes).toFixed(1)} ms`;
  const measure = "computing (TypeScript), time against Node";
  return { area: "services", measure, value, range, unit: "x", detail };
}

function workTime(program: string, words: readonly string[]): number {
  const milliseconds = Number(outputOf(program, words).trim().split(" ")[1]);
  if (!(milliseconds > 0)) throw new Error(`${program} prints no time`);
  return milliseconds;
}
