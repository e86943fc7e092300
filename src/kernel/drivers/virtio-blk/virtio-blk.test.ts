import { describe, expect, it } from "vitest";
import { wasiErrors } from "../../../contracts/wasi-preview1.ts";
import { Disk, sectorBytes } from "../../../simulator/disk.ts";
import { forSeeds } from "../../../simulator/seeds.fixture.ts";
import { Simulation } from "../../../simulator/simulation.ts";
import {
  BlockDevice,
  type BlockOptions,
  blockFeatures,
} from "../../../simulator/virtio/block-device.ts";
import { randomFaults } from "../../../simulator/virtio/faults.ts";
import { commonFeatures } from "../../../simulator/virtio/virtio-device.ts";
import { DriverMachine } from "../drivers.fixture.ts";
import { BlockClient, type BlockRequest } from "./block.fixture.ts";
import { diskSectors, isSame, stamped, Workload } from "./workload.fixture.ts";

function start(simulation: Simulation, options: Partial<BlockOptions> = {}) {
  const machine = new DriverMachine(simulation);
  const disk = options.disk ?? new Disk(64);
  const device = machine.attach(new BlockDevice({ ...machine.deviceOptions, ...options, disk }));
  return { machine, disk, device, client: new BlockClient(machine) };
}

function sectors(count: number, seed: number): Uint8Array {
  return Uint8Array.from({ length: count * sectorBytes }, (_, index) => (index * 7 + seed) & 0xff);
}

describe("virtio-blk", () => {
  it("reads back what it wrote, in parts of any number", () => {
    const { client, device } = start(new Simulation(1));
    const data = sectors(6, 3);
    const written = client.run({ operation: "write", sector: 9, parts: [512, 1024, 1536], data });
    expect(written.error).toBe(0);
    for (const parts of [[3072], [1, 511, 2560], Array.from({ length: 12 }, () => 256)]) {
      const { error, data: read } = client.run({ operation: "read", sector: 9, parts });
      expect(error).toBe(0);
      expect(isSame(read, data)).toBe(true);
    }
    expect(client.properties).toMatchObject({ sectorCount: 64n, blockBytes: 512, violations: 0 });
    expect(device.driverErrors).toEqual([]);
  });

  it.each([
    ["no common feature", commonFeatures.version1],
    ["event indices", commonFeatures.version1 | commonFeatures.eventIndex],
    ["indirect descriptors", commonFeatures.version1 | commonFeatures.indirectDescriptors],
  ])("works with %s, around the rings many times", (_name, features) => {
    const { client, device } = start(new Simulation(1), { features, queueSize: 8 });
    for (let turn = 0; turn < 300; turn++) {
      const data = sectors(2, turn);
      const sector = turn % 60;
      client.run({ operation: "write", sector, parts: [600, 424], data });
      const read = client.run({ operation: "read", sector, parts: [1024] });
      expect(isSame(read.data, data)).toBe(true);
    }
    expect(device.driverErrors).toEqual([]);
    expect(client.properties).toMatchObject({ violations: 0, failures: 0 });
  });

  it.each([
    ["its event", commonFeatures.version1 | commonFeatures.eventIndex],
    ["its flag", commonFeatures.version1],
  ])("notifies a device later where %s was seen too late", (_name, features) => {
    const { client, device } = start(new Simulation(1), { features });
    const queue = device.queues[0];
    for (let turn = 0; turn < 200; turn++) {
      queue?.setNotify(false);
      expect(client.submit({ operation: "read", sector: turn % 64, parts: [512] })).toBe(0);
      queue?.setNotify(true);
      expect(client.wait().error).toBe(0);
    }
    expect(device.driverErrors).toEqual([]);
  });

  it("takes several requests at once and says when there is no room for more", () => {
    const { client } = start(new Simulation(1), { queueSize: 16 });
    let accepted = 0;
    while (client.submit({ operation: "read", sector: accepted, parts: [512] }) === 0) accepted++;
    expect(accepted).toBe(16);
    expect(client.submit({ operation: "flush" })).toBe(wasiErrors.again);
    for (let finished = 0; finished < accepted; finished++) expect(client.wait().error).toBe(0);
    expect(client.run({ operation: "flush" }).error).toBe(0);
  });

  it("makes zeroes and discards", () => {
    const { client, disk } = start(new Simulation(1));
    client.run({ operation: "write", sector: 0, parts: [1536], data: sectors(3, 1) });
    expect(client.run({ operation: "writeZeroes", sector: 1, sectorCount: 1 }).error).toBe(0);
    expect(client.run({ operation: "discard", sector: 2, sectorCount: 62 }).error).toBe(0);
    expect(disk.read(0, 512)).toEqual(sectors(3, 1).subarray(0, 512));
    expect(disk.read(1, 512)).toEqual(new Uint8Array(512));
  });

  const { inval, rofs, notsup } = wasiErrors;
  it.each<[string, BlockRequest, number]>([
    ["a read behind the end", { operation: "read", sector: 63, parts: [1024] }, inval],
    ["a read far behind the end", { operation: "read", sector: 2 ** 52, parts: [512] }, inval],
    ["half a sector", { operation: "read", sector: 0, parts: [256] }, inval],
    ["an empty part", { operation: "read", sector: 0, parts: [512, 0] }, inval],
    ["no part", { operation: "write", sector: 0 }, inval],
    ["too long a part", { operation: "read", sector: 0, parts: [0x1_0200] }, inval],
    ["too many parts", { operation: "read", sector: 0, parts: Array(17).fill(512) }, inval],
    ["no zeroes", { operation: "writeZeroes", sector: 0, sectorCount: 0 }, inval],
    ["too many zeroes", { operation: "writeZeroes", sector: 0, sectorCount: 0x1001 }, inval],
    ["a discard behind the end", { operation: "discard", sector: 60, sectorCount: 5 }, inval],
  ])("refuses %s without asking the device", (_name, request, error) => {
    const { client } = start(new Simulation(1));
    expect(client.submit(request)).toBe(error);
  });

  it("writes nothing to a device that may only be read", () => {
    const { client } = start(new Simulation(1), { blockFeatures: blockFeatures.readOnly });
    expect(client.properties.isReadOnly).toBe(true);
    expect(client.submit({ operation: "write", sector: 0, parts: [512] })).toBe(rofs);
    expect(client.submit({ operation: "discard", sector: 0, sectorCount: 1 })).toBe(rofs);
    expect(client.submit({ operation: "flush" })).toBe(notsup);
    expect(client.run({ operation: "read", sector: 0, parts: [512] }).error).toBe(0);
  });

  it("tells what the device calls itself", () => {
    const { client } = start(new Simulation(1), { serial: "data" });
    const { error, data } = client.run({ operation: "identify", parts: [20] });
    expect([error, new TextDecoder().decode(data)]).toEqual([0, "data".padEnd(20, "\0")]);
    expect(client.submit({ operation: "identify", parts: [512] })).toBe(wasiErrors.inval);
  });

  it("says what the device cannot do", () => {
    const { client } = start(new Simulation(1), { blockFeatures: 0n });
    for (const operation of ["flush", "discard", "writeZeroes"] as const) {
      expect(client.submit({ operation, sector: 0, sectorCount: 1 })).toBe(notsup);
    }
  });

  it("gives what is under way back when it is reset, and works on", () => {
    const { client, device } = start(new Simulation(1), {
      faults: { ...randomFaults(new Simulation(0).random), delayNs: [0, 0], drop: 1, reset: 0 },
    });
    for (let count = 0; count < 5; count++) {
      client.submit({ operation: "read", sector: count, parts: [512] });
    }
    expect(client.take()).toBeUndefined();
    expect(client.reset()).toBe(true);
    for (let count = 0; count < 5; count++) expect(client.wait().error).toBe(wasiErrors.io);
    expect(client.take()).toBeUndefined();
    device.faults = { ...device.faults, drop: 0, error: 0, short: 0 };
    expect(client.run({ operation: "read", sector: 0, parts: [512] }).error).toBe(0);
  });
});

describe("virtio-blk on a device with faults", () => {
  it("reads what was written, or says that it failed", () => {
    forSeeds(40, (simulation) => {
      const { random, timeline } = simulation;
      const features = random.pick([1n << 28n, 0n]) | random.pick([1n << 29n, 0n]) | (1n << 32n);
      const { client, device } = start(simulation, {
        disk: new Disk(diskSectors),
        // A device that does things twice or changes data cannot be told from one that does not.
        faults: { ...randomFaults(random), corrupt: 0, duplicate: 0 },
        queueSize: 2 ** random.between(2, 6),
        features,
      });
      const workload = new Workload(simulation, client);
      for (let round = 0; round < 60; round++) {
        for (let count = random.below(6); count > 0; count--) workload.submit();
        timeline.advance(random.below(20_000_000));
        workload.takeAll();
        // What nobody has waited for long enough.
        if (random.chance(0.05)) client.reset();
      }
      timeline.advance(1_000_000_000);
      workload.takeAll();
      client.reset();
      workload.takeAll();
      expect(client.inFlight).toBe(0);
      expect(client.properties.violations).toBe(0);
      expect(device.driverErrors).toEqual([]);
    });
  });

  it("does the same again, to the nanosecond, with the same seed", () => {
    const digestOf = (seed: number): string => {
      const simulation = new Simulation(seed);
      const faults = { ...randomFaults(simulation.random), corrupt: 0, duplicate: 0 };
      const { client } = start(simulation, { disk: new Disk(diskSectors), faults });
      const workload = new Workload(simulation, client);
      for (let round = 0; round < 50; round++) {
        workload.submit();
        simulation.timeline.advance(simulation.random.below(1_000_000));
        workload.takeAll();
      }
      return simulation.trace.digest();
    };
    expect(digestOf(11)).toBe(digestOf(11));
    expect(digestOf(11)).not.toBe(digestOf(12));
  });

  it("keeps what was flushed when the power fails", () => {
    forSeeds(40, (simulation) => {
      const { random } = simulation;
      const disk = new Disk(diskSectors);
      const before = start(simulation, { disk });
      const workload = new Workload(simulation, before.client);
      for (let round = 0; round < 20; round++) {
        workload.submit();
        simulation.timeline.advance(10_000);
        workload.takeAll();
        if (random.chance(0.2) && before.client.run({ operation: "flush" }).error === 0) {
          workload.durable = [...workload.model];
        }
      }
      disk.cutPower(random);
      const { client } = start(simulation, { disk });
      for (let sector = 0; sector < diskSectors; sector++) {
        const { error, data } = client.run({ operation: "read", sector, parts: [sectorBytes] });
        expect(error).toBe(0);
        const kept = workload.durable[sector];
        if (kept !== undefined) expect(isSame(data, stamped(1, kept))).toBe(true);
      }
    });
  });
});
