import { describe, expect, it } from "vitest";
import { forSeeds } from "../../../simulator/seeds.fixture.ts";
import { Simulation } from "../../../simulator/simulation.ts";
import { ConsoleDevice, type ConsoleOptions } from "../../../simulator/virtio/console-device.ts";
import { DriverMachine } from "../drivers.fixture.ts";
import { describeHostileDevice } from "../hostile-device.suite.ts";

const controlPort = 1;
const outputPort = 2;
const bufferBytes = 4096;

function start(options: Partial<ConsoleOptions> = {}, simulation = new Simulation(1)) {
  const machine = new DriverMachine(simulation);
  const device = machine.attach(new ConsoleDevice({ ...machine.deviceOptions, ...options }));
  const isOpen = machine.call("openConsoleDevice") === 1;
  return { machine, device, isOpen };
}

function write(machine: DriverMachine, port: number, bytes: Uint8Array): boolean {
  const buffer = machine.call("outputBuffer", port);
  if (buffer === 0) return false;
  machine.bytes(buffer, bytes.length).set(bytes);
  machine.call("sendOutput", port, bytes.length);
  return true;
}

function read(machine: DriverMachine, port: number, most = bufferBytes): Uint8Array {
  const length = Math.min(machine.call("inputBytes", port), most);
  const bytes = machine.bytes(machine.call("inputStart", port), length).slice();
  if (length > 0) machine.call("takeInput", port, length);
  return bytes;
}

const text = (content: string): Uint8Array => new TextEncoder().encode(content);

describe("virtio-console", () => {
  it("opens both ports and moves bytes both ways", () => {
    const { machine, device, isOpen } = start();
    expect(isOpen).toBe(true);
    write(machine, outputPort, text("out"));
    write(machine, controlPort, text("control"));
    machine.call("drainPort", outputPort);
    machine.call("drainPort", controlPort);
    expect(Buffer.from(device.output(outputPort)).toString()).toBe("out");
    expect(Buffer.from(device.output(controlPort)).toString()).toBe("control");
    device.receive(controlPort, text("hello"));
    expect(Buffer.from(read(machine, controlPort, 2)).toString()).toBe("he");
    expect(Buffer.from(read(machine, controlPort)).toString()).toBe("llo");
    expect(read(machine, controlPort)).toHaveLength(0);
    expect(device.driverErrors).toEqual([]);
  });

  it.each([
    ["two ports", { ports: 2 }],
    ["no ports of their own", { ports: 0 }],
  ])("does not use a device with %s", (_name, options) => {
    expect(start(options).isOpen).toBe(false);
  });

  it("refuses ports that nobody here uses", () => {
    const { isOpen, device } = start({ ports: 5 });
    expect(isOpen).toBe(true);
    expect(device.driverErrors).toEqual([]);
  });

  it("holds output that nobody takes, and gives up waiting for room", () => {
    const { machine, device } = start();
    device.isStuck = true;
    for (let count = 0; count < 4; count++) {
      expect(write(machine, outputPort, text("x"))).toBe(true);
    }
    expect(write(machine, outputPort, text("x"))).toBe(false);
  });

  it("interrupts for input when it is asked to", () => {
    const { machine, device } = start();
    let interrupts = 0;
    device.onInterrupt = () => interrupts++;
    machine.call("ignorePort", controlPort);
    device.receive(controlPort, text("a"));
    expect(interrupts).toBe(0);
    expect(machine.call("listenToPort", controlPort)).toBe(1);
    read(machine, controlPort);
    expect(machine.call("listenToPort", controlPort)).toBe(0);
    device.receive(controlPort, text("b"));
    expect(interrupts).toBe(1);
  });

  it("loses and mixes nothing, however input and output are cut", () => {
    forSeeds(25, (simulation) => {
      const { random } = simulation;
      const { machine, device } = start({}, simulation);
      const sent: Uint8Array[] = [];
      const received: Uint8Array[] = [];
      const wrote: Uint8Array[] = [];
      for (let round = 0; round < 60; round++) {
        if (random.chance(0.5)) {
          const bytes = random.bytes(random.between(1, 9_000));
          sent.push(bytes);
          device.receive(controlPort, bytes);
        }
        if (random.chance(0.5)) {
          const bytes = random.bytes(random.between(1, bufferBytes));
          if (write(machine, outputPort, bytes)) wrote.push(bytes);
        }
        simulation.timeline.advance(random.below(3));
        received.push(read(machine, controlPort, random.between(1, bufferBytes)));
      }
      for (let idle = 0; idle < 3; ) {
        simulation.timeline.advance(1_000);
        const bytes = read(machine, controlPort);
        received.push(bytes);
        idle = bytes.length === 0 ? idle + 1 : 0;
      }
      expect(Buffer.compare(Buffer.concat(received), Buffer.concat(sent))).toBe(0);
      expect(Buffer.compare(device.output(outputPort), Buffer.concat(wrote))).toBe(0);
      expect(machine.call("portViolations", controlPort)).toBe(0);
      expect(device.driverErrors).toEqual([]);
    });
  });
});

describeHostileDevice("virtio-console", (machine) => {
  const device = machine.attach(new ConsoleDevice({ ...machine.deviceOptions, ports: 4 }));
  machine.call("openConsoleDevice");
  const { random } = machine.simulation;
  return {
    device,
    send: () => {
      write(machine, outputPort, text("out"));
      write(machine, controlPort, text("control"));
      device.receive(controlPort, random.bytes(100));
      device.control(random.bits(), random.below(9), random.below(3));
    },
    take: () => {
      machine.call("serveConsole");
      if (read(machine, controlPort).length > bufferBytes) throw new Error("more than a buffer");
    },
  };
});
