import { describe, expect, it } from "vitest";
import { Simulation } from "../../simulator/simulation.ts";
import { EntropyDevice } from "../../simulator/virtio/entropy-device.ts";
import { commonFeatures, status } from "../../simulator/virtio/virtio-device.ts";
import { DriverMachine } from "../drivers/drivers.fixture.ts";

const { version1, eventIndex } = commonFeatures;

/** An entropy device that does not take the features that it offered. */
class FickleDevice extends EntropyDevice {
  override writeStatus(value: number): void {
    super.writeStatus(value & ~status.featuresOk);
  }
}

/** An entropy device that never finishes a reset. */
class StuckDevice extends EntropyDevice {
  override get status(): number {
    return status.driver;
  }
}

function attached(Kind: typeof EntropyDevice, features?: bigint) {
  const machine = new DriverMachine(new Simulation(1));
  const options = features === undefined ? {} : { features };
  const device = machine.attach(new Kind({ ...machine.deviceOptions, ...options }));
  return { machine, device };
}

describe("negotiation", () => {
  it.each([
    ["does not reset", StuckDevice, version1, 1],
    ["is older than virtio 1.0", EntropyDevice, eventIndex, 2],
    ["refuses what it offered", FickleDevice, version1, 4],
  ])("gives a device up that %s, and says why", (_name, Kind, features, failure) => {
    const { machine, device } = attached(Kind, features);
    expect(machine.call("openEntropyDevice")).toBe(0);
    expect(machine.failureOf(0)).toBe(failure);
    expect(machine.failureText(failure)).not.toBe("");
    expect(device.isWorking).toBe(false);
  });

  it("accepts what both sides know, and nothing that was not offered", () => {
    const { machine, device } = attached(EntropyDevice, version1 | (1n << 40n));
    const wanted = eventIndex | (1n << 40n);
    expect(machine.call("negotiate", machine.call("deviceAt", 0), wanted, 0n)).toBe(0);
    expect(device.acceptedFeatures).toBe(version1 | (1n << 40n));
  });

  it("fails without a feature that the driver needs", () => {
    const { machine } = attached(EntropyDevice);
    expect(machine.call("negotiate", machine.call("deviceAt", 0), 0n, 1n << 41n)).toBe(3);
  });
});

describe("virtio over memory-mapped registers", () => {
  const machine = new DriverMachine(new Simulation(1));

  it.each([
    ["nothing answers", 0xd000_0000n, 512],
    ["there are no registers", 0xd000_0000n, 256],
    ["there are far too many registers", 0xd000_0000n, 0x2_0000],
    ["addresses end", 0xffff_ffff_ffff_ff00n, 512],
  ])("finds no device where %s", (_name, address, length) => {
    expect(machine.call("addMmioDevice", address, length, 5)).toBe(0);
    expect(machine.call("deviceCount")).toBe(0);
  });

  it("gives each device to one driver, in the order in which they were found", () => {
    const two = new DriverMachine(new Simulation(1));
    const first = two.attach(new EntropyDevice(two.deviceOptions));
    const second = two.attach(new EntropyDevice(two.deviceOptions));
    two.call("openEntropyDevice");
    expect([first.isWorking, second.isWorking]).toEqual([true, false]);
  });

  it("has room for 32 devices", () => {
    const many = new DriverMachine(new Simulation(1));
    for (let count = 0; count < 40; count++) many.attach(new EntropyDevice(many.deviceOptions));
    expect(many.call("deviceCount")).toBe(32);
  });
});
