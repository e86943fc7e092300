/**
 * What a kernel tells of itself when it is asked on the control channel (control-channel.ts): the
 * payloads of `health` and `metrics` frames. Numbers are little-endian and unsigned; the version
 * comes first, and any other one, like any other length, is refused.
 */

/** The version of both payloads: u16 at offset 0. */
export const reportVersion = 1;

/** States of an instance, by their numbers in a `health` frame. */
export const healthStates = [
  /** The program has not waited for anything yet. */
  "starting",
  /** It has: whatever it does before it serves, it has done. */
  "ready",
  /** It was asked to stop, and finishes its work. */
  "draining",
] as const;

/** One of them. */
export type HealthState = (typeof healthStates)[number];

/** A `health` payload: version, u16 state, u32 zero, u64 turns of the event loop. */
export const healthLayout = { bytes: 16, state: 2, turns: 8 } as const;

/**
 * A `metrics` payload: version, u16 network devices, u16 disks, u16 zero, eight u64, and a record of
 * five u64 for each network device, then for each disk.
 */
export const metricsLayout = {
  networkDeviceCount: 2,
  diskCount: 4,
  /** Bytes before the first record. */
  headerBytes: 72,
  recordBytes: 40,
  /** At most so many network devices, and so many disks. */
  deviceLimit: 8,
} as const;

/** The numbers behind the counts, in their order from offset 8 on. */
export const metricsFields = [
  /** Since the instance first had a clock. */
  "uptimeNs",
  /** The part of it in which the program did not wait (`linux`: its processor time). */
  "busyNs",
  /** Rounds of the event loop. */
  "turns",
  /** What kernel and app may take beside the image: of the machine, or by the app's own limit. */
  "memoryBytes",
  "memoryUsedBytes",
  /** The most that was used so far. */
  "memoryPeakBytes",
  /** Pages of 4 KiB that the kernel can still give out. */
  "freePages",
  /** Sockets that are open. */
  "sockets",
] as const;

/** The numbers of a network device, in their order. */
export const networkDeviceFields = [
  "receivedPackets",
  "receivedBytes",
  "sentPackets",
  "sentBytes",
  "droppedPackets",
] as const;

/** The numbers of a disk, in their order; requests that failed are counted as such alone. */
export const diskFields = [
  "reads",
  "readBytes",
  "writes",
  "writtenBytes",
  "failedRequests",
] as const;
