import { describe, expect, it } from "vitest";
import { internetChecksum } from "./internet-checksum.fixture.ts";
import { itEndsWithAnOutcome } from "./noise.suite.ts";
import { hex, WireMachine } from "./wire.fixture.ts";

const machine = new WireMachine();
const nothing = new Uint8Array();

/** From Linux: an unreachable port, and the datagram that it is about. */
const ipv4 = hex(`45c0003b86f300004001defa0a0900020a090001 03037af700000000
  4500001f3dfb40004011e8be0a0900010a0900029a5b0009000b14316f6464`);
/** From Linux: a multicast listener report behind a router alert. */
const ipv6 = hex(`6000000000240001fe80000000000000d453cdfffeef0b8fff020000000000000000000000000016
  3a000502000001008f00b7b80000000104000000ff0200000000000000000001ffef0b8f`);

function repairIpv4(packet: Uint8Array): void {
  const headerBytes = Math.min(((packet[0] ?? 0) & 15) * 4, packet.length);
  if (headerBytes < 20) return;
  packet.fill(0, 10, 12);
  new DataView(packet.buffer).setUint16(10, internetChecksum(packet.subarray(0, headerBytes)));
}

function ipv4With(change: (packet: Uint8Array) => void): Uint8Array {
  const packet = ipv4.slice();
  change(packet);
  repairIpv4(packet);
  return packet;
}

const parseIpv4 = (packet: Uint8Array) => machine.parse("parseIpv4", "ip", packet);
const parseIpv6 = (packet: Uint8Array) => machine.parse("parseIpv6", "ip", packet);

/** A whole IPv6 packet around extension headers and payload. */
function ipv6With(next: number, rest: Uint8Array): Uint8Array {
  const packet = Uint8Array.of(...ipv6.subarray(0, 40), ...rest);
  packet[6] = next;
  new DataView(packet.buffer).setUint16(4, rest.length);
  return packet;
}

describe("IPv4", () => {
  it("reads Linux's packet, and writes the same header", () => {
    const { outcome, fields } = parseIpv4(Uint8Array.of(...ipv4, 0, 0, 0));
    expect(outcome).toBe("well-formed");
    expect(fields).toMatchObject({
      ...{ version: 4, protocol: 1, hopLimit: 64, trafficClass: 0xc0, identification: 0x86f3 },
      ...{ headerBytes: 20, payloadBytes: 39, isFragment: 0, dontFragment: 0, optionBytes: 0 },
    });
    expect(machine.emit("emitIpv4", 20, nothing, 0)).toEqual(ipv4.slice(0, 20));
  });

  it.each([
    ["truncated", ipv4.slice(0, 19)],
    ["truncated", ipv4.slice(0, 58)],
    ["bad checksum", Uint8Array.of(...ipv4.slice(0, 8), 63, ...ipv4.slice(9))],
    ["malformed", ipv4With((packet) => packet.fill(0x55, 0, 1))],
    ["malformed", ipv4With((packet) => packet.fill(0x44, 0, 1))],
    ["malformed", ipv4With((packet) => packet.set([0, 19], 2))],
    // An option that runs out of the header, and one without a length.
    ["malformed", ipv4With((packet) => packet.set([0x46], 0) ?? packet.set([7, 5], 20))],
    ["malformed", ipv4With((packet) => packet.set([0x46], 0) ?? packet.set([1, 1, 1, 7], 20))],
    // A fragment that ends behind 65,535, and a middle one of odd length.
    ["malformed", ipv4With((packet) => packet.set([0x1f, 0xff], 6))],
    ["malformed", ipv4With((packet) => packet.set([0x20, 0], 6))],
  ])("calls %s what is", (outcome, packet) => {
    expect(parseIpv4(packet).outcome).toBe(outcome);
  });

  it("reads fragments and notices chosen routes", () => {
    const fragment = ipv4With((packet) => packet.set([0, 3], 6));
    expect(parseIpv4(fragment).fields).toMatchObject({ isFragment: 1, fragmentOffset: 24 });
    const routed = ipv4With((packet) => {
      packet.set([0x46], 0);
      packet.set([131, 3, 4, 0], 20);
    });
    expect(parseIpv4(routed).fields).toMatchObject({ isSourceRouted: 1, optionBytes: 4 });
  });

  itEndsWithAnOutcome({
    machine,
    parse: "parseIpv4",
    layout: "ip",
    samples: [ipv4],
    repair: repairIpv4,
    emit: (fields, packet) => {
      const headerBytes = Number(fields.headerBytes);
      const options = machine.place(packet.slice(20, headerBytes));
      const header = machine.emit("emitIpv4", headerBytes, nothing, options);
      return Uint8Array.of(...header, ...new Uint8Array(Number(fields.payloadBytes)));
    },
    spelling: ["failureOffset", "failureCode"],
  });
});

describe("IPv6", () => {
  it("reads Linux's packet, behind its options for every hop", () => {
    const { outcome, fields } = parseIpv6(ipv6);
    expect(outcome).toBe("well-formed");
    expect(fields).toMatchObject({
      ...{ version: 6, protocol: 58, hopLimit: 1, headerBytes: 48, payloadBytes: 28 },
      ...{ optionBytes: 8, protocolOffset: 40 },
    });
  });

  it("reads and writes fragments", () => {
    const packet = ipv6With(44, hex("11 00 0009 01020304 0102030405060708"));
    const { fields } = parseIpv6(packet);
    expect(fields).toMatchObject({
      ...{ isFragment: 1, fragmentOffset: 8, moreFragments: 1, identification: 0x01020304 },
      ...{ protocol: 17, headerBytes: 48, payloadBytes: 8 },
    });
    expect(machine.emit("emitIpv6", 48, nothing)).toEqual(packet.slice(0, 48));
  });

  it.each([
    ["truncated", ipv6.slice(0, 39), undefined],
    ["truncated", ipv6.slice(0, 75), undefined],
    ["malformed", Uint8Array.of(0x45, ...ipv6.slice(1)), undefined],
    // A header that runs out of the packet; options for every hop behind others.
    ["truncated", ipv6With(60, hex("3a01 0104 00000000")), undefined],
    ["unknown part", ipv6With(60, hex("0000 0104 00000000 3a00 0104 00000000")), 1],
    // Unknown options, by what their senders want (RFC 8200, 4.2).
    ["well-formed", ipv6With(60, hex("3b00 1e04 00000000")), undefined],
    ["unknown part", ipv6With(60, hex("3b00 5e04 00000000")), 255],
    ["unknown part", ipv6With(60, hex("3b00 9e04 00000000")), 2],
    ["unknown part", ipv6With(60, hex("3b00 de04 00000000")), 255],
    // A route that is not at its end (RFC 5095), and one that is.
    ["unknown part", ipv6With(43, hex("3b00 0001 00000000")), 0],
    ["well-formed", ipv6With(43, hex("3b00 0000 00000000")), undefined],
    // A middle fragment of odd length; a fragment in a fragment; nine headers.
    ["unknown part", ipv6With(44, hex("1100 0001 00000000 010203")), 0],
    ["malformed", ipv6With(44, hex("2c00 0001 00000000 1100 0000 00000000")), undefined],
    ["malformed", ipv6With(60, hex("3c00 0104 00000000".repeat(9))), undefined],
  ])("says %s, case %#", (outcome, packet, failureCode) => {
    const read = parseIpv6(packet);
    expect(read.outcome).toBe(outcome);
    if (failureCode !== undefined) expect(read.fields).toMatchObject({ failureCode });
  });

  itEndsWithAnOutcome({
    machine,
    parse: "parseIpv6",
    layout: "ip",
    samples: [ipv6, ipv6With(44, hex("11 00 0009 01020304 0102030405060708"))],
    emit: (fields) => {
      const header = machine.emit("emitIpv6", 48, nothing);
      return Uint8Array.of(...header, ...new Uint8Array(Number(fields.payloadBytes)));
    },
    // Extension headers but the fragment's are not written.
    spelling: [...["headerBytes", "optionBytes", "protocolOffset", "failureOffset", "failureCode"]],
  });
});
