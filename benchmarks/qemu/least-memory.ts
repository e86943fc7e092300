/** The least memory of a machine in which an image still boots and says hello. */
import { spawnSync } from "node:child_process";
import type { Bench } from "../bench.ts";
import type { Finding } from "../report/finding.ts";

const highestKibibytes = 16 * 1024;
const stepKibibytes = 64;
const timeLimitMs = 5_000;

/** Halves the range between what fails and what works, in steps of 64 KiB. */
export async function findLeastMemory(
  bench: Bench,
  measure: string,
  goal: number,
  wordsWith: (mebibytes: number) => readonly string[],
): Promise<Finding> {
  bench.note("qemu: least memory");
  const boots = (steps: number) => saysHello(wordsWith((steps * stepKibibytes) / 1024));
  const steps = await leastThatWorks(1, highestKibibytes / stepKibibytes, boots);
  const value = steps === undefined ? undefined : steps * stepKibibytes;
  return {
    area: "qemu",
    measure,
    value,
    unit: "KiB",
    goal,
    detail: value === undefined ? `not even in ${highestKibibytes} KiB` : "firmware included",
  };
}

/** The least number from `low` to `high` that works, if all above a working one work too. */
export async function leastThatWorks(
  low: number,
  high: number,
  works: (value: number) => boolean | Promise<boolean>,
): Promise<number | undefined> {
  if (!(await works(high))) return undefined;
  let failing = low - 1;
  let working = high;
  while (working - failing > 1) {
    const middle = Math.floor((failing + working) / 2);
    if (await works(middle)) working = middle;
    else failing = middle;
  }
  return working;
}

function saysHello([program = "", ...parameters]: readonly string[]): boolean {
  const { stdout } = spawnSync(program, parameters, {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore", "pipe"],
    timeout: timeLimitMs,
  });
  return stdout.includes("Hello");
}
