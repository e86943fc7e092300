import { describe, expect, it } from "vitest";
import { forSeeds } from "../../simulator/seeds.fixture.ts";
import { Simulation } from "../../simulator/simulation.ts";
import { DriverError } from "../../simulator/virtio/device-queue.ts";
import { type HostileAct, hostileActs } from "../../simulator/virtio/hostile-acts.ts";
import type { VirtioDevice } from "../../simulator/virtio/virtio-device.ts";
import { DriverMachine } from "./drivers.fixture.ts";

/** A driver in use, as the suite drives it. */
export interface DriverUnderTest {
  readonly device: VirtioDevice;
  /** Sends something to every queue that takes something, if the driver still does. */
  readonly send: () => void;
  /** Takes what came back, and checks that it makes sense. */
  readonly take: () => void;
}

const canaryByte = 0xa5;

/** Pages that the driver has no business with; `check` tells whether they are as they were. */
function layCanary(machine: DriverMachine): { readonly check: () => void } {
  const bytes = machine.bytes(machine.allocate(4096), 4096).fill(canaryByte);
  return { check: () => expect(bytes.every((byte) => byte === canaryByte)).toBe(true) };
}

/** What every driver must survive: no trap, no endless loop, no byte written that is not its own. */
export function describeHostileDevice(
  name: string,
  start: (machine: DriverMachine, simulation: Simulation) => DriverUnderTest,
  memoryBytes?: number,
): void {
  const prepare = (simulation: Simulation) => {
    const machine = new DriverMachine(simulation, memoryBytes);
    const canaries = [layCanary(machine)];
    const driver = start(machine, simulation);
    canaries.push(layCanary(machine));
    const act = (hostile: HostileAct): void => {
      for (const queue of driver.device.queues.filter(({ isReady }) => isReady)) {
        try {
          hostile(queue, machine.view(), simulation.random);
        } catch (error) {
          // The device stumbles over what it wrote itself.
          if (!(error instanceof DriverError)) throw error;
        }
      }
    };
    return { driver, act, check: () => canaries.forEach((canary) => canary.check()) };
  };

  describe(`${name} on a hostile device`, () => {
    it.each(Object.entries(hostileActs))("survives one that %s", (_name, hostile) => {
      const { driver, act, check } = prepare(new Simulation(7));
      for (let turn = 0; turn < 5; turn++) {
        driver.send();
        act(hostile);
        driver.take();
      }
      check();
    });

    it("survives whatever such a device does, for as long as it likes", () => {
      const acts: readonly HostileAct[] = Object.values(hostileActs);
      forSeeds(15, (simulation) => {
        const { driver, act, check } = prepare(simulation);
        for (let turn = 0; turn < 60; turn++) {
          driver.send();
          if (simulation.random.chance(0.5)) act(simulation.random.pick(acts));
          simulation.timeline.advance(simulation.random.below(5_000));
          driver.take();
        }
        check();
      });
    });
  });
}
