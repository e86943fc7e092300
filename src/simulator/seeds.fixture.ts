import fc from "fast-check";
import { expect } from "vitest";
import { Simulation } from "./simulation.ts";

/** The variable that names the one seed to run. */
const seedVariable = "TSUKI_SEED";

const largestSeed = 2 ** 32 - 1;

/**
 * Runs a test for so many seeds that fast-check chooses, or for the seed in TSUKI_SEED. What fails says
 * which seed it was, the command that replays it, and what happened last.
 */
export function forSeeds(count: number, run: (simulation: Simulation) => void): void {
  const given = process.env[seedVariable];
  if (given !== undefined) {
    runSeed(Number(given), run);
    return;
  }
  const seeds = fc.noShrink(fc.integer({ min: 0, max: largestSeed }));
  fc.assert(
    fc.property(seeds, (seed) => runSeed(seed, run)),
    { numRuns: count },
  );
}

function runSeed(seed: number, run: (simulation: Simulation) => void): void {
  const simulation = new Simulation(seed);
  try {
    run(simulation);
  } catch (error) {
    const { currentTestName = "", testPath = "" } = expect.getState();
    const path = testPath.slice(testPath.indexOf("src/"));
    const name = currentTestName.split(" > ").at(-1) ?? "";
    const command = `${seedVariable}=${seed} npx vitest run ${path} -t ${JSON.stringify(name)}`;
    const happened = `the last of what happened:\n${simulation.trace.text()}`;
    throw new Error(`seed ${seed} fails; replay it with\n  ${command}\n${happened}`, {
      cause: error,
    });
  }
}
