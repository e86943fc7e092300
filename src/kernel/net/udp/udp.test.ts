import { describe, expect, it } from "vitest";
import { Simulation } from "../../../simulator/simulation.ts";
import { FaultyLink } from "../faulty-link.fixture.ts";
import { Host, hostAddress } from "../stack.fixture.ts";

const [again, refused, tooLong] = [-6, -14, -35] as const;
const from = 0x1_8000;
const longest = 65_527;

function start() {
  const simulation = new Simulation(1);
  const [left, right] = [new Host(simulation, 1), new Host(simulation, 2)];
  const link = new FaultyLink(simulation, left, right);
  const wait = (ms = 1000) => simulation.timeline.advance(ms * 1_000_000);
  return { left, right, link, wait };
}

/** A socket at an address, which is all zeroes unless it is given. */
function open(host: Host, port: number, address = hostAddress(0).fill(0, 12)): number {
  return host.call("openDatagrams", host.place(address), port) | 0;
}

function send(host: Host, socket: number, text: Uint8Array, to: Uint8Array, port: number) {
  const data = host.place(text);
  const target = data + 0x1_c000;
  host.bytes(target, 16).set(to);
  return host.act("sendDatagram", socket, data, text.length, target, port);
}

function receive(host: Host, socket: number) {
  const data = host.place(new Uint8Array(longest));
  const count = host.call("receiveDatagram", socket, data, longest, data + from) | 0;
  if (count < 0) return count;
  const view = host.view(data + from);
  return {
    bytes: host.bytes(data, count).slice(),
    address: host.bytes(data + from, 16).slice(),
    port: view.getUint32(16, true),
  };
}

describe("UDP sockets", () => {
  it.each([4, 6] as const)("bring datagrams over IPv%i, with their sender", (version) => {
    const { left, right, wait } = start();
    const any = version === 4 ? undefined : new Uint8Array(16);
    const server = open(right, 53, any);
    const client = open(left, 0, any);
    const text = Uint8Array.of(1, 2, 3);
    expect(send(left, client, text, hostAddress(2, version), 53)).toBe(3);
    wait();
    const got = receive(right, server);
    if (typeof got === "number") throw new Error(`nothing came: ${got}`);
    expect(got).toMatchObject({ bytes: text, address: hostAddress(1, version) });
    expect(got.port).toBeGreaterThanOrEqual(32_768);
    expect(receive(right, server)).toBe(again);
  });

  it("bring what is longer than a packet in fragments, in whatever order they come", () => {
    const { left, right, link, wait } = start();
    const server = open(right, 53);
    const client = open(left, 0);
    const long = Uint8Array.from({ length: 3700 }, (_, index) => (index * 31) & 255);
    send(left, client, Uint8Array.of(0), hostAddress(2), 53); // so that neighbours are known
    wait();
    receive(right, server);
    link.faults = { ...link.faults, jitterMs: 30, duplication: 0.5 };
    for (let turn = 0; turn < 20; turn++) {
      expect(send(left, client, long, hostAddress(2), 53)).toBe(3700);
      wait();
      expect(receive(right, server)).toMatchObject({ bytes: long });
    }
  });

  it.each([4, 6] as const)("bring up to 64 KiB over IPv%i, at once", (version) => {
    const { left, right, wait } = start();
    const any = version === 4 ? undefined : new Uint8Array(16);
    const server = open(right, 53, any);
    const client = open(left, 0, any);
    const most = version === 4 ? 65_507 : longest;
    for (const length of [60_000, most, 4057, 4056, 8145, 3896, 3897]) {
      const long = Uint8Array.from({ length }, (_, index) => (index * 31 + length) & 255);
      expect(send(left, client, long, hostAddress(2, version), 53)).toBe(length);
      wait();
      const got = receive(right, server);
      if (typeof got === "number") throw new Error(`nothing came of ${length}: ${got}`);
      expect(Buffer.compare(got.bytes, long)).toBe(0);
    }
    const more = new Uint8Array(most + 1);
    expect(send(left, client, more, hostAddress(2, version), 53)).toBe(tooLong);
    expect([left, right].map((host) => host.call("packetsInUse"))).toEqual([0, 0]);
  });

  it("bring as many long ones as a queue has room for", () => {
    const { left, right, wait } = start();
    const server = open(right, 53);
    const client = open(left, 0);
    const frames = right.call("availableFrames");
    for (let turn = 0; turn < 6; turn++) {
      send(left, client, new Uint8Array(60_000).fill(turn), hostAddress(2), 53);
      wait();
    }
    expect(right.call("datagramsWaiting")).toBe(4);
    right.call("closeDatagrams", server);
    expect(right.call("datagramsWaiting")).toBe(0);
    const kept = 17 + 1; // for reassembly, and for neighbours
    expect(right.call("availableFrames")).toBe(frames - kept);
  });

  it("tell a connected socket that nobody listens", () => {
    const { left, wait } = start();
    const client = open(left, 0);
    const address = left.place(hostAddress(2));
    expect(left.act("connectDatagrams", client, address, 9)).toBe(0);
    left.act("sendDatagram", client, left.place(new Uint8Array(4)), 4, 0, 0);
    wait();
    expect(receive(left, client)).toBe(refused);
    expect(receive(left, client)).toBe(again);
  });

  it("drop what has no room, and give all memory back", () => {
    const { left, right, wait } = start();
    const server = open(right, 53);
    const client = open(left, 0);
    for (let turn = 0; turn < 200; turn++) {
      send(left, client, Uint8Array.of(turn), hostAddress(2), 53);
      wait(10);
    }
    expect(right.call("datagramsWaiting")).toBe(64);
    const before = right.call("availableFrames");
    right.call("closeDatagrams", server);
    expect(right.call("datagramsWaiting")).toBe(0);
    expect(right.call("availableFrames")).toBe(before + 64);
  });

  it("have a port to themselves", () => {
    const { left } = start();
    const first = open(left, 53);
    expect(open(left, 53)).toBe(-3);
    expect(open(left, 53, hostAddress(1))).toBe(-3);
    left.call("closeDatagrams", first);
    expect(open(left, 53)).toBeGreaterThan(0);
  });
});
