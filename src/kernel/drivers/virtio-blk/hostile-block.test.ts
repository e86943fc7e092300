import { describe, expect, it } from "vitest";
import { wasiErrors } from "../../../contracts/wasi-preview1.ts";
import { Disk } from "../../../simulator/disk.ts";
import { Simulation } from "../../../simulator/simulation.ts";
import { BlockDevice } from "../../../simulator/virtio/block-device.ts";
import { hostileActs } from "../../../simulator/virtio/hostile-acts.ts";
import { DriverMachine } from "../drivers.fixture.ts";
import { describeHostileDevice } from "../hostile-device.suite.ts";
import { BlockClient } from "./block.fixture.ts";

const read = { operation: "read", sector: 1, parts: [512, 512] } as const;

function start(machine: DriverMachine) {
  const options = { ...machine.deviceOptions, disk: new Disk(64), queueSize: 8 };
  const device = machine.attach(new BlockDevice(options));
  return { device, client: new BlockClient(machine) };
}

describeHostileDevice("virtio-blk", (machine) => {
  const { device, client } = start(machine);
  return {
    device,
    send: () => {
      for (let count = 0; count < 3; count++) {
        const error = client.submit(read);
        const isExpected = [0, wasiErrors.again, wasiErrors.io].includes(error);
        if (!isExpected) throw new Error(`the driver refuses with ${error}`);
      }
    },
    take: () => {
      // `take` throws when what comes back is no request of the client's.
      while (client.take() !== undefined);
    },
  };
});

describe("virtio-blk and a device that broke the rules", () => {
  it("gives back what was under way, counts, starts the device again and works on", () => {
    const machine = new DriverMachine(new Simulation(3));
    const { device, client } = start(machine);
    for (let count = 0; count < 4; count++) client.submit(read);
    const [queue] = device.queues;
    if (queue === undefined) throw new Error("a block device has a queue");
    hostileActs["runs ahead with the used index"](queue);
    for (let count = 0; count < 4; count++) {
      expect(client.take()?.error).toBe(wasiErrors.io);
    }
    expect(client.take()).toBeUndefined();
    expect(client.properties).toMatchObject({ violations: 1, failures: 4 });
    expect(client.run(read).error).toBe(0);
    expect(device.driverErrors).toEqual([]);
  });

  it("does not believe a disk that is smaller after a reset", () => {
    const machine = new DriverMachine(new Simulation(3));
    const { device, client } = start(machine);
    device.configuration = () => new Uint8Array(60);
    client.reset();
    expect(client.submit(read)).toBe(wasiErrors.io);
  });
});
