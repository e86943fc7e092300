// Lets two of the kernel's TCP/IP stacks talk over faulty links, seed after seed, until stopped.
import { parseArgs } from "node:util";
import { converse } from "../../src/kernel/net/tcp/simulation.fixture.ts";
import { Simulation } from "../../src/simulator/simulation.ts";

const { values } = parseArgs({
  options: { seed: { type: "string", default: "1" }, count: { type: "string" } },
});
const first = Number(values.seed);
const count = values.count === undefined ? Infinity : Number(values.count);

for (let seed = first; seed < first + count; seed++) {
  const simulation = new Simulation(seed);
  try {
    converse(simulation);
  } catch (error) {
    console.error(`seed ${seed}: npm run fuzz:network -- --seed ${seed} --count 1`);
    console.error(simulation.trace.text());
    console.error(error);
    process.exitCode = 1;
  }
  if ((seed - first + 1) % 500 === 0) console.log(`${seed - first + 1} seeds`);
}
