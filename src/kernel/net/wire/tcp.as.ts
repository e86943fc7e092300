// TCP segments (RFC 9293, 3.1) and their options: maximum segment size (RFC 9293, 3.2), window
// scale and timestamps (RFC 7323), selective acknowledgement (RFC 2018).
import { load16, load32, store16, store32 } from "./byte-order.as";
import { foldSum, isChecksumRight, pseudoHeaderSum } from "./checksum.as";
import { tcpProtocol } from "./ip.as";
import { badChecksum, malformed, truncated, wellFormed } from "./outcome.as";

/** Bytes of a header without options. */
export const tcpHeaderBytes: u32 = 20;
/** Bytes of all options, at most. */
const tcpOptionLimit: u32 = 40;
/** Bytes that the timestamps take, padded. */
export const timestampBytes: u32 = 12;
/** Ranges that one segment selectively acknowledges, at most. */
export const sackLimit: u32 = 4;

/** Flag: the sender has nothing more to send. */
export const finFlag: u32 = 1;
/** Flag: sequence numbers begin here. */
export const synFlag: u32 = 2;
/** Flag: the connection is broken off. */
export const rstFlag: u32 = 4;
/** Flag: give the data to the app at once. */
export const pshFlag: u32 = 8;
/** Flag: the acknowledgement counts. */
export const ackFlag: u32 = 16;
/** Flag: the urgent pointer counts. */
export const urgFlag: u32 = 32;

/** `windowScale` of a segment without that option. */
export const noWindowScale: u32 = 255;

const endOption: u32 = 0;
const noOperationOption: u32 = 1;
const segmentSizeOption: u32 = 2;
const windowScaleOption: u32 = 3;
const sackPermittedOption: u32 = 4;
const sackOption: u32 = 5;
const timestampOption: u32 = 8;

/** Two bytes that bring what follows to where words begin. */
const twoNoOperations: u32 = noOperationOption << 24 | noOperationOption << 16;

/** A segment. Room for four SACK blocks, pairs of u32, follows the fields. */
@unmanaged
export class Tcp {
  sourcePort: u32;
  destinationPort: u32;
  sequence: u32;
  acknowledgement: u32;
  flags: u32;
  /** The window as it stands in the header, unscaled. */
  window: u32;
  urgent: u32;
  headerBytes: u32;
  dataBytes: u32;
  /** Maximum segment size; 0 for none. */
  segmentSize: u32;
  windowScale: u32;
  isSackPermitted: u32;
  hasTimestamps: u32;
  timestamp: u32;
  timestampEcho: u32;
  sackCount: u32;
  sack0: u64;
  sack1: u64;
  sack2: u64;
  sack3: u64;
}

/** Where the pair of a SACK block lies: its first sequence number and the one behind its last. */
@inline
export function sackBlock(tcp: Tcp, index: u32): usize {
  return changetype<usize>(tcp) + offsetof<Tcp>("sack0") + index * 8;
}

/**
 * Reads a segment between two addresses of 16 bytes that follow one another; of 0, when its
 * checksum need not be looked at.
 */
export function parseTcp(packet: usize, length: u32, addresses: usize, tcp: Tcp): u32 {
  if (length < tcpHeaderBytes) return truncated;
  const headerBytes = <u32>load<u8>(packet, 12) >> 4 << 2;
  if (headerBytes < tcpHeaderBytes) return malformed;
  if (headerBytes > length) return truncated;
  if (addresses != 0) {
    const sum = pseudoHeaderSum(addresses, tcpProtocol, length);
    if (!isChecksumRight(packet, length, sum)) return badChecksum;
  }
  tcp.sourcePort = load16(packet);
  tcp.destinationPort = load16(packet + 2);
  tcp.sequence = load32(packet + 4);
  tcp.acknowledgement = load32(packet + 8);
  tcp.flags = <u32>load<u8>(packet, 13) & 0x3f;
  tcp.window = load16(packet + 14);
  tcp.urgent = load16(packet + 18);
  tcp.headerBytes = headerBytes;
  tcp.dataBytes = length - headerBytes;
  clearOptions(tcp);
  if (tcp.sourcePort == 0 || tcp.destinationPort == 0) return malformed;
  return readOptions(packet + tcpHeaderBytes, packet + headerBytes, tcp) ? wellFormed : malformed;
}

/** Makes it a segment without options. */
export function clearOptions(tcp: Tcp): void {
  tcp.segmentSize = 0;
  tcp.windowScale = noWindowScale;
  tcp.isSackPermitted = 0;
  tcp.hasTimestamps = 0;
  tcp.timestamp = 0;
  tcp.timestampEcho = 0;
  tcp.sackCount = 0;
}

/** Walks the options; false when one runs out of the header. Unknown ones are passed over. */
function readOptions(option: usize, end: usize, tcp: Tcp): bool {
  while (option < end) {
    const kind = <u32>load<u8>(option);
    if (kind == endOption) return true;
    if (kind == noOperationOption) {
      option++;
      continue;
    }
    if (option + 2 > end) return false;
    const size = <u32>load<u8>(option, 1);
    if (size < 2 || option + size > end) return false;
    readOption(kind, size, option, tcp);
    option += size;
  }
  return true;
}

function readOption(kind: u32, size: u32, option: usize, tcp: Tcp): void {
  if (kind == timestampOption && size == 10) {
    tcp.hasTimestamps = 1;
    tcp.timestamp = load32(option + 2);
    tcp.timestampEcho = load32(option + 6);
  } else if (kind == sackOption && size > 2 && (size - 2 & 7) == 0) {
    readSack(option + 2, (size - 2) / 8, tcp);
  } else if (kind == segmentSizeOption && size == 4) {
    tcp.segmentSize = load16(option + 2);
  } else if (kind == windowScaleOption && size == 3) {
    tcp.windowScale = min<u32>(load<u8>(option, 2), 14); // RFC 7323, 2.3
  } else if (kind == sackPermittedOption && size == 2) {
    tcp.isSackPermitted = 1;
  }
}

function readSack(block: usize, count: u32, tcp: Tcp): void {
  tcp.sackCount = min(count, sackLimit);
  for (let index: u32 = 0; index < tcp.sackCount; index++) {
    store<u32>(sackBlock(tcp, index), load32(block + index * 8));
    store<u32>(sackBlock(tcp, index), load32(block + index * 8 + 4), 4);
  }
}

/** Bytes that the segment's options will take, a multiple of four. */
export function tcpOptionBytes(tcp: Tcp): u32 {
  let bytes: u32 = 0;
  if (tcp.segmentSize != 0) bytes += 4;
  if (tcp.isSackPermitted != 0) bytes += 4;
  if (tcp.hasTimestamps != 0) bytes += timestampBytes;
  if (tcp.windowScale != noWindowScale) bytes += 4;
  const count = sackBlocksIn(tcp, tcpOptionLimit - bytes);
  return count == 0 ? bytes : bytes + 4 + count * 8;
}

/** SACK blocks for which so many bytes of options are enough. */
function sackBlocksIn(tcp: Tcp, room: u32): u32 {
  return room < 12 ? 0 : min(tcp.sackCount, (room - 4) / 8);
}

/** Writes the options; SACK blocks that have no room are left out. */
function emitOptions(tcp: Tcp, start: usize): u32 {
  let option = start;
  if (tcp.segmentSize != 0) {
    store32(option, segmentSizeOption << 24 | 4 << 16 | tcp.segmentSize);
    option += 4;
  }
  if (tcp.isSackPermitted != 0) {
    store32(option, twoNoOperations | sackPermittedOption << 8 | 2);
    option += 4;
  }
  if (tcp.windowScale != noWindowScale) {
    store32(option, noOperationOption << 24 | windowScaleOption << 16 | 3 << 8 | tcp.windowScale);
    option += 4;
  }
  if (tcp.hasTimestamps != 0) {
    store32(option, twoNoOperations | timestampOption << 8 | 10);
    store32(option + 4, tcp.timestamp);
    store32(option + 8, tcp.timestampEcho);
    option += timestampBytes;
  }
  return <u32>(emitSack(tcp, start, option) - start);
}

function emitSack(tcp: Tcp, start: usize, option: usize): usize {
  const count = sackBlocksIn(tcp, tcpOptionLimit - <u32>(option - start));
  if (count == 0) return option;
  const size = 2 + count * 8;
  store32(option, twoNoOperations | sackOption << 8 | size);
  option += 4;
  for (let index: u32 = 0; index < count; index++) {
    store32(option, load<u32>(sackBlock(tcp, index)));
    store32(option + 4, load<u32>(sackBlock(tcp, index), 4));
    option += 8;
  }
  return option;
}

/** Where the checksum stands in a header. */
export const tcpChecksumOffset: u32 = 16;

/**
 * Writes the header of a segment: its bytes, with the `dataBytes` of data that follow somewhere. In
 * the checksum's place stands the pseudo-header's sum, with which whoever sums up the rest begins.
 */
export function emitTcp(tcp: Tcp, packet: usize, addresses: usize): u32 {
  const headerBytes = tcpHeaderBytes + emitOptions(tcp, packet + tcpHeaderBytes);
  const length = headerBytes + tcp.dataBytes;
  store16(packet, tcp.sourcePort);
  store16(packet + 2, tcp.destinationPort);
  store32(packet + 4, tcp.sequence);
  store32(packet + 8, tcp.acknowledgement);
  store<u8>(packet, headerBytes >> 2 << 4, 12);
  store<u8>(packet, tcp.flags, 13);
  store16(packet + 14, tcp.window);
  store16(packet + 18, tcp.urgent);
  const sum = pseudoHeaderSum(addresses, tcpProtocol, length);
  store<u16>(packet + tcpChecksumOffset, foldSum(sum));
  return length;
}
