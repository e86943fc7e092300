import { describe, expect, it } from "vitest";
import { Simulation } from "../../simulator/simulation.ts";
import { FaultyLink } from "./faulty-link.fixture.ts";
import { Host, hostAddress } from "./stack.fixture.ts";

const second = 1_000_000_000;
const lending = { offloads: 0, delayNs: 0, passesWhole: false, lendsFrames: true } as const;

/** A host that sends to one which may keep what comes. */
function start(memoryBytes?: number) {
  const simulation = new Simulation(1);
  const sender = new Host(simulation, 1);
  const keeper = new Host(simulation, 2, {
    device: lending,
    ...(memoryBytes === undefined ? {} : { memoryBytes }),
  });
  const link = new FaultyLink(simulation, sender, keeper);
  const wait = () => simulation.timeline.advance(second);
  const state = () => ({
    kept: keeper.call("keptFrames"),
    copied: keeper.call("queueFramesInUse"),
  });
  return { simulation, sender, keeper, link, wait, state };
}

function connected(memoryBytes?: number) {
  const hosts = start(memoryBytes);
  const { sender, keeper, wait } = hosts;
  const listener = keeper.act("listenToStreams", keeper.place(hostAddress(2)), 80, 4);
  const near = sender.act("connectStream", sender.place(hostAddress(2)), 80, 0);
  wait();
  return { ...hosts, near, far: keeper.call("acceptStream", listener) };
}

function bytes(count: number, first = 0): Uint8Array {
  return Uint8Array.from({ length: count }, (_, index) => (first + index * 7) % 251);
}

describe("received bytes of a stream", () => {
  it("stay where they have come, and are read from there", () => {
    const { sender, keeper, near, far, wait, state } = connected();
    const sent = bytes(3000);
    sender.write(near, sent);
    wait();
    // Three segments, the last of which fills too little of its page.
    expect(state()).toEqual({ kept: 2, copied: 1 });
    expect(keeper.read(far, 1000)).toEqual(sent.slice(0, 1000));
    expect(state()).toEqual({ kept: 2, copied: 1 });
    expect(keeper.read(far, 9000)).toEqual(sent.slice(1000));
    expect(state()).toEqual({ kept: 0, copied: 0 });
  });

  it("are copied when their memory is needed, from the first that was not read on", () => {
    const { sender, keeper, near, far, wait, state } = connected();
    const sent = bytes(2800);
    sender.write(near, sent);
    wait();
    expect(keeper.read(far, 500)).toEqual(sent.slice(0, 500));
    expect(keeper.row?.moveOldest()).toBe(true);
    expect(state()).toEqual({ kept: 1, copied: 1 });
    expect(keeper.read(far, 9000)).toEqual(sent.slice(500));
    expect(state()).toEqual({ kept: 0, copied: 0 });
  });

  it("may come in any order, and again", () => {
    const { sender, keeper, link, near, far, wait, state } = connected();
    const sent = bytes(14_000);
    let count = 0;
    link.watch = (_frame, from) => from !== sender || ++count !== 2;
    link.faults = { ...link.faults, duplication: 0.5, jitterMs: 30 };
    sender.write(near, sent);
    wait();
    expect(state().kept).toBeGreaterThan(5);
    expect(keeper.read(far, 20_000)).toEqual(sent);
    expect(state()).toEqual({ kept: 0, copied: 0 });
  });

  it("are bounded by the window, however slow their reader is", () => {
    const { sender, keeper, near, far, wait, state } = connected();
    const sent = bytes(120_000);
    const taken = sender.write(near, sent);
    wait();
    // The row has 32 pages, and the window more than those hold.
    expect(state().kept).toBeLessThanOrEqual(32);
    expect(state().copied).toBeGreaterThan(5);
    const read: number[] = [];
    while (read.length < taken) {
      const some = keeper.read(far, 5000);
      if (typeof some === "number") wait();
      else read.push(...some);
    }
    expect(Uint8Array.from(read)).toEqual(sent.slice(0, taken));
    expect(state()).toEqual({ kept: 0, copied: 0 });
  });

  it("go when the connection is broken off", () => {
    const { sender, keeper, near, far, wait, state } = connected();
    sender.write(near, bytes(9000));
    wait();
    expect(state().kept).toBeGreaterThan(3);
    keeper.act("abortStream", far);
    expect(state()).toEqual({ kept: 0, copied: 0 });
  });
});

describe("received datagrams", () => {
  function receiving(length: number, count: number) {
    const hosts = start();
    const { sender, keeper, wait } = hosts;
    const any = hostAddress(0).fill(0, 12);
    const server = keeper.call("openDatagrams", keeper.place(any), 53) | 0;
    const client = sender.call("openDatagrams", sender.place(any), 0) | 0;
    for (let turn = 0; turn < count; turn++) {
      const data = sender.place(bytes(length, turn));
      const target = data + 0x1_c000;
      sender.bytes(target, 16).set(hostAddress(2));
      sender.act("sendDatagram", client, data, length, target, 53);
      wait();
    }
    const receive = () => {
      const data = keeper.place(new Uint8Array(0));
      const got = keeper.act("receiveDatagram", server, data, 0x1_0000, 0);
      return got < 0 ? got : keeper.bytes(data, got).slice();
    };
    return { ...hosts, server, receive };
  }

  it("stay where they have come", () => {
    const { keeper, receive } = receiving(1400, 3);
    expect(keeper.call("keptFrames")).toBe(3);
    expect(keeper.row?.moveOldest()).toBe(true);
    expect(keeper.call("keptFrames")).toBe(2);
    for (let turn = 0; turn < 3; turn++) expect(receive()).toEqual(bytes(1400, turn));
    expect(keeper.call("keptFrames")).toBe(0);
  });

  it.each([
    ["small", 100],
    ["put together of fragments", 6000],
  ])("are copied when they are %s", (_name, length) => {
    const { keeper, receive } = receiving(length, 2);
    expect(keeper.call("keptFrames")).toBe(0);
    for (let turn = 0; turn < 2; turn++) expect(receive()).toEqual(bytes(length, turn));
  });

  it("have room for as many as if they were copied", () => {
    const { keeper, server, receive } = receiving(1400, 70);
    expect(keeper.call("datagramsWaiting")).toBe(64);
    expect(receive()).toEqual(bytes(1400, 0));
    keeper.call("closeDatagrams", server);
    expect(keeper.call("datagramsWaiting")).toBe(0);
    expect(keeper.call("keptFrames")).toBe(0);
  });
});
