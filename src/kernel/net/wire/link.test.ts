import { describe, expect, it } from "vitest";
import { itEndsWithAnOutcome } from "./noise.suite.ts";
import { hex, WireMachine } from "./wire.fixture.ts";

const machine = new WireMachine();

/** From Linux: who has 10.9.0.2? I have. */
const request = hex("0001080006040001 d653cdef0b8f 0a090001 000000000000 0a090002");
const reply = hex("0001080006040002 fa9130359549 0a090002 d653cdef0b8f 0a090001");

describe("Ethernet", () => {
  it("tells types from IEEE 802.3 lengths and short frames", () => {
    const type = (frame: Uint8Array) =>
      machine.call("etherType", machine.place(frame), frame.length);
    expect(type(hex("ffffffffffff d653cdef0b8f 0806"))).toBe(0x0806);
    expect(type(hex("ffffffffffff d653cdef0b8f 05dc"))).toBe(0);
    expect(type(hex("ffffffffffff d653cdef0b8f 08"))).toBe(0);
    expect(type(new Uint8Array())).toBe(0);
  });

  it("writes a header", () => {
    const frame = machine.place(new Uint8Array(14));
    machine.call("emitEthernet", frame, 0xffff_ffff_ffffn, 0xd653_cdef_0b8fn, 0x86dd);
    expect(machine.bytes(frame, 14)).toEqual(hex("ffffffffffff d653cdef0b8f 86dd"));
  });
});

describe("ARP", () => {
  it.each([
    ["a request", request, { operation: 1, sender: 0x0a090001, target: 0x0a090002 }],
    ["a reply", reply, { operation: 2, sender: 0x0a090002, target: 0x0a090001 }],
  ])("reads %s, and writes the same", (_name, packet, fields) => {
    const read = machine.parse("parseArp", "arp", packet);
    expect(read.outcome).toBe("well-formed");
    expect(read.fields).toMatchObject(fields);
    expect(machine.emit("emitArp", 0, new Uint8Array())).toEqual(packet);
  });

  it.each([
    ["truncated", request.slice(0, 27)],
    ["malformed", hex("0006080006040001 d653cdef0b8f 0a090001 000000000000 0a090002")],
    ["malformed", hex("0001080006100001 d653cdef0b8f 0a090001 000000000000 0a090002")],
    ["malformed", hex("0001080006040003 d653cdef0b8f 0a090001 000000000000 0a090002")],
  ])("calls %s what is", (outcome, packet) => {
    expect(machine.parse("parseArp", "arp", packet).outcome).toBe(outcome);
  });

  itEndsWithAnOutcome({
    machine,
    parse: "parseArp",
    layout: "arp",
    samples: [request, reply],
    emit: () => machine.emit("emitArp", 0, new Uint8Array()),
  });
});
