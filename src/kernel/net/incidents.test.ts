import { describe, expect, it } from "vitest";
import { Simulation } from "../../simulator/simulation.ts";
import { FaultyLink } from "./faulty-link.fixture.ts";
import { Host, type HostSettings, hostAddress, wire } from "./stack.fixture.ts";

const second = 1_000_000_000;
const noBuffers = -42;
const other = "020000000002";

function hex(digits: string): Uint8Array {
  return Uint8Array.from(Buffer.from(digits.replaceAll(/\s/g, ""), "hex"));
}

function alone(settings: HostSettings = {}) {
  const simulation = new Simulation(1);
  const host = new Host(simulation, 1, settings);
  /** Lets seconds pass, looking once in each; what was said. */
  const wait = (seconds: number): readonly string[] => {
    host.lines.length = 0;
    for (let passed = 0; passed < seconds; passed++) {
      simulation.timeline.advance(second);
      host.act("reportIncidents");
    }
    return host.lines;
  };
  wait(1);
  return { simulation, host, wait };
}

describe("what goes wrong on the network is one line, at most once in a minute:", () => {
  it("another host with an address of this one", () => {
    const { host, wait } = alone();
    const conflict = hex(
      `ffffffffffff${other}0806 0001080006040001 ${other} 0a090001 000000000000 0a090001`,
    );
    const line = "tsuki: network: another host has an address of this one";
    for (let turn = 0; turn < 5; turn++) host.receive(conflict);
    expect(wait(2)).toEqual([`${line} (5 times)\n`]);
    host.receive(conflict);
    expect(wait(30)).toEqual([]);
    expect(wait(60)).toEqual([`${line}\n`]);
  });

  it("another host with an IPv6 address that was to be this one's", () => {
    const { simulation, host, wait } = alone();
    const early = new Host(simulation, 1);
    const link = new FaultyLink(simulation, early, host);
    expect(link.faults.loss).toBe(0);
    early.act("configureAutomatically", wire);
    simulation.timeline.advance(5 * second);
    host.act("configureAutomatically", wire);
    expect(wait(5)).toEqual([
      "tsuki: network: another host has an IPv6 address that was to be this one's\n",
    ]);
  });

  it("no DHCP server", () => {
    const { host, wait } = alone({ versions: [] });
    host.act("startDhcp", wire);
    const line =
      "tsuki: network: interface 1: no DHCP server answers; asking again, once a minute\n";
    expect(wait(60)).toEqual([line]);
    expect(wait(600)).toEqual([]);
  });

  it("datagrams that nobody takes", () => {
    const { host, wait } = alone();
    const loopback = hex("00000000 00000000 0000ffff 7f000001");
    const socket = host.call("openDatagrams", host.place(loopback), 53) | 0;
    for (let turn = 0; turn < 70; turn++) {
      const place = host.place(loopback);
      host.act("sendDatagram", socket, place, 4, place, 53);
      host.act("runStack");
    }
    expect(host.call("datagramsWaiting")).toBe(64);
    expect(wait(2)).toEqual([
      "tsuki: network: no room for a datagram; the app does not take those that came (6 times)\n",
    ]);
  });

  it("no memory for one more connection: ENOBUFS, and those that are there go on", () => {
    const { host, wait } = alone({ memoryBytes: 0x18_0000 });
    const results = Array.from({ length: 3000 }, () =>
      host.act("connectStream", host.place(hostAddress(2)), 80, 0),
    );
    expect(results[0]).toBeGreaterThan(0);
    expect(results.at(-1)).toBe(noBuffers);
    expect(wait(1).join("")).toMatch(/^tsuki: network: no room for one more connection/m);
    wait(300);
    expect(host.call("packetsInUse")).toBe(0);
  });
});
