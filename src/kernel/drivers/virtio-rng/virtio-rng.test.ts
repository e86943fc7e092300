import { describe, expect, it } from "vitest";
import { forSeeds } from "../../../simulator/seeds.fixture.ts";
import { Simulation } from "../../../simulator/simulation.ts";
import { EntropyDevice } from "../../../simulator/virtio/entropy-device.ts";
import { randomFaults } from "../../../simulator/virtio/faults.ts";
import { DriverMachine } from "../drivers.fixture.ts";

function take(machine: DriverMachine): Uint8Array {
  const length = machine.call("takeEntropy");
  return machine.bytes(machine.call("entropyBuffer"), length).slice();
}

describe("virtio-rng", () => {
  it("gives what the device gave, once", () => {
    const machine = new DriverMachine(new Simulation(1));
    const device = machine.attach(new EntropyDevice(machine.deviceOptions));
    expect(machine.call("openEntropyDevice")).toBe(1);
    machine.call("requestEntropy");
    machine.call("requestEntropy");
    expect(take(machine)).toHaveLength(0);
    machine.simulation.timeline.advance(1_000_000);
    const bytes = take(machine);
    expect(bytes).toHaveLength(64);
    expect(new Set(bytes).size).toBeGreaterThan(16);
    expect(device.givenBytes).toBe(64);
    expect(take(machine)).toHaveLength(0);
    expect(device.driverErrors).toEqual([]);
  });

  it("does without a device", () => {
    const machine = new DriverMachine(new Simulation(1));
    expect(machine.call("openEntropyDevice")).toBe(0);
    machine.call("requestEntropy");
    expect(take(machine)).toHaveLength(0);
  });

  it("never gives more than the device gave, whatever goes wrong", () => {
    forSeeds(30, (simulation) => {
      const machine = new DriverMachine(simulation);
      const faults = randomFaults(simulation.random);
      const device = machine.attach(new EntropyDevice({ ...machine.deviceOptions, faults }));
      machine.call("openEntropyDevice");
      let taken = 0;
      for (let round = 0; round < 50; round++) {
        machine.call("requestEntropy");
        simulation.timeline.advance(10_000_000);
        taken += take(machine).length;
      }
      expect(taken).toBeLessThanOrEqual(device.givenBytes);
      expect(taken).toBeGreaterThanOrEqual(device.givenBytes - 64);
      expect(device.driverErrors).toEqual([]);
    });
  });
});
