// What passes the taps, as a file that Wireshark and tcpdump read (draft-ietf-opsawg-pcap): written
// to a descriptor that was handed over, TSUKI_PCAP.
import * as host from "../../base/machine/host.as";
import { linuxTime } from "./clock.as";
import { interrupted } from "./errors.as";

const writev = 20;

/** The trace's descriptor from the boot on (contracts/inherited-descriptors.ts). */
export const traceDescriptor: u32 = 131;

const nanosecondMagic: u32 = 0xa1b2_3c4d;
const version: u32 = 0x0004_0002;
const snapshotBytes: u32 = 0x4_0000;
const ethernetLink: u32 = 1;
const wallClock: u32 = 0;
const second: u64 = 1_000_000_000;

const record = memory.data(24, 8);
const vector = memory.data(16, 8);
let tracing = false;

/** Whether frames are to be traced. */
@inline
export function isTracing(): bool {
  return tracing;
}

/** Begins the file. */
export function beginTrace(): void {
  store<u32>(record, nanosecondMagic);
  store<u32>(record, version, 4);
  store<u64>(record, 0, 8);
  store<u32>(record, snapshotBytes, 16);
  store<u32>(record, ethernetLink, 20);
  store<u64>(vector, record);
  store<u64>(vector, 24, 8);
  tracing = write(vector, 1);
}

/** Writes a frame of so many bytes, whose vectors stand behind a first, which is overwritten. */
export function traceVectors(vectors: usize, count: u32, length: u32): void {
  const now = linuxTime(wallClock);
  store<u32>(record, <u32>(now / second));
  store<u32>(record, <u32>(now % second), 4);
  store<u32>(record, length, 8);
  store<u32>(record, length, 12);
  store<u64>(vectors, record);
  store<u64>(vectors, 16, 8);
  // Half a record would spoil all behind it: a file that takes no more has ended.
  if (!write(vectors, count + 1)) tracing = false;
}

function write(vectors: usize, count: u32): bool {
  let wanted: u64 = 0;
  for (let index: u32 = 0; index < count; index++) wanted += load<u64>(vectors + index * 16, 8);
  let result: i64 = 0;
  do {
    result = host.call(writev, traceDescriptor, vectors, count, 0, 0, 0);
  } while (result == interrupted);
  return result == wanted;
}
