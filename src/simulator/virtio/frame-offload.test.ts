import { describe, expect, it } from "vitest";
import { completeFrame } from "./frame-offload.ts";

/** The sum that a receiver makes over everything that a checksum covers: right when it is 0xffff. */
function sum(...parts: readonly Uint8Array[]): number {
  let total = 0;
  for (const part of parts) {
    for (let index = 0; index < part.length; index += 2) {
      total += ((part[index] ?? 0) << 8) | (part[index + 1] ?? 0);
    }
  }
  while (total > 0xffff) total = (total & 0xffff) + (total >>> 16);
  return total;
}

interface Layout {
  readonly ip: readonly number[];
  readonly kind: number;
  /** Where the addresses stand in the IP header. */
  readonly addresses: readonly [start: number, end: number];
}

const ipv4: Layout = {
  ip: [0x45, 0, 0, 0, 0x12, 0x34, 0x40, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2],
  kind: 1,
  addresses: [12, 20],
};
const ipv6: Layout = {
  ip: [0x60, 0, 0, 0, 0, 0, 6, 64, ...Array<number>(31).fill(7), 1],
  kind: 4,
  addresses: [8, 40],
};

/** Addresses, protocol and length: what TCP's checksum covers besides the segment (RFC 9293, 3.1). */
function pseudoHeader(frame: Uint8Array, { ip, addresses }: Layout): Uint8Array {
  const [start, end] = addresses;
  const length = frame.length - 14 - ip.length;
  const bytes = [...frame.subarray(14 + start, 14 + end), 0, 6, length >> 8, length & 0xff];
  return Uint8Array.from(bytes);
}

function segmentedFrame(layout: Layout, payload: Uint8Array, segmentBytes: number): Uint8Array {
  const tcp = [0, 80, 0, 81, 0, 0, 0, 9, 0, 0, 0, 0, 0x50, 0x19, 0, 0, 0, 0, 0, 0];
  const headers = [...Array<number>(12).fill(2), 8, 0, ...layout.ip, ...tcp];
  const sent = Uint8Array.from([...Array<number>(12).fill(0), ...headers, ...payload]);
  const view = new DataView(sent.buffer);
  const start = 14 + layout.ip.length;
  view.setUint8(0, 1);
  view.setUint8(1, layout.kind);
  view.setUint16(2, headers.length, true);
  view.setUint16(4, segmentBytes, true);
  view.setUint16(6, start, true);
  view.setUint16(8, 16, true);
  view.setUint16(12 + start + 16, sum(pseudoHeader(sent.subarray(12), layout)));
  return sent;
}

describe("segments that a device cuts", () => {
  it.each([
    ["IPv4", ipv4],
    ["IPv6", ipv6],
  ])("carry the payload, with right checksums, over %s", (_name, layout) => {
    const payload = Uint8Array.from({ length: 5001 }, (_, index) => (index * 7) & 0xff);
    const frames = completeFrame(segmentedFrame(layout, payload, 1448));
    const start = 14 + layout.ip.length;
    expect(frames.map(({ length }) => length - start - 20)).toEqual([1448, 1448, 1448, 657]);
    expect(Buffer.concat(frames.map((frame) => frame.subarray(start + 20)))).toEqual(
      Buffer.from(payload),
    );
    frames.forEach((frame, index) => {
      const view = new DataView(frame.buffer);
      expect(view.getUint32(start + 4)).toBe(9 + index * 1448);
      expect(view.getUint8(start + 13)).toBe(index === 3 ? 0x19 : 0x10);
      expect(sum(pseudoHeader(frame, layout), frame.subarray(start))).toBe(0xffff);
    });
  });

  it("have IPv4 headers of their own", () => {
    const frames = completeFrame(segmentedFrame(ipv4, new Uint8Array(3000), 1000));
    frames.forEach((frame, index) => {
      const view = new DataView(frame.buffer);
      expect(view.getUint16(16)).toBe(1040);
      expect(view.getUint16(18)).toBe(0x1234 + index);
      expect(sum(frame.subarray(14, 34))).toBe(0xffff);
    });
  });
});
