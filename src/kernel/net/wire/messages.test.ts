import { describe, expect, it } from "vitest";
import { internetChecksum } from "./internet-checksum.fixture.ts";
import { itEndsWithAnOutcome } from "./noise.suite.ts";
import { hex, mapped, WireMachine } from "./wire.fixture.ts";

const machine = new WireMachine();
const between = () => [machine.placeAddresses(mapped(10, 9, 0, 1), mapped(10, 9, 0, 2))];
const pseudo = hex("0a0900010a090002");
const none = new Uint8Array();

/** Linux's datagram with the checksum that its device would have set. */
const datagram = hex("9a5b 0009 000b 0000 6f6464");
repairUdp(datagram);

function repairUdp(packet: Uint8Array): void {
  const length = ((packet[4] ?? 0) << 8) | (packet[5] ?? 0);
  if (packet.length < 8 || length > packet.length) return;
  packet.fill(0, 6, 8);
  const head = Uint8Array.of(...pseudo, 0, 17, length >> 8, length & 255);
  const sum = internetChecksum(Uint8Array.of(...head, ...packet.subarray(0, length)));
  new DataView(packet.buffer, packet.byteOffset).setUint16(6, sum || 0xffff);
}

function repairIcmp(packet: Uint8Array): void {
  if (packet.length < 8) return;
  packet.fill(0, 2, 4);
  new DataView(packet.buffer, packet.byteOffset).setUint16(2, internetChecksum(packet));
}

describe("UDP", () => {
  const parse = (packet: Uint8Array) => machine.parse("parseUdp", "udp", packet, ...between());

  it("reads a datagram, and writes the same", () => {
    expect(parse(datagram)).toEqual({
      outcome: "well-formed",
      fields: { sourcePort: 0x9a5b, destinationPort: 9, dataBytes: 3 },
    });
    expect(machine.emit("emitUdp", 8, hex("6f6464"), ...between())).toEqual(datagram);
  });

  it("does without a checksum in IPv4 alone (RFC 768; RFC 8200, 8.1)", () => {
    const packet = hex("9a5b 0009 0008 0000");
    expect(parse(packet).outcome).toBe("well-formed");
    const addresses = machine.placeAddresses(new Uint8Array(16).fill(1), new Uint8Array(16));
    expect(machine.parse("parseUdp", "udp", packet, addresses).outcome).toBe("bad checksum");
  });

  it.each([
    ["truncated", hex("9a5b 0009 0008 00")],
    ["truncated", hex("9a5b 0009 0009 0000")],
    ["malformed", hex("9a5b 0009 0007 0000")],
    ["malformed", hex("9a5b 0000 0008 0000")],
    ["bad checksum", hex("9a5b 0009 0008 0001")],
  ])("calls %s what is", (outcome, packet) => {
    expect(parse(packet).outcome).toBe(outcome);
  });

  itEndsWithAnOutcome({
    machine,
    parse: "parseUdp",
    layout: "udp",
    samples: [datagram],
    between,
    repair: repairUdp,
    emit: (fields, packet) =>
      machine.emit("emitUdp", 8, packet.slice(8, 8 + Number(fields.dataBytes)), ...between()),
  });
});

describe("ICMP", () => {
  /** From Linux: the port is unreachable. */
  const message = hex(`03037af700000000
    4500001f3dfb40004011e8be0a0900010a0900029a5b0009000b14316f6464`);

  it("reads Linux's message, and writes the same", () => {
    expect(machine.parse("parseIcmp", "icmp", message)).toEqual({
      outcome: "well-formed",
      fields: { type: 3, code: 3, word: 0, bodyBytes: 31 },
    });
    expect(machine.emit("emitIcmp", 8, message.slice(8))).toEqual(message);
  });

  it.each([
    ["truncated", message.slice(0, 7)],
    ["bad checksum", message.slice(0, 30)],
  ])("calls %s what is", (outcome, packet) => {
    expect(machine.parse("parseIcmp", "icmp", packet).outcome).toBe(outcome);
  });

  itEndsWithAnOutcome({
    machine,
    parse: "parseIcmp",
    layout: "icmp",
    samples: [message],
    repair: repairIcmp,
    emit: (_fields, packet) => machine.emit("emitIcmp", 8, packet.slice(8)),
  });
});

describe("ICMPv6", () => {
  /** From Linux: the probe for a duplicate of its own address. */
  const source = new Uint8Array(16);
  const destination = hex("ff0200000000000000000001ff359549");
  const message = hex("87008a1a00000000 fe80000000000000f89130fffe359549 0e01e94ca7270100");

  it("reads Linux's message, and writes the same", () => {
    const addresses = machine.placeAddresses(source, destination);
    const read = machine.parse("parseIcmpv6", "icmp", message.slice(0, 32), addresses);
    expect(read).toEqual({
      outcome: "well-formed",
      fields: { type: 135, code: 0, word: 0, bodyBytes: 24 },
    });
    expect(machine.emit("emitIcmpv6", 8, message.slice(8), addresses)).toEqual(message);
    const other = machine.placeAddresses(source, source);
    expect(machine.parse("parseIcmpv6", "icmp", message, other).outcome).toBe("bad checksum");
    expect(machine.parse("parseIcmpv6", "icmp", none, other).outcome).toBe("truncated");
  });
});
