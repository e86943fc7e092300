import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Simulation } from "../../simulator/simulation.ts";
import { DriverMachine } from "../drivers/drivers.fixture.ts";

/** What a word's value names, with other bytes behind its end. */
function named(word: string, behind = "") {
  const machine = new DriverMachine(new Simulation(1));
  const pointer = machine.allocate(4096);
  const bytes = new TextEncoder().encode(`${word}\0${behind}`);
  machine.bytes(pointer, bytes.length).set(bytes);
  machine.call("noteDeviceWord", pointer);
  if (machine.call("namedDeviceCount") === 0) return undefined;
  return {
    address: machine.callWide("namedAddress", 0),
    lengthBytes: machine.call("namedBytes", 0),
    line: machine.call("namedLine", 0),
  };
}

describe("the command line's words for devices", () => {
  it.each([
    ["512@0xfeb00e00:12", { address: 0xfeb0_0e00n, lengthBytes: 512, line: 12 }],
    ["4K@0xd0000000:5 next=1", { address: 0xd000_0000n, lengthBytes: 4096, line: 5 }],
    ["0x200@3489660928:255:3", { address: 0xd000_0000n, lengthBytes: 512, line: 255 }],
    ["1M@0xD000F000:0", { address: 0xd000_f000n, lengthBytes: 1 << 20, line: 0 }],
  ])("understand %s", (word, expected) => {
    expect(named(word)).toEqual(expected);
  });

  it.each([
    "",
    "512",
    "512@",
    "@0xd0000000:5",
    "512@0xd0000000",
    "512@0xd0000000:",
    "512@0xd0000000:256",
    "512@0xd0000000:5x",
    "512@0xd0000000:5:",
    "8589934592@0xd0000000:5",
    "512@0x10000000000000000:5",
    "512k@0xd0000000:5",
  ])("take %j for none", (word) => {
    expect(named(word)).toBeUndefined();
  });

  it("never read behind the end, whatever stands there", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."0123456789abcdefxKM@: ") }), (word) => {
        expect(named(word, "7@0xd:5")).toEqual(named(word));
      }),
      { numRuns: 200 },
    );
  });

  it("say where PCI's configuration space lies", () => {
    const machine = new DriverMachine(new Simulation(1));
    const pointer = machine.allocate(4096);
    machine.bytes(pointer, 10).set(new TextEncoder().encode("0xe0000000"));
    machine.call("noteConfigurationSpace", pointer);
    expect(machine.callWide("namedConfigurationSpace")).toBe(0xe000_0000n);
  });
});
