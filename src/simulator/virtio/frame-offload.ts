/** Bytes of virtio's header before a frame (virtio 1.2, 5.1.6). */
export const frameHeaderBytes = 12;

const needsChecksum = 1;
const segmentation = { none: 0, tcp4: 1, tcp6: 4 } as const;
const ethernetBytes = 14;
const ipv6HeaderBytes = 40;
const tcpFlag = { fin: 1, push: 8 } as const;

/**
 * What a device does with a frame before it is sent: cuts it into segments and fills in checksums, as
 * its header says. Throws when the header asks for what cannot be done.
 */
export function completeFrame(sent: Uint8Array): Uint8Array[] {
  const view = new DataView(sent.buffer, sent.byteOffset, sent.byteLength);
  const flags = view.getUint8(0);
  const kind = view.getUint8(1);
  const headerLength = view.getUint16(2, true);
  const segmentLength = view.getUint16(4, true);
  const start = view.getUint16(6, true);
  const offset = view.getUint16(8, true);
  const frame = sent.slice(frameHeaderBytes);
  if (kind === segmentation.none) {
    if ((flags & needsChecksum) !== 0) fillChecksum(frame, start, offset);
    return [frame];
  }
  if (headerLength <= start || segmentLength === 0) throw new Error("no segments can be cut");
  return cut(frame, kind, headerLength, segmentLength, start).map((segment) => {
    fillChecksum(segment, start, offset);
    return segment;
  });
}

/** The Internet checksum (RFC 1071) of bytes, not inverted, added to a sum. */
function add(bytes: Uint8Array, sum = 0): number {
  let total = sum;
  for (let index = 0; index < bytes.length; index += 2) {
    total += ((bytes[index] ?? 0) << 8) | (bytes[index + 1] ?? 0);
  }
  while (total > 0xffff) total = (total & 0xffff) + (total >>> 16);
  return total;
}

/** The sum of the pseudo header stands where the checksum belongs, and is part of it. */
function fillChecksum(frame: Uint8Array, start: number, offset: number): void {
  const sum = ~add(frame.subarray(start)) & 0xffff;
  new DataView(frame.buffer).setUint16(start + offset, sum === 0 ? 0xffff : sum);
}

/** Cuts TCP's payload into segments of `length` bytes, each behind headers of its own (RFC 9293). */
function cut(
  frame: Uint8Array,
  kind: number,
  headerLength: number,
  length: number,
  tcp: number,
): Uint8Array[] {
  const payload = frame.subarray(headerLength);
  const segments: Uint8Array[] = [];
  for (let at = 0; at < payload.length; at += length) {
    const part = payload.subarray(at, at + length);
    const segment = new Uint8Array(headerLength + part.length);
    segment.set(frame.subarray(0, headerLength));
    segment.set(part, headerLength);
    const view = new DataView(segment.buffer);
    view.setUint32(tcp + 4, view.getUint32(tcp + 4) + at);
    if (at + length < payload.length) {
      view.setUint8(tcp + 13, view.getUint8(tcp + 13) & ~(tcpFlag.fin | tcpFlag.push));
    }
    setLengths(view, kind, segment.length, tcp, segments.length, frame.length);
    segments.push(segment);
  }
  return segments;
}

/** IP's length, IPv4's identification and checksum, and the length in the pseudo header's sum. */
function setLengths(
  view: DataView,
  kind: number,
  length: number,
  tcp: number,
  number: number,
  whole: number,
): void {
  const difference = whole - length;
  const sum = view.getUint16(tcp + 16) + (~difference & 0xffff);
  view.setUint16(tcp + 16, (sum & 0xffff) + (sum >>> 16));
  if (kind === segmentation.tcp6) {
    view.setUint16(ethernetBytes + 4, length - ethernetBytes - ipv6HeaderBytes);
    return;
  }
  view.setUint16(ethernetBytes + 2, length - ethernetBytes);
  view.setUint16(ethernetBytes + 4, view.getUint16(ethernetBytes + 4) + number);
  view.setUint16(ethernetBytes + 10, 0);
  const header = new Uint8Array(view.buffer, ethernetBytes, tcp - ethernetBytes);
  view.setUint16(ethernetBytes + 10, ~add(header) & 0xffff);
}
