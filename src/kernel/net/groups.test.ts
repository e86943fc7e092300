import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Simulation } from "../../simulator/simulation.ts";
import { FaultyLink } from "./faulty-link.fixture.ts";
import { Host, hostAddress, wire } from "./stack.fixture.ts";
import { internetChecksum } from "./wire/internet-checksum.fixture.ts";

const second = 1_000_000_000;
const [again, noBuffers] = [-6, 42] as const;
const other = "020000000002";

function hex(digits: string): Uint8Array {
  return Uint8Array.from(Buffer.from(digits.replaceAll(/\s/g, ""), "hex"));
}

const group4 = hex("00000000 00000000 0000ffff ef010203");
const group6 = hex("ff15 0000 0000 0000 0000 0000 0000 0099");

/** A host alone on a link that has fallen silent, and what it says of groups afterwards. */
function alone() {
  const simulation = new Simulation(1);
  const host = new Host(simulation, 1);
  const wait = (time = 10 * second) => simulation.timeline.advance(time);
  const said: string[] = [];
  host.settle();
  wait();
  host.send = (frame) => said.push(Buffer.from(frame).toString("hex"));
  /** The messages behind IP's headers, each once. */
  const messages = () => {
    const found = said.splice(0).map((frame) => {
      const isV4 = frame.slice(24, 28) === "0800";
      return isV4 ? frame.slice(2 * (14 + 24)) : frame.slice(2 * (14 + 40 + 8));
    });
    return found.map((message) => `${message.slice(0, 4)} ${message.slice(8)}`);
  };
  const join = (group: Uint8Array) => host.act("joinGroup", wire, host.place(group)) ?? 0;
  const leave = (group: Uint8Array) => host.act("leaveGroup", wire, host.place(group));
  return { simulation, host, wait, said, messages, join, leave };
}

/** An IGMP question for all groups, in a packet to all hosts. */
function membershipQuery(bytes: string): Uint8Array {
  const message = hex(bytes);
  const sum = internetChecksum(message);
  message.set([sum >> 8, sum & 255], 2);
  const header = hex("46c0 0000 0000 0000 01 02 0000 0a090002 e0000001 94040000");
  header.set([0, 24 + message.length], 2);
  const headerSum = internetChecksum(header);
  header.set([headerSum >> 8, headerSum & 255], 10);
  return Uint8Array.of(...hex(`01005e000001${other}0800`), ...header, ...message);
}

/** An MLD question, in a packet to all nodes. */
function listenerQuery(body: Uint8Array, hopLimit = 1): Uint8Array {
  const message = Uint8Array.of(130, 0, 0, 0, ...body);
  const source = hex("fe800000000000000000000000000099");
  const to = hex("ff020000000000000000000000000001");
  const pseudo = Uint8Array.of(...source, ...to, 0, 0, 0, message.length, 0, 0, 0, 58);
  const sum = internetChecksum(Uint8Array.of(...pseudo, ...message));
  message.set([sum >> 8, sum & 255], 2);
  const header = hex(`60000000 0000 00 00`);
  header[5] = message.length + 8;
  header[7] = hopLimit;
  const hopByHop = hex("3a 00 05 02 00 00 01 00");
  return Uint8Array.of(
    ...hex(`333300000001${other}86dd`),
    ...header,
    ...source,
    ...to,
    ...hopByHop,
    ...message,
  );
}

describe("multicast groups", () => {
  it("are reported twice when they are joined, and when they are left (RFC 9776, RFC 9777)", () => {
    const { wait, messages, join, leave } = alone();
    join(group4);
    join(group6);
    wait();
    const joined4 = "2200 0000000104000000ef010203";
    const joined6 = `8f00 0000000104000000${Buffer.from(group6).toString("hex")}`;
    expect(messages().sort()).toEqual([joined4, joined4, joined6, joined6]);
    join(group4);
    leave(group4);
    wait();
    expect(messages()).toEqual([]);
    leave(group4);
    leave(group6);
    wait();
    const left6 = `8f00 0000000103000000${Buffer.from(group6).toString("hex")}`;
    expect(new Set(messages())).toEqual(new Set(["2200 0000000103000000ef010203", left6]));
  });

  it("of IPv6 addresses are reported from the start", () => {
    const simulation = new Simulation(1);
    const host = new Host(simulation, 1);
    const said: string[] = [];
    host.send = (frame) => said.push(Buffer.from(frame).toString("hex"));
    host.settle();
    simulation.timeline.advance(10 * second);
    expect(said.filter((frame) => frame.includes("ff0200000000000000000001ff000001"))).toHaveLength(
      2,
    );
    // To all routers of MLDv2, one hop far, marked for routers.
    expect(said[0]).toMatch(/^333300000016.{12}86dd6.{11}0001/);
    expect(said[0]?.slice(108, 124)).toBe("3a00050200000100");
  });

  it("are reported within the time that a question gives", () => {
    const { host, wait, messages, join } = alone();
    join(group4);
    join(group6);
    wait();
    messages();
    host.receive(membershipQuery("11 14 0000 00000000 02 7d 0000"));
    host.receive(listenerQuery(hex(`07d0 0000 ${"00".repeat(16)} 02 7d 0000`)));
    wait(2 * second + 1);
    const found = messages().filter((message) => !message.includes("01ff"));
    expect(found.sort()).toEqual([
      "2200 0000000102000000ef010203",
      `8f00 0000000102000000${Buffer.from(group6).toString("hex")}`,
    ]);
  });

  it("are reported and left in the version of an older router", () => {
    const { host, wait, messages, join, leave } = alone();
    join(group4);
    join(group6);
    wait();
    messages();
    host.receive(membershipQuery("11 0a 0000 00000000"));
    host.receive(listenerQuery(hex(`03e8 0000 ${"00".repeat(16)}`)));
    wait();
    const found = messages().filter((message) => !message.includes("01ff"));
    expect(found.sort()).toEqual([
      "1600 ef010203",
      `8300 00000000${Buffer.from(group6).toString("hex")}`,
    ]);
    leave(group4);
    leave(group6);
    wait();
    expect(new Set(messages())).toEqual(
      new Set(["1700 ef010203", `8400 00000000${Buffer.from(group6).toString("hex")}`]),
    );
    join(group4);
    wait(300 * second);
    messages();
    leave(group4);
    wait();
    expect(messages()[0]).toBe("2200 0000000103000000ef010203"); // that router is gone
  });

  it("are not believed of a router beyond the link", () => {
    const { host, wait, messages, join } = alone();
    join(group6);
    wait();
    messages();
    host.receive(listenerQuery(hex(`0001 0000 ${"00".repeat(16)} 02 7d 0000`), 2));
    wait();
    expect(messages()).toEqual([]);
  });

  it("are few", () => {
    const { host, join } = alone();
    const results = Array.from({ length: 40 }, (_, index) =>
      join(Uint8Array.of(...group4.slice(0, 15), index)),
    );
    expect(results[0]).toBe(0);
    expect(results.at(-1)).toBe(noBuffers);
    expect(host.call("packetsInUse")).toBe(0);
  });

  it("survive whatever routers ask", () => {
    const { host, wait, join } = alone();
    join(group4);
    join(group6);
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 4, maxLength: 60 }), fc.boolean(), (bytes, isV4) => {
        const digits = Buffer.from(bytes.subarray(0, bytes.length & ~1)).toString("hex");
        if (isV4) host.receive(membershipQuery(`11${digits.slice(2)}`));
        else host.receive(listenerQuery(hex(digits)));
        wait(second / 10);
        expect(host.call("packetsInUse")).toBe(0);
      }),
      { numRuns: 300 },
    );
  });

  it.each([4, 6] as const)(
    "bring datagrams over IPv%i to who has joined, and to nobody else",
    (version) => {
      const simulation = new Simulation(1);
      const [left, right] = [new Host(simulation, 1), new Host(simulation, 2)];
      const link = new FaultyLink(simulation, left, right);
      expect(link.faults.loss).toBe(0);
      const group = version === 4 ? group4 : group6;
      const any = version === 4 ? hostAddress(0).fill(0, 12) : new Uint8Array(16);
      const open = (host: Host) => host.call("openDatagrams", host.place(any), 5353) | 0;
      const [sender, receiver] = [open(left), open(right)];
      const send = () => {
        const data = left.place(Uint8Array.of(1, 2, 3));
        left.bytes(data + 64, 16).set(group);
        const result = left.act("sendDatagram", sender, data, 3, data + 64, 5353);
        simulation.timeline.advance(second);
        return result;
      };
      const receive = (host: Host, socket: number) =>
        host.call("receiveDatagram", socket, host.place(new Uint8Array(64)), 64, 0) | 0;
      expect(send()).toBe(3);
      expect(receive(right, receiver)).toBe(again);
      right.act("joinGroup", wire, right.place(group));
      send();
      expect([receive(right, receiver), receive(right, receiver)]).toEqual([3, again]);
      // From a socket at the group's own address, they come from the host's.
      const bound = left.call("openDatagrams", left.place(group), 5354) | 0;
      const place = left.place(group);
      expect(left.act("sendDatagram", bound, place, 3, place, 5353)).toBe(3);
      simulation.timeline.advance(second);
      const from = right.place(new Uint8Array(128));
      expect(right.call("receiveDatagram", receiver, from, 64, from + 64) | 0).toBe(3);
      expect(right.bytes(from + 64, 16)).toEqual(hostAddress(1, version));
      // Its own datagrams come back once it has joined itself.
      expect(receive(left, sender)).toBe(again);
      left.act("joinGroup", wire, left.place(group));
      send();
      expect([receive(left, sender), receive(left, sender)]).toEqual([3, again]);
      right.act("leaveGroup", wire, right.place(group));
      receive(right, receiver);
      send();
      expect(receive(right, receiver)).toBe(again);
    },
  );
});
