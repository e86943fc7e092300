import { describe, expect, it } from "vitest";
import { Simulation } from "../../simulator/simulation.ts";
import { joinByBottleneck } from "./bottleneck-link.fixture.ts";
import { FaultyLink } from "./faulty-link.fixture.ts";
import { Host, hostAddress, wire } from "./stack.fixture.ts";
import { internetChecksum } from "./wire/internet-checksum.fixture.ts";

const [unreachable] = [-23] as const;
const second = 1_000_000_000;
const own = [2, 0, 0, 0, 0, 1];
const packets = 5_000;

/** A host that serves another one: at the end of each test it still does, and has its memory. */
function served(memoryBytes = 0x100_0000) {
  const simulation = new Simulation(1);
  const host = new Host(simulation, 1, { memoryBytes });
  const client = new Host(simulation, 2);
  const link = new FaultyLink(simulation, client, host);
  const wait = (time = second) => simulation.timeline.advance(time);
  const listener = host.act("listenToStreams", host.place(hostAddress(1)), 80, 8);
  const serve = () => {
    const near = client.act("connectStream", client.place(hostAddress(1)), 80, 0);
    wait(4 * second);
    const far = host.call("acceptStream", listener);
    expect(far).not.toBe(0);
    client.write(near, Uint8Array.of(1, 2, 3));
    wait();
    expect(host.read(far, 9)).toEqual(Uint8Array.of(1, 2, 3));
    client.act("closeStream", near);
    host.act("closeStream", far);
    wait(100 * second);
  };
  serve();
  const frames = host.call("availableFrames");
  /** Takes frames in, much faster than they are answered, and serves afterwards. */
  const flood = (frame: (index: number) => Uint8Array, limit: number) => {
    for (let index = 0; index < packets; index++) {
      host.receive(frame(index));
      if (index % 100 === 0) wait(1_000_000);
    }
    expect(frames - host.call("availableFrames")).toBeLessThanOrEqual(limit);
    host.lines.length = 0;
    host.act("reportIncidents");
    wait(200 * second);
    serve();
    expect(host.call("packetsInUse")).toBe(0);
    return host.lines;
  };
  return { simulation, host, client, link, listener, wait, flood };
}

function word(value: number): number[] {
  return [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
}

const attacker = (index: number) => [2, 1, 0, 0, index >> 8, index & 255];
const attackerAddress = (index: number) => word(0x0a09_0000 + 3 + (index % 250));

interface Ipv4Packet {
  readonly source: readonly number[];
  readonly protocol: number;
  readonly payload: readonly number[];
  /** Identification, and flags with the offset. */
  readonly fragment?: readonly [number, number];
}

function ipv4({ source, protocol, payload, fragment = [0, 0] }: Ipv4Packet): Uint8Array {
  const length = 20 + payload.length;
  const header = Uint8Array.from([
    ...[0x45, 0, length >> 8, length & 255, fragment[0] >> 8, fragment[0] & 255],
    ...[fragment[1] >> 8, fragment[1] & 255, 64, protocol, 0, 0, ...source, 10, 9, 0, 1],
  ]);
  const sum = internetChecksum(header);
  header.set([sum >> 8, sum & 255], 10);
  return Uint8Array.from([...own, ...attacker(1), 8, 0, ...header, ...payload]);
}

function tcp(source: readonly number[], ports: number, flags: number, sequence: number) {
  const header = [...word(ports), ...word(sequence), ...word(sequence ^ 0x5555), 0x50, flags];
  const segment = Uint8Array.from([...header, 0x10, 0, 0, 0, 0, 0]);
  const pseudo = [...source, 10, 9, 0, 1, 0, 6, 0, segment.length];
  const sum = internetChecksum(Uint8Array.from([...pseudo, ...segment]));
  segment.set([sum >> 8, sum & 255], 16);
  return ipv4({ source, protocol: 6, payload: [...segment] });
}

describe("a host that is flooded goes on serving, in bounded memory", () => {
  it("by SYNs from everywhere: with cookies, and says so once", () => {
    const { flood, host } = served();
    const lines = flood((index) => {
      return tcp(attackerAddress(index), (1000 + index) * 0x1_0000 + 80, 2, index * 7919);
    }, 100);
    expect(host.call("cookiesIssued")).toBeGreaterThan(packets / 2);
    expect(lines[0]).toMatch(/^tsuki: network: more ask .*; SYN cookies .* \(\d+ times\)\n$/);
    expect(lines.filter((line) => line.includes("cookies"))).toHaveLength(1);
  });

  it("by the first fragments of datagrams that never end", () => {
    const { flood, host } = served();
    const lines = flood((index) => {
      const payload = new Array<number>(64).fill(0);
      return ipv4({
        source: attackerAddress(index),
        protocol: 17,
        payload,
        fragment: [index, 0x2000 + (index % 900)],
      });
    }, 4 * 17);
    expect(host.call("abandonedDatagrams")).toBeGreaterThan(packets / 2);
    expect(lines[0]).toContain("fragments");
  });

  it("by ARP requests of hosts that come and go", () => {
    const { flood } = served();
    flood((index) => {
      const sender = [...attacker(index), ...word(0x0a09_0000 + (index & 0xffff))];
      const head = [255, 255, 255, 255, 255, 255, ...attacker(index), 8, 6, 0, 1, 8, 0, 6, 4, 0, 1];
      return Uint8Array.from([...head, ...sender, 0, 0, 0, 0, 0, 0, 10, 9, 0, 1]);
    }, 1);
  });

  it("by datagrams for a port that nobody has: few are answered", () => {
    const { flood, host } = served();
    const payload = [0, 7, 0, 9, 0, 8, 0, 0];
    const lines = flood((index) => {
      return ipv4({ source: attackerAddress(index), protocol: 17, payload });
    }, 300);
    expect(host.call("suppressedErrors")).toBeGreaterThan(packets / 2);
    expect(lines.join("")).toContain("more packets for nobody");
  });

  it("by resets and acknowledgements of connections that it has, and of others", () => {
    const { host, client, listener, wait, flood } = served();
    const near = client.act("connectStream", client.place(hostAddress(1)), 80, 5000);
    wait();
    const far = host.call("acceptStream", listener);
    flood((index) => {
      const isReset = index % 2 === 0;
      return tcp([10, 9, 0, 2], 5000 * 0x1_0000 + 80, isReset ? 4 : 16, index * 858_993);
    }, 300);
    client.write(near, Uint8Array.of(9));
    wait();
    expect(host.read(far, 9)).toEqual(Uint8Array.of(9));
  });

  it("by router advertisements and solicitations of neighbours (IPv6)", () => {
    const { flood } = served();
    flood((index) => {
      const source = [0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, index >> 8, index & 255];
      const target = [...hostAddress(1, 6)];
      const isRouter = index % 2 === 0;
      const everybody = [0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
      const destination = isRouter ? everybody : target;
      const prefix = [0x20, 1, 0x0d, 0xb8, index >> 8, index & 255, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0];
      const body = isRouter
        ? [
            ...[134, 0, 0, 0, 64, 0, 7, 8, 0, 0, 0, 0, 0, 0, 0, 0],
            ...[3, 4, 64, 0xc0, 0, 0, 14, 16, 0, 0, 14, 16, 0, 0, 0, 0, ...prefix],
          ]
        : [135, 0, 0, 0, 0, 0, 0, 0, ...target, 1, 1, ...attacker(index)];
      const pseudo = [...source, ...destination, ...word(body.length), 0, 0, 0, 58];
      const sum = internetChecksum(Uint8Array.from([...pseudo, ...body]));
      body.splice(2, 2, sum >> 8, sum & 255);
      const head = [0x60, 0, 0, 0, 0, body.length, 58, 255, ...source, ...destination];
      return Uint8Array.from([...own, ...attacker(index), 0x86, 0xdd, ...head, ...body]);
    }, 64);
  });
});

describe("a way that leads nowhere", () => {
  it("is told to who connects: EHOSTUNREACH, after three questions, and a line", () => {
    const simulation = new Simulation(1);
    const host = new Host(simulation, 1);
    const gateway = hostAddress(254);
    host.act("configureGateway", wire, host.place(gateway));
    const far = hostAddress(9);
    far.set([192, 0, 2, 7], 12);
    const streams = [hostAddress(77), far].map((address) =>
      host.act("connectStream", host.place(address), 80, 0),
    );
    const any = hostAddress(0).fill(0, 12);
    const datagrams = host.call("openDatagrams", host.place(any), 0);
    const place = host.place(far);
    host.act("connectDatagrams", datagrams, place, 9);
    host.act("sendDatagram", datagrams, place, 4, 0, 0);
    simulation.timeline.advance(2.5 * second);
    for (const stream of streams) expect(host.read(stream, 1)).toBe(-6);
    simulation.timeline.advance(second);
    for (const stream of streams) expect(host.read(stream, 1)).toBe(unreachable);
    expect(host.call("receiveDatagram", datagrams, place, 9, 0) | 0).toBe(unreachable);
    host.act("reportIncidents");
    expect(host.lines).toEqual([
      "tsuki: network: a neighbour does not answer; is it up, and the gateway right? (2 times)\n",
    ]);
  });
});

describe("ten thousand idle connections", () => {
  it("have less than a kilobyte each", () => {
    const simulation = new Simulation(1);
    const settings = { memoryBytes: 0x100_0000 };
    const host = new Host(simulation, 1, settings);
    const client = new Host(simulation, 2, settings);
    const link = { delayMs: 1, loss: 0, bitsPerSecond: 1e9, queueLimit: 1000 };
    joinByBottleneck(simulation, client, host, link);
    const listener = host.act("listenToStreams", host.place(hostAddress(1)), 80, 1000);
    const before = host.call("availableFrames");
    const count = 10_000;
    for (let index = 0; index < count; index++) {
      client.act("connectStream", client.place(hostAddress(1)), 80, 0);
      if (index % 20 !== 19) continue;
      simulation.timeline.advance(5_000_000);
      while (host.call("acceptStream", listener) !== 0);
    }
    expect(host.call("connectionsInUse")).toBe(count + 1);
    const bytes = ((before - host.call("availableFrames")) * 4096) / count;
    expect(bytes).toBeLessThan(900);
  });
});
