import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Simulation } from "../../simulator/simulation.ts";
import { FaultyLink } from "./faulty-link.fixture.ts";
import { Host, hostAddress, wire } from "./stack.fixture.ts";
import { internetChecksum } from "./wire/internet-checksum.fixture.ts";

const second = 1_000_000_000;
const own = "020000000001";
const other = "020000000002";

function hex(digits: string): Uint8Array {
  return Uint8Array.from(Buffer.from(digits.replaceAll(/\s/g, ""), "hex"));
}

/** A host alone on a link: what it sends is collected, but its reports of multicast groups. */
function alone() {
  const simulation = new Simulation(1);
  const host = new Host(simulation, 1);
  const sent: string[] = [];
  host.send = (frame) => {
    const text = Buffer.from(frame).toString("hex");
    if (!text.startsWith("333300000016")) sent.push(text);
  };
  const wait = (time = second) => simulation.timeline.advance(time);
  return { simulation, host, sent, wait };
}

/** An IPv4 packet in a frame from host 2 to host 1, its checksum right. */
function ipv4(
  protocol: number,
  payload: Uint8Array,
  change: (header: Uint8Array) => void = () => {},
) {
  const length = 20 + payload.length;
  const header = hex("4500 0000 0001 0000 40 00 0000 0a090002 0a090001");
  header.set([length >> 8, length & 255], 2);
  header[9] = protocol;
  change(header);
  const sum = internetChecksum(header);
  header.set([sum >> 8, sum & 255], 10);
  return Uint8Array.of(...hex(`${own}${other}0800`), ...header, ...payload);
}

function icmp(body: string): Uint8Array {
  const message = hex(body);
  const sum = internetChecksum(message);
  message.set([sum >> 8, sum & 255], 2);
  return message;
}

const whoHas = (target: string) =>
  hex(`ffffffffffff${other}0806 0001080006040001 ${other} 0a090002 000000000000 ${target}`);

describe("ARP and echo", () => {
  it("announce each IPv4 address when it is given", () => {
    const { host, sent } = alone();
    host.call("configureAddress", wire, host.place(hostAddress(7)), 96 + 24);
    host.call("configureAddress", wire, host.place(hostAddress(7, 6)), 64);
    host.settle();
    const [sender, target] = [`${own}0a090007`, "0000000000000a090007"];
    expect(sent).toEqual([`ffffffffffff${own}08060001080006040001${sender}${target}`]);
  });

  it("answer for own addresses alone", () => {
    const { host, sent } = alone();
    host.receive(whoHas("0a090003"));
    expect(sent).toEqual([]);
    host.receive(whoHas("0a090001"));
    expect(sent).toEqual([`${other}${own}08060001080006040002${own}0a090001${other}0a090002`]);
  });

  it("notice who else has an own address", () => {
    const { host } = alone();
    host.receive(
      hex(`ffffffffffff${other}0806 0001080006040001 ${other} 0a090001 000000000000 0a090001`),
    );
    expect(host.call("addressConflicts")).toBe(1);
  });

  it("answer an echo request with its own bytes, but none to a group's", () => {
    const { host, sent } = alone();
    host.receive(whoHas("0a090001"));
    sent.length = 0;
    const request = icmp("0800 0000 1234 0001 616263");
    host.receive(ipv4(1, request, (header) => header.set([0xff, 0xff, 0xff, 0xff], 12)));
    expect(sent).toEqual([]);
    host.receive(ipv4(1, request));
    const [reply = ""] = sent;
    expect(reply.slice(68, 72)).toBe("0000");
    expect(reply.slice(-14)).toBe("12340001616263");
  });

  it("answer an echo request that is longer than a packet, in fragments", () => {
    const { host, sent } = alone();
    host.receive(whoHas("0a090001"));
    sent.length = 0;
    const data = Array.from({ length: 20_000 }, (_, index) => (index * 7) & 255);
    const request = icmp(`0800 0000 1234 0001 ${Buffer.from(data).toString("hex")}`);
    for (let at = 0; at < request.length; at += 1480) {
      const more = at + 1480 < request.length ? 0x20 : 0;
      host.receive(
        ipv4(1, request.subarray(at, at + 1480), (header) =>
          header.set([more | (at >> 11), (at >> 3) & 255], 6),
        ),
      );
    }
    expect(sent).toHaveLength(14);
    const reply = Buffer.from(sent.map((frame) => frame.slice(68)).join(""), "hex");
    expect(reply[0]).toBe(0);
    expect(internetChecksum(reply)).toBe(0);
    expect(Buffer.compare(reply.subarray(4), request.subarray(4))).toBe(0);
  });

  it("give a silent neighbour up after three questions", () => {
    const { host, sent, wait } = alone();
    host.act("connectStream", host.place(hostAddress(9)), 80, 0);
    wait(10 * second);
    expect(sent.filter((frame) => frame.slice(24, 28) === "0806").length).toBeGreaterThan(2);
    expect(host.call("neighbourFailures")).toBeGreaterThan(0);
    wait(300 * second);
    expect(host.call("packetsInUse")).toBe(0);
  });
});

describe("ICMP errors", () => {
  const datagram = hex("1000 2000 0009 0000 61");

  it("tell that nobody listens, at a limited rate, and never of fragments behind the first", () => {
    const { host, sent, wait } = alone();
    host.receive(whoHas("0a090001"));
    sent.length = 0;
    wait();
    for (let turn = 0; turn < 100; turn++) host.receive(ipv4(17, datagram));
    expect(sent.length).toBeGreaterThan(5);
    expect(sent.length).toBeLessThan(25);
    expect(host.call("suppressedErrors")).toBe(100 - sent.length);
    expect(sent[0]?.slice(68, 72)).toBe("0303");
    wait();
    sent.length = 0;
    host.receive(ipv4(17, datagram, (header) => header.set([0x00, 0x01], 6)));
    expect(sent).toEqual([]);
  });

  it("tell that a protocol is unknown", () => {
    const { host, sent, wait } = alone();
    host.receive(whoHas("0a090001"));
    sent.length = 0;
    wait();
    host.receive(ipv4(200, datagram));
    expect(sent[0]?.slice(68, 72)).toBe("0302");
  });

  it("are not sent about errors", () => {
    const { host, sent } = alone();
    host.receive(whoHas("0a090001"));
    sent.length = 0;
    const quoted = Buffer.from(ipv4(200, datagram).subarray(14)).toString("hex");
    host.receive(ipv4(1, icmp(`0302 0000 0000 0000 ${quoted}`)));
    expect(sent).toEqual([]);
  });
});

describe("fragments", () => {
  const part = (offset: number, more: boolean, fill: number) =>
    ipv4(200, new Uint8Array(16).fill(fill), (header) =>
      header.set([(more ? 0x20 : 0) | (offset >> 11), (offset >> 3) & 255], 6),
    );

  it("that overlap end their datagram (RFC 5722), and copies do not", () => {
    const { host, sent, wait } = alone();
    host.receive(whoHas("0a090001"));
    wait();
    sent.length = 0;
    host.receive(part(16, false, 2));
    host.receive(part(16, false, 2));
    host.receive(part(0, true, 1));
    expect(sent).toHaveLength(1); // it is whole: its protocol is unknown
    host.receive(part(16, false, 2));
    host.receive(part(8, true, 3));
    expect(host.call("abandonedDatagrams")).toBe(1);
    host.receive(part(0, true, 1));
    expect(sent).toHaveLength(1);
  });

  it("of a flood take bounded memory", () => {
    const { host } = alone();
    host.receive(part(0, true, 1));
    const before = host.call("availableFrames");
    for (let number = 0; number < 2000; number++) {
      host.receive(
        ipv4(17, new Uint8Array(16), (header) =>
          header.set([number >> 8, number & 255, 0x20, 0], 4),
        ),
      );
    }
    expect(before - host.call("availableFrames")).toBeLessThan(4 * 17);
  });
});

describe("IPv6 addresses that hosts make themselves", () => {
  const advertisement = (lifetime: string, options = "") => {
    const source = hex("fe800000000000000000000000000099");
    const group = hex("ff020000000000000000000000000001");
    const body = hex(`8600 0000 40000708 00000000 00000000 0101 ${other}
      0304 40c0 ${lifetime} 00000e10 00000000 20010db8 00050000 00000000 00000000
      ${options}`);
    const pseudo = Uint8Array.of(...source, ...group, 0, 0, 0, body.length, 0, 0, 0, 58);
    const sum = internetChecksum(Uint8Array.of(...pseudo, ...body));
    body.set([sum >> 8, sum & 255], 2);
    const header = hex(`60000000 0000 3a ff`);
    header[5] = body.length;
    return Uint8Array.of(
      ...hex(`333300000001${other}86dd`),
      ...header,
      ...source,
      ...group,
      ...body,
    );
  };
  /** Whether a neighbour's question for an address is answered. */
  const answers = (host: Host, sent: string[], target: string): boolean => {
    sent.length = 0;
    const source = hex("fe800000000000000000000000000099");
    const to = hex(target);
    const body = hex(`8700 0000 00000000 ${target} 0101 ${other}`);
    const pseudo = Uint8Array.of(...source, ...to, 0, 0, 0, body.length, 0, 0, 0, 58);
    const sum = internetChecksum(Uint8Array.of(...pseudo, ...body));
    body.set([sum >> 8, sum & 255], 2);
    const header = hex("60000000 0020 3a ff");
    host.receive(Uint8Array.of(...hex(`${own}${other}86dd`), ...header, ...source, ...to, ...body));
    return sent.some((frame) => frame.slice(108, 110) === "88");
  };
  const linkLocal = "fe80000000000000000000fffe000001";
  const routed = "20010db800050000000000fffe000001";

  it("are used when nobody objects, and those of a router's prefix too", () => {
    const { host, sent, wait } = alone();
    host.act("configureAutomatically", wire);
    expect(answers(host, sent, linkLocal)).toBe(false);
    wait(5 * second);
    expect(answers(host, sent, linkLocal)).toBe(true);
    host.receive(advertisement("00015180"));
    wait(5 * second);
    expect(answers(host, sent, routed)).toBe(true);
    wait(100_000 * second);
    expect(answers(host, sent, routed)).toBe(false);
  });

  it("come with servers of names and domains to search, for a time (RFC 8106)", () => {
    const { host, wait } = alone();
    host.act("configureAutomatically", wire);
    wait(5 * second);
    const servers =
      "1905 0000 0000003c 20010db8000000000000000000000053 fe800000000000000000000000000053";
    const domains = "1f04 0000 0000003c 03 6f6e65 04 74657374 00 02 6969 00 0000 00000000 00000000";
    host.receive(advertisement("00015180", servers + domains));
    const count = () => [host.call("serverCount", host.now), host.call("domainCount", host.now)];
    const domain = (index: number) =>
      Buffer.from(
        host.bytes(
          host.call("domainStart", index, host.now),
          host.call("domainBytes", index, host.now),
        ),
      ).toString();
    expect(count()).toEqual([2, 2]);
    const place = host.call("serverAddress", 1, host.now);
    expect(Buffer.from(host.bytes(place, 20)).toString("hex")).toBe(
      "02003500fe800000000000000000000000000053",
    );
    expect([domain(0), domain(1)]).toEqual(["one.test", "ii"]);
    wait(61 * second);
    expect(count()).toEqual([0, 0]);
  });

  it("survive whatever a router advertises of names", () => {
    const { host, wait } = alone();
    host.act("configureAutomatically", wire);
    wait(5 * second);
    const option = fc.record({
      kind: fc.constantFrom("19", "1f"),
      units: fc.integer({ min: 1, max: 6 }),
      bytes: fc.uint8Array({ minLength: 46, maxLength: 46 }),
    });
    fc.assert(
      fc.property(fc.array(option, { maxLength: 4 }), (given) => {
        const options = given.map(({ kind, units, bytes }) => {
          const rest = Buffer.from(bytes.subarray(0, units * 8 - 2)).toString("hex");
          return `${kind}0${units}${rest}`;
        });
        host.receive(advertisement("00015180", options.join("")));
        expect(host.call("serverCount", host.now)).toBeLessThanOrEqual(3);
        const domains = host.call("domainCount", host.now);
        for (let index = 0; index < domains; index++) {
          expect(host.call("domainBytes", index, host.now)).toBeLessThanOrEqual(128);
        }
      }),
      { numRuns: 300 },
    );
  });

  it("are given up when another host has them (RFC 4862, 5.4)", () => {
    const simulation = new Simulation(1);
    const [early, late] = [new Host(simulation, 1), new Host(simulation, 1)];
    const link = new FaultyLink(simulation, early, late);
    expect(link.faults.loss).toBe(0);
    early.act("configureAutomatically", wire);
    simulation.timeline.advance(5 * second);
    late.act("configureAutomatically", wire);
    simulation.timeline.advance(5 * second);
    expect(late.call("duplicateAddresses")).toBe(1);
    expect(early.call("duplicateAddresses")).toBe(0);
  });
});

describe("the whole input path", () => {
  it("survives noise behind right checksums, and loses no memory to it", () => {
    const { simulation, host, wait } = alone();
    host.act("listenToStreams", host.place(hostAddress(1)), 80, 4);
    const transport = fc.uint8Array({ minLength: 0, maxLength: 90 });
    const samples = [1, 2, 6, 17, 44, 58, 200];
    fc.assert(
      fc.property(fc.constantFrom(...samples), transport, fc.boolean(), (protocol, raw, isV6) => {
        const payload = raw.slice();
        if (protocol === 6 && payload.length >= 20) {
          payload.set([0x12, 0x34, 0, 80], 0);
          payload[12] = 0x50 | ((payload[12] ?? 0) & 0x30);
        }
        const at = protocol === 6 ? 16 : protocol === 17 ? 6 : 2;
        const addresses = hex("0a0900020a090001");
        if (payload.length >= at + 2 && !isV6) {
          payload.fill(0, at, at + 2);
          const pseudo = Uint8Array.of(...addresses, 0, protocol, 0, payload.length);
          const covered = protocol < 3 ? payload : Uint8Array.of(...pseudo, ...payload);
          const sum = internetChecksum(covered);
          payload.set([sum >> 8, sum & 255], at);
        }
        if (isV6) {
          const frame = ipv4(protocol, payload);
          frame.set([0x86, 0xdd, 0x60 | ((raw[0] ?? 0) & 15)], 12);
          host.receive(frame);
        } else {
          host.receive(ipv4(protocol, payload));
        }
        simulation.timeline.advance(1_000_000);
      }),
      { numRuns: 3_000 },
    );
    wait(1_000 * second);
    expect(host.call("connectionsInUse")).toBe(1);
    expect(host.call("packetsInUse")).toBe(0);
    expect(host.call("queueFramesInUse")).toBe(0);
  });
});
