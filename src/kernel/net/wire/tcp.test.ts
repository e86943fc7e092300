import { describe, expect, it } from "vitest";
import { internetChecksum } from "./internet-checksum.fixture.ts";
import { itEndsWithAnOutcome } from "./noise.suite.ts";
import { hex, mapped, WireMachine } from "./wire.fixture.ts";

const machine = new WireMachine();
const between = () => [machine.placeAddresses(mapped(10, 9, 0, 1), mapped(10, 9, 0, 2))];

/** From Linux, which left the checksum to the device. */
const syn = hex(`93fa1b585393357900000000a002faf0 0000 0000
  020405b40402080a907e6940000000000103030a`);
const data = hex("93fa1b585393357a902a504f8018003f 0000 0000 0101080a907e694fdff7ef8f 70696e67");
/** Two selective acknowledgements beside the timestamps. */
const sack = hex(`1b5893fa902a504f5393357ed0100040 0000 0000 0101080adff7ef9e907e694f
  0101051200000100000002000000030000000400`);
for (const segment of [syn, data, sack]) repair(segment);

function repair(segment: Uint8Array): void {
  if (segment.length < 20) return;
  segment.fill(0, 16, 18);
  const length = Uint8Array.of(0, 6, segment.length >> 8, segment.length & 255);
  const whole = Uint8Array.of(...hex("0a0900010a090002"), ...length, ...segment);
  new DataView(segment.buffer, segment.byteOffset).setUint16(16, internetChecksum(whole));
}

const parse = (segment: Uint8Array) => machine.parse("parseTcp", "tcp", segment, ...between());

/** A segment with other options. */
function withOptions(options: string): Uint8Array {
  const bytes = hex(options);
  const segment = Uint8Array.of(...syn.subarray(0, 20), ...bytes);
  segment[12] = (5 + bytes.length / 4) << 4;
  repair(segment);
  return segment;
}

describe("TCP", () => {
  it("reads Linux's SYN with all its options", () => {
    const { outcome, fields } = parse(syn);
    expect(outcome).toBe("well-formed");
    expect(fields).toMatchObject({
      ...{ sourcePort: 0x93fa, destinationPort: 7000, sequence: 0x53933579, flags: 2 },
      ...{ window: 0xfaf0, segmentSize: 1460, windowScale: 10, isSackPermitted: 1 },
      ...{ hasTimestamps: 1, timestamp: 0x907e6940, timestampEcho: 0, sackCount: 0 },
      ...{ headerBytes: 40, dataBytes: 0 },
    });
  });

  it("writes the same as Linux where the options have the same order", () => {
    const { fields } = parse(data);
    expect(fields).toMatchObject({ flags: 0x18, dataBytes: 4, segmentSize: 0, windowScale: 255 });
    expect(machine.emitFinished("emitTcp", 16, 32, hex("70696e67"), ...between())).toEqual(data);
  });

  it("reads and writes selective acknowledgements", () => {
    expect(parse(sack).fields).toMatchObject({
      ...{ sackCount: 2, sack0: 0x100, sackEnd0: 0x200, sack1: 0x300, sackEnd1: 0x400 },
    });
    expect(machine.emitFinished("emitTcp", 16, 52, new Uint8Array(), ...between())).toEqual(sack);
  });

  it.each([
    ["truncated", syn.slice(0, 19)],
    ["truncated", data.slice(0, 31)],
    ["malformed", Uint8Array.of(...syn.slice(0, 12), 0x40, ...syn.slice(13))],
    ["bad checksum", Uint8Array.of(...data.slice(0, -1), 0)],
    ["malformed", withOptions("02000000")],
    ["malformed", withOptions("01010102")],
    ["malformed", withOptions("0101080a 00000000")],
  ])("calls %s what is", (outcome, segment) => {
    expect(parse(segment).outcome).toBe(outcome);
  });

  it("passes over unknown options and those of a wrong length, and bounds the scale", () => {
    expect(parse(withOptions("fe04ffff 02030101 0303ff00")).fields).toMatchObject({
      ...{ segmentSize: 0, windowScale: 14 },
    });
    expect(parse(withOptions("00020000")).outcome).toBe("well-formed");
  });

  itEndsWithAnOutcome({
    machine,
    parse: "parseTcp",
    layout: "tcp",
    samples: [syn, data, sack, withOptions("fe04ffff 03030e01")],
    between,
    repair,
    emit: (fields, segment) => {
      const tail = segment.slice(Number(fields.headerBytes));
      const optionBytes = machine.call("tcpOptionBytes", machine.recordAddress);
      return machine.emitFinished("emitTcp", 16, 20 + optionBytes, tail, ...between());
    },
    // Room for three of four ranges at most is left beside timestamps, and padding is not written.
    spelling: [
      ...["headerBytes", "sackCount", "sack0", "sackEnd0", "sack1", "sackEnd1", "sack2"],
      ...["sackEnd2", "sack3", "sackEnd3"],
    ],
  });
});
