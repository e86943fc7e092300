import type { Simulation } from "../../../simulator/simulation.ts";
import { Conversations, type Plan } from "../conversation.fixture.ts";
import { FaultyLink, type LinkFaults } from "../faulty-link.fixture.ts";
import { Host } from "../stack.fixture.ts";

function randomPlans({ random }: Simulation): Plan[] {
  return Array.from({ length: random.between(1, 3) }, (_, index) => ({
    fromCaller: random.pick([0, 1, random.below(3000), random.below(60_000)]),
    fromCallee: random.pick([0, 1, random.below(3000), random.below(60_000)]),
    version: random.pick([4, 6] as const),
    port: 80 + index,
  }));
}

function randomFaults({ random }: Simulation): LinkFaults {
  return {
    loss: random.pick([0, 0.01, 0.05, 0.15]),
    duplication: random.pick([0, 0.02, 0.1]),
    corruption: random.pick([0, 0.01, 0.05]),
    delayMs: random.pick([0, 1, 20, 100]),
    jitterMs: random.pick([0, 1, 30]),
  };
}

/** Lets two hosts talk over a faulty link, all chosen by the seed, and throws unless all is right. */
export function converse(simulation: Simulation): void {
  const caller = new Host(simulation, 1);
  const callee = new Host(simulation, 2);
  const link = new FaultyLink(simulation, caller, callee, randomFaults(simulation));
  const plans = randomPlans(simulation);
  simulation.trace.note(`${JSON.stringify(link.faults)} ${JSON.stringify(plans)}`);
  const conversations = new Conversations(simulation, caller, callee, plans);
  conversations.run(3000);
  conversations.finish();
  for (const host of [caller, callee]) {
    for (const what of ["connectionsInUse", "queueFramesInUse", "packetsInUse"]) {
      const left = host.call(what);
      if (left !== 0) throw new Error(`${what}: ${left} are left`);
    }
  }
}
