import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Simulation } from "../../../simulator/simulation.ts";
import { FaultyLink } from "../faulty-link.fixture.ts";
import { Host, hostAddress, wire } from "../stack.fixture.ts";
import { arpFrame, DhcpServer, messageTypes } from "./dhcp-server.fixture.ts";

const { discover, request, decline, ack, release } = messageTypes;
const [gained, lost, silent, taken] = [1, 2, 4, 8] as const;
const seconds = 1_000_000_000;
const everybody = 0xffff_ffff;

/** A host without an address, which asks a server for one over a link. */
function start(seed = 1) {
  const simulation = new Simulation(seed);
  const host = new Host(simulation, 1, { versions: [] });
  const server = new DhcpServer();
  const link = new FaultyLink(simulation, host, server);
  const wait = (count: number) => simulation.timeline.advance(Math.round(count * seconds));
  const events = () => host.call("takeLeaseEvents", wire);
  const address = () => host.call("leaseAddress", wire);
  const types = () => server.messages.map(({ type }) => type);
  const begin = () => host.act("startDhcp", wire);
  return { simulation, host, server, link, wait, events, address, types, begin };
}

/** The same with a lease. */
function bound(leaseSeconds = 3600) {
  const parts = start();
  parts.server.leaseSeconds = leaseSeconds;
  parts.begin();
  parts.wait(1);
  expect(parts.events()).toBe(gained);
  parts.server.messages.length = 0;
  return parts;
}

/** Whether a host has an address of IPv4 that answers ARP. */
function answers(host: Host, number: number): boolean {
  const before = host.send;
  let isAnswered = false;
  host.send = (frame) => {
    isAnswered ||= frame[12] === 8 && frame[13] === 6 && frame[21] === 2;
  };
  const everyone = new Uint8Array(6).fill(255);
  host.receive(arpFrame(1, "0200000000bb", 0x0a0900bb, everyone, number));
  host.send = before;
  return isAnswered;
}

describe("a DHCP client (RFC 2131)", () => {
  it("asks, takes the offer, probes the address and has it", () => {
    const { host, server, wait, events, address, types, begin } = start();
    begin();
    wait(0.05);
    expect(types()).toEqual([discover, request]);
    expect(server.messages.map(({ destination }) => destination)).toEqual([everybody, everybody]);
    expect(server.messages[1]?.options.get(50)).toEqual(Uint8Array.of(10, 9, 0, 0x42));
    expect(server.messages[1]?.options.get(54)).toEqual(Uint8Array.of(10, 9, 0, 254));
    expect(answers(host, server.address)).toBe(false);
    expect(events()).toBe(0);
    wait(0.1);
    expect(events()).toBe(gained);
    expect(address()).toBe(server.address);
    expect(answers(host, server.address)).toBe(true);
    expect(host.call("leaseResolver", 0)).toBe(0x0a0900fd);
    expect(host.call("leaseResolver", 1)).toBe(0x08080808);
    expect(host.call("leaseResolver", 2)).toBe(0);
    const domain = host.bytes(host.call("leaseDomain", wire), host.call("leaseDomainBytes", wire));
    expect(Buffer.from(domain).toString()).toBe("example.net");
    expect(types()).toEqual([discover, request]);
  });

  it("sends what leaves its network to the router, in packets of the lease's MTU", () => {
    const { host, wait, link } = bound();
    const frames: Uint8Array[] = [];
    link.watch = (frame) => frames.push(frame) !== 0;
    const socket = host.call("openDatagrams", host.place(new Uint8Array(16)), 0);
    const far = hostAddress(9);
    far.set([192, 0, 2, 7], 12);
    const place = host.place(far);
    host.act("sendDatagram", socket, place, 2000, place, 9);
    wait(0.1);
    const packets = frames.filter((frame) => frame[12] === 8 && frame[13] === 0);
    expect(packets.map((frame) => frame[5])).toEqual([0xfe, 0xfe]);
    expect(Math.max(...packets.map(({ length }) => length))).toBeLessThanOrEqual(1414);
  });

  it("says once that nobody answers, and goes on asking, up to a minute apart", () => {
    const { server, simulation, wait, events, begin } = start();
    const times: number[] = [];
    server.answers = () => {
      times.push(Number(simulation.timeline.monotonicTime()) / seconds);
      return false;
    };
    begin();
    wait(13.5);
    expect(events()).toBe(silent);
    wait(600);
    expect(events()).toBe(0);
    const waits = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    [4, 8, 16, 32, 64, 64].forEach((wanted, index) => {
      expect(Math.abs((waits[index] ?? 0) - wanted)).toBeLessThanOrEqual(1);
    });
    server.answers = () => true;
    wait(70);
    expect(events()).toBe(gained);
  });

  it("renews at half of the lease, from its server alone", () => {
    const { server, wait, events, address } = bound();
    wait(1790);
    expect(server.messages).toHaveLength(0);
    wait(20);
    expect(server.messages).toMatchObject([
      { type: request, clientAddress: server.address, destination: 0x0a0900fe },
    ]);
    expect(server.messages[0]?.options.has(54)).toBe(false);
    expect(server.messages[0]?.options.has(50)).toBe(false);
    wait(3000);
    expect(server.messages.length).toBeGreaterThan(1);
    expect(address()).toBe(server.address);
    expect(events()).toBe(0);
  });

  it("asks everybody at seven eighths, gives the address up at the end, and begins anew", () => {
    const { host, server, wait, events, address } = bound();
    server.answers = () => false;
    wait(3000);
    expect(new Set(server.messages.map(({ destination }) => destination))).toEqual(
      new Set([0x0a0900fe]),
    );
    wait(500);
    expect(server.messages.at(-1)).toMatchObject({ type: request, destination: everybody });
    // No less than a minute apart (RFC 2131, 4.4.5).
    expect(server.messages.length).toBeLessThan(20);
    expect(answers(host, server.address)).toBe(true);
    wait(105);
    expect(events()).toBe(lost);
    expect(address()).toBe(0);
    expect(answers(host, server.address)).toBe(false);
    expect(server.messages.at(-1)).toMatchObject({ type: discover, clientAddress: 0 });
    server.answers = () => true;
    server.address = 0x0a090043;
    wait(70);
    expect(events()).toBe(silent | gained);
    expect(address()).toBe(0x0a090043);
  });

  it("believes a refusal, and asks for another address at once", () => {
    const { server, wait, events, address } = bound();
    server.refuses = true;
    wait(1801);
    expect(events()).toBe(lost);
    server.refuses = false;
    server.address = 0x0a090044;
    wait(10);
    expect(address()).toBe(0x0a090044);
  });

  it("declines an address that somebody has, waits, and takes another", () => {
    const { server, wait, events, address, types, begin } = start();
    server.taken.add(server.address);
    begin();
    wait(1);
    expect(events()).toBe(taken);
    expect(types()).toEqual([discover, request, decline]);
    expect(server.messages[2]?.options.get(50)).toEqual(Uint8Array.of(10, 9, 0, 0x42));
    server.address = 0x0a090045;
    wait(8);
    expect(types()).toHaveLength(3);
    wait(3);
    expect(address()).toBe(0x0a090045);
    expect(events()).toBe(gained);
  });

  it("defends its address once, and gives it up the second time (RFC 5227, 2.4)", () => {
    const { host, server, wait, events } = bound();
    const everyone = new Uint8Array(6).fill(255);
    const rival = arpFrame(1, "0200000000aa", server.address, everyone, server.address);
    host.receive(rival);
    wait(5);
    expect(events()).toBe(0);
    host.receive(rival);
    wait(1);
    expect(events()).toBe(taken | lost);
    expect(server.messages.map(({ type }) => type)).toEqual([decline]);
  });

  it("gives its address back when it is told to", () => {
    const { host, server, wait } = bound();
    host.act("stopDhcp", wire);
    wait(5000);
    expect(server.messages).toMatchObject([{ type: release, clientAddress: server.address }]);
    expect(answers(host, server.address)).toBe(false);
  });

  it.each([
    ["no address", 0],
    ["a group", 0xe000_0001],
    ["the host itself", 0x7f00_0001],
  ])("does not take %s", (_name, offered) => {
    const { server, wait, address, types, begin } = start();
    server.address = offered;
    begin();
    wait(30);
    expect(new Set(types())).toEqual(new Set([discover]));
    expect(address()).toBe(0);
  });

  it("does not take a mask with gaps", () => {
    const { server, wait, address, begin } = start();
    server.options = [[1, [255, 0, 255, 0]]];
    begin();
    wait(30);
    expect(address()).toBe(0);
  });

  it("gets an address over any link that carries something, and keeps it (property)", () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const { simulation, server, link, wait, address, host, begin } = start(seed);
        const { random } = simulation;
        link.faults = {
          loss: random.pick([0, 0.1, 0.4]),
          duplication: random.pick([0, 0.3]),
          corruption: random.pick([0, 0.1]),
          delayMs: random.pick([0, 5, 200]),
          jitterMs: random.pick([0, 1000]),
        };
        server.leaseSeconds = random.pick([1200, 7200]);
        begin();
        wait(1200);
        expect(address()).toBe(server.address);
        wait(random.below(20_000));
        link.faults = { ...link.faults, loss: 0, corruption: 0 };
        wait(1000);
        expect(address()).toBe(server.address);
        expect(answers(host, server.address)).toBe(true);
        expect(host.call("packetsInUse")).toBe(0);
      }),
      { numRuns: 25 },
    );
  });

  it("survives whatever a server sends (fuzz)", () => {
    const noise = fc.array(fc.tuple(fc.nat({ max: 400 }), fc.nat({ max: 255 })), { maxLength: 20 });
    fc.assert(
      fc.property(fc.nat(), noise, fc.boolean(), (seed, changes, isEarly) => {
        const { host, server, wait, begin } = start(seed);
        server.change = (reply, type) => {
          if (!isEarly && type !== ack) return;
          for (const [at, value] of changes) if (at < reply.length) reply[at] = value;
        };
        begin();
        wait(200);
        expect(host.call("packetsInUse")).toBe(0);
      }),
      { numRuns: 100 },
    );
  });
});
