import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { internetChecksum } from "./internet-checksum.fixture.ts";
import { hex, layouts, mapped, WireMachine } from "./wire.fixture.ts";

const machine = new WireMachine();

function checksum(bytes: Uint8Array): number {
  const start = machine.place(Uint8Array.of(...bytes, 0, 0));
  machine.call("storeChecksum", start + bytes.length, start, bytes.length, 0n);
  return machine.view(start + bytes.length).getUint16(0);
}

describe("the Internet checksum", () => {
  it("is that of RFC 1071's example", () => {
    // 3: the sum of 00 01 f2 03 f4 f5 f6 f7 is ddf2.
    expect(checksum(hex("0001 f203 f4f5 f6f7"))).toBe(0xffff - 0xddf2);
  });

  it("is that of the definition for any bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(checksum(bytes)).toBe(internetChecksum(bytes));
      }),
    );
    expect(checksum(new Uint8Array(65_535).fill(0xff))).toBe(
      internetChecksum(new Uint8Array(65_535).fill(0xff)),
    );
  });

  it("is brought up to date as if it were made anew", () => {
    const bytes = fc.uint8Array({ minLength: 4, maxLength: 64 });
    fc.assert(
      fc.property(bytes, fc.nat({ max: 0xffff }), (raw, value) => {
        const even = Uint8Array.of(1, 2, ...raw.subarray(0, raw.length & ~1));
        const start = machine.place(Uint8Array.of(...even, 0, 0));
        const field = start + even.length;
        machine.call("storeChecksum", field, start, even.length, 0n);
        const before = machine.view(start + 2).getUint16(0, true);
        machine.view(start + 2).setUint16(0, value, true);
        machine.call("updateChecksum", field, before, value);
        const updated = machine.view(field).getUint16(0);
        machine.call("storeChecksum", field, start, even.length, 0n);
        expect(updated).toBe(machine.view(field).getUint16(0));
      }),
    );
  });

  it("takes IPv4 addresses in IPv6's form for what they are", () => {
    const addresses = machine.placeAddresses(mapped(10, 9, 0, 1), mapped(10, 9, 0, 2));
    const whole = hex("0a090001 0a090002 0011 000b 9a5b 0009 000b 0000 6f6464");
    machine.setFields(layouts.udp, {
      sourcePort: 0x9a5b,
      destinationPort: 9,
      dataBytes: 3,
    });
    const written = machine.emit("emitUdp", 8, hex("6f6464"), addresses);
    expect((written[6] ?? 0) * 256 + (written[7] ?? 0)).toBe(internetChecksum(whole));
  });
});
