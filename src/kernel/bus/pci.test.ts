import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Disk } from "../../simulator/disk.ts";
import { ConfigurationMemory } from "../../simulator/pci/pci-bus.ts";
import { PciFunction } from "../../simulator/pci/pci-function.ts";
import { Simulation } from "../../simulator/simulation.ts";
import { BlockDevice } from "../../simulator/virtio/block-device.ts";
import { EntropyDevice } from "../../simulator/virtio/entropy-device.ts";
import { PciRegisters } from "../../simulator/virtio/pci-registers.ts";
import { DriverMachine } from "../drivers/drivers.fixture.ts";
import { BlockClient } from "../drivers/virtio-blk/block.fixture.ts";

const virtioRegion = 4;

/** A host bridge, as the first function of every machine. */
const hostBridge = (): PciFunction =>
  new PciFunction({
    vendor: 0x8086,
    device: 0x29c0,
    classCode: 0x0600,
    regions: new Map(),
    capabilities: [],
  });

function bridgeTo(bus: number): PciFunction {
  const bridge = new PciFunction({
    vendor: 0x1b36,
    device: 0x000c,
    classCode: 0x0604,
    regions: new Map(),
    capabilities: [],
  });
  bridge.configuration.setUint8(0x0e, 1);
  bridge.configuration.setUint8(0x19, bus);
  return bridge;
}

function start() {
  const machine = new DriverMachine(new Simulation(1));
  machine.plug(0, hostBridge());
  return machine;
}

function plugBlock(machine: DriverMachine, place: number, isTransitional = false) {
  const device = new BlockDevice({ ...machine.deviceOptions, disk: new Disk(64) });
  const registers = new PciRegisters(device, isTransitional);
  machine.registers.push(registers);
  machine.plug(place, registers.pci);
  return { device, registers, pci: registers.pci };
}

function expectUsable(machine: DriverMachine): void {
  machine.call("findDevices");
  expect(machine.call("deviceCount")).toBe(1);
  expect(machine.failureOf(0)).toBe(0);
  const client = new BlockClient(machine);
  const data = new Uint8Array(1024).fill(9);
  expect(client.run({ operation: "write", sector: 3, parts: [1024], data }).error).toBe(0);
  expect(client.run({ operation: "read", sector: 3, parts: [1024] }).data).toEqual(data);
}

describe("virtio on PCI", () => {
  it.each([
    ["below 4 GiB", 0xfebf_0000n],
    ["far above 4 GiB, as OVMF does", 0x38_0000_8000n],
  ])("uses registers that firmware put %s", (_name, address) => {
    const machine = start();
    const { device, pci } = plugBlock(machine, 3 << 3);
    pci.placeRegion(virtioRegion, address);
    expectUsable(machine);
    expect(pci.regionAddress(virtioRegion)).toBe(address);
    expect(device.driverErrors).toEqual([]);
  });

  it("puts registers somewhere that firmware put nowhere, and not over others", () => {
    const machine = start();
    const other = new PciFunction({
      vendor: 0x8086,
      device: 0x1234,
      classCode: 0x0200,
      regions: new Map([[0, { lengthBytes: 0x10_0000, isWide: false }]]),
      capabilities: [],
    });
    other.placeRegion(0, 0xc000_0000n);
    machine.plug(2 << 3, other);
    const { pci } = plugBlock(machine, 3 << 3);
    expectUsable(machine);
    expect(pci.regionAddress(virtioRegion)).toBe(0xc010_0000n);
  });

  it("says so when there is no room for registers", () => {
    const machine = start();
    machine.call("useRegionWindow", 0xc000_0000n, 0xc000_1000n);
    plugBlock(machine, 3 << 3);
    machine.call("findDevices");
    expect(machine.failureOf(0)).toBe(8);
    expect(machine.call("openBlockDevice")).toBe(0);
  });

  it("finds devices behind bridges and among the functions of one device", () => {
    const machine = start();
    machine.plug(1 << 3, bridgeTo(2));
    plugBlock(machine, (2 << 8) | (5 << 3));
    const first = plugBlock(machine, 4 << 3);
    first.pci.configuration.setUint8(0x0e, 0x80);
    plugBlock(machine, (4 << 3) | 3);
    machine.call("findDevices");
    expect(machine.call("deviceCount")).toBe(3);
  });

  it("goes through each bus once, whatever bridges say", () => {
    const machine = start();
    machine.plug(1 << 3, bridgeTo(0));
    machine.plug(2 << 3, bridgeTo(1));
    machine.plug((1 << 8) | (1 << 3), bridgeTo(1));
    machine.call("findDevices");
    expect(machine.call("deviceCount")).toBe(0);
  });

  it("takes a transitional device by its modern registers", () => {
    const machine = start();
    plugBlock(machine, 3 << 3, true);
    expectUsable(machine);
  });

  it("reads configuration space in memory where somebody says where it is", () => {
    const machine = new DriverMachine(new Simulation(1));
    const registers = new PciRegisters(
      new BlockDevice({ ...machine.deviceOptions, disk: new Disk(64) }),
    );
    const space = new ConfigurationMemory(new Map([[1 << 3, registers.pci]]), 0xe000_0000n, 1);
    machine.registers.push(registers, space);
    expect(machine.call("mapConfigurationSpace", 0xe000_0000n, 1)).toBe(1);
    expectUsable(machine);
  });

  it("finds nothing where there is no configuration space", () => {
    const machine = new DriverMachine(new Simulation(1));
    machine.call("findDevices");
    expect(machine.call("deviceCount")).toBe(0);
  });
});

describe("messages of a device on PCI", () => {
  const address = 0xfee0_0000;
  const data = 0x22;

  function startWithMessages() {
    const machine = start();
    const { device, registers } = plugBlock(machine, 3 << 3);
    const messages: unknown[] = [];
    registers.messages.onMessage = (...message) => messages.push(message);
    machine.call("useMessages", address, data);
    const client = new BlockClient(machine);
    const read = () => client.run({ operation: "read", sector: 0, parts: [512] }).error;
    return { machine, device, registers, client, messages, read };
  }

  it("are sent for what it has done, when the driver listens", () => {
    const { machine, client, messages, read } = startWithMessages();
    expect(read()).toBe(0);
    expect(messages).toEqual([[BigInt(address), data]]);
    machine.call("ignoreBlockDevice", client.device);
    expect([read(), read(), messages.length]).toEqual([0, 0, 1]);
    expect(machine.call("listenToBlockDevice", client.device)).toBe(0);
    expect([read(), messages.length]).toEqual([0, 2]);
  });

  it("tell of a failure, after which they are sent again", () => {
    const { machine, device, client, messages, read } = startWithMessages();
    device.breakDown();
    expect(messages).toHaveLength(1);
    machine.call("takeInterrupts");
    expect(client.take()).toBeUndefined();
    expect([read(), messages.length]).toEqual([0, 2]);
    expect(device.driverErrors).toEqual([]);
  });

  it("are held back while they are masked", () => {
    const { registers, messages, read } = startWithMessages();
    registers.messages.write(12, 1);
    expect([read(), messages.length]).toEqual([0, 0]);
    registers.messages.write(12, 0);
    expect(messages).toHaveLength(1);
  });

  it("must have a vector, or the device is not used", () => {
    const { machine, registers } = startWithMessages();
    const other = plugBlock(machine, 4 << 3);
    expect(registers.pci.messageControl).toBeGreaterThan(0x7fff);
    const { write } = other.registers;
    const hasNoVectors = (offset: number) => offset === 0x10 || offset === 0x1a;
    Object.assign(other.registers, {
      write: (offset: number, value: number, width: 1 | 2 | 4) =>
        write(offset, hasNoVectors(offset) ? 0xffff : value, width),
    });
    expect(machine.call("openBlockDevice")).toBe(0);
  });
});

describe("a hostile configuration space", () => {
  it("leads to no address outside of a device's regions, and to no endless loop", () => {
    const edits = fc.array(
      fc.tuple(fc.integer({ min: 0x30, max: 0xff }), fc.integer({ min: 0, max: 0xff })),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(edits, fc.constantFrom(0n, 0xfebf_0000n), (list, address) => {
        const machine = start();
        const device = new EntropyDevice(machine.deviceOptions);
        const registers = new PciRegisters(device);
        registers.pci.placeRegion(virtioRegion, address);
        for (const [place, value] of list) registers.pci.configuration.setUint8(place, value);
        machine.registers.push(registers, {
          base: 0n,
          lengthBytes: 0xc000_0000,
          read: () => {
            throw new Error("a read of memory as if it were registers");
          },
          write: () => {
            throw new Error("a write to memory as if it were registers");
          },
        });
        machine.plug(3 << 3, registers.pci);
        machine.call("findDevices");
        machine.call("openEntropyDevice");
        machine.call("requestEntropy");
        expect(machine.call("takeEntropy")).toBe(0);
      }),
      { numRuns: 100 },
    );
  });
});
