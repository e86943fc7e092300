import { expect, it } from "vitest";
import { SerialPort } from "../../../simulator/pc/serial-port.ts";
import { forSeeds } from "../../../simulator/seeds.fixture.ts";
import { Simulation } from "../../../simulator/simulation.ts";
import { DriverMachine } from "../drivers.fixture.ts";

const base = 0x2f8;

function start(simulation: Simulation) {
  const machine = new DriverMachine(simulation);
  const port = new SerialPort(base);
  machine.ports.push(port);
  expect(machine.call("openSerialPort", base)).toBe(1);
  const buffer = machine.allocate(4096);
  const write = (bytes: Uint8Array): void => {
    machine.bytes(buffer, bytes.length).set(bytes);
    machine.call("writeSerial", base, buffer, bytes.length);
  };
  return { machine, port, write };
}

it("loses and mixes nothing, and fills no FIFO beyond its end, however data come and go", () => {
  forSeeds(25, (simulation) => {
    const { random } = simulation;
    const { machine, port, write } = start(simulation);
    const [sent, given, taken]: [number[], number[], number[]] = [[], [], []];
    for (let turn = 0; turn < 60; turn++) {
      const bytes = random.bytes(random.below(100));
      if (random.chance(0.5)) {
        write(bytes);
        sent.push(...bytes);
      } else {
        port.receive(bytes);
        given.push(...bytes);
      }
      for (
        let left = random.below(60);
        left > 0 && machine.call("hasSerialByte", base) === 1;
        left--
      ) {
        taken.push(machine.call("takeSerialByte", base));
      }
    }
    while (machine.call("hasSerialByte", base) === 1) {
      taken.push(machine.call("takeSerialByte", base));
    }
    machine.call("drainSerial", base);
    expect(port.sent).toEqual(sent);
    expect(taken).toEqual(given);
    expect(port.overruns).toBe(0);
  });
});

it("interrupts for what comes, once it is asked to", () => {
  const { machine, port } = start(new Simulation(1));
  port.receive([1]);
  expect(port.interrupts).toBe(false);
  machine.call("enableSerialInterrupt", base);
  expect(port.interrupts).toBe(true);
  machine.call("takeSerialByte", base);
  expect(port.interrupts).toBe(false);
  port.receive([2]);
  expect(port.interrupts).toBe(true);
});

it("is told from a bus on which nobody answers", () => {
  const { machine } = start(new Simulation(1));
  const nobody = 0x3f8;
  expect(machine.call("hasSerialPort", base)).toBe(1);
  expect(machine.call("hasSerialPort", nobody)).toBe(0);
  expect(machine.call("openSerialPort", nobody)).toBe(0);
});

it("waits once, and not for ever, for a port that takes nothing", () => {
  const { machine, port, write } = start(new Simulation(1));
  port.isStuck = true;
  write(Uint8Array.of(1, 2, 3));
  const waited = machine.simulation.timeline.monotonicTime();
  write(Uint8Array.of(4));
  expect(machine.simulation.timeline.monotonicTime() - waited).toBeLessThan(1_000_000n);
  expect(port.sent).toEqual([]);
});
