import { describe, expect, it } from "vitest";
import { itEndsWithAnOutcome } from "./noise.suite.ts";
import { type Fields, hex, layouts, WireMachine } from "./wire.fixture.ts";

const machine = new WireMachine();
const parse = (packet: Uint8Array) => machine.parse("parseDhcp", "dhcp", packet);
const emit = () => machine.emit("emitDhcp", 0, new Uint8Array());

const offer: Fields = {
  ...{ clientHardware64: 0x5254_0012_3456n, op: 2, messageType: 2, transaction: 0xdeadbeef },
  ...{ yourAddress: 0x0a00020f, server: 0x0a000202, subnetMask: 0xffffff00, router: 0x0a000202 },
  ...{ leaseSeconds: 86_400, renewalSeconds: 43_200, rebindingSeconds: 75_600, mtu: 1400 },
  ...{ resolverCount: 2, resolver0: 0x0a000203, resolver1: 0x08080808 },
};

/** A reply made by hand: fixed fields, the cookie, and options. */
function reply(options: string, file = "", serverName = ""): Uint8Array {
  const packet = new Uint8Array(240 + hex(options).length);
  packet.set([2, 1, 6, 0]);
  packet.set(hex(serverName), 44);
  packet.set(hex(file), 108);
  packet.set(hex("63825363"), 236);
  packet.set(hex(options), 240);
  return packet;
}

describe("DHCP", () => {
  it("reads what it writes", () => {
    machine.setFields(layouts.dhcp, offer);
    const packet = emit();
    expect(packet.length).toBe(300);
    const { outcome, fields } = parse(packet);
    expect(outcome).toBe("well-formed");
    expect(fields).toMatchObject(offer);
  });

  it("asks for what it reads", () => {
    machine.setFields(layouts.dhcp, { ...offer, op: 1, messageType: 1 });
    // Mask, router, resolvers, domain, MTU.
    expect(Buffer.from(emit()).toString("hex")).toContain("37050103060f1a");
  });

  it("reads the domain, where it stands", () => {
    const packet = reply("350102 0f03612e62 ff");
    const { fields } = parse(packet);
    expect(fields).toMatchObject({ domainBytes: 3 });
    expect(machine.bytes(Number(fields.domain), 3)).toEqual(packet.subarray(245, 248));
  });

  it("has room for all that it can write", () => {
    machine.setFields(layouts.dhcp, {
      ...{ ...offer, op: 1, messageType: 3, requestedAddress: 0x0a000203, resolverCount: 3 },
    });
    const packet = emit();
    expect(packet.length).toBeLessThanOrEqual(320);
    expect(parse(packet).fields).toMatchObject({ mtu: 1400, requestedAddress: 0x0a000203 });
  });

  it("reads options that go on in the file's and the server's name (RFC 2132, 9.3)", () => {
    const packet = reply("350102 340103 ff", "33040000000a ff", "0104ffff0000 ff");
    expect(parse(packet).fields).toMatchObject({
      ...{ messageType: 2, leaseSeconds: 10, subnetMask: 0xffff0000 },
    });
  });

  it.each([
    ["truncated", reply("").slice(0, 239)],
    ["malformed", reply("")],
    ["malformed", reply("3501")],
    ["malformed", reply("350102 0108ffff")],
    ["malformed", reply("350102 340101 ff", "06ff")],
    ["malformed", Uint8Array.of(3, ...reply("350102").slice(1))],
    ["malformed", Uint8Array.of(2, 1, 7, ...reply("350102").slice(3))],
    ["well-formed", reply("00 0c0161 350102")],
  ])("calls %s what is, case %#", (outcome, packet) => {
    expect(parse(packet).outcome).toBe(outcome);
  });

  machine.setFields(layouts.dhcp, offer);
  itEndsWithAnOutcome({
    machine,
    parse: "parseDhcp",
    layout: "dhcp",
    samples: [emit(), reply("350102 340103 ff", "33040000000a ff", "0104ffff0000 ff")],
    emit,
    spelling: ["domain", "domainBytes"],
  });
});
